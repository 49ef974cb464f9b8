// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// for, while, do and range-for. A condition with effects is tested inside the body.

#include "FunctionLowering.h"
#include "llvm/Support/SaveAndRestore.h"

namespace ringc {

void FunctionLowering::loopBody(const clang::Stmt* s, Block* block) {
  llvm::SaveAndRestore around(breakDepth_, breakDepth_ + 1);
  llvm::SaveAndRestore notTail(isTail_, false);
  Block* outer = block_;
  block_ = block;
  unscoped(s);
  block_ = outer;
}

/// A loop that tests at its start; `variable` is that of `while (T x = ...)`.
void FunctionLowering::loopWithTest(const clang::Stmt* s, Block* init,
                                    const clang::VarDecl* variable, const clang::Expr* condition,
                                    Block* step, const clang::Stmt* body) {
  const clang::SourceLocation loc = s->getBeginLoc();
  ir::Expr* test = nullptr;
  Block* before = inBlock(loc, [&] {
    if (variable)
      this->variable(variable);
    if (condition)
      test = value(condition);
  });
  Block* inner = make<ir::Block>(at(loc));
  if (!before->stmts.empty() && test) {
    inner->stmts = before->stmts;
    Block* leave = inBlock(loc, [&] { emit<ir::BreakStmt>(at(loc)); });
    ir::Expr* fails = make<ir::UnaryExpr>(ir::UnaryOp::LogicalNot, test, at(loc));
    inner->stmts.push_back(make<ir::IfStmt>(fails, leave, nullptr, at(loc)));
    test = nullptr;
  }
  loopBody(body, inner);
  emit<ir::LoopStmt>(init, test, false, step, inner, at(loc));
}

void FunctionLowering::forStmt(const clang::ForStmt* s) {
  const clang::SourceLocation loc = s->getForLoc();
  Block* init = inBlock(loc, [&] { stmt(s->getInit()); });
  // The step is lowered behind the body in the text, but knows the same names.
  const bool declaresOnly =
      llvm::all_of(init->stmts, [](const ir::Stmt* d) { return llvm::isa<ir::DeclStmt>(d); });
  const auto loop = [&](Block* first) {
    Block* step = inBlock(loc, [&] {
      if (s->getInc())
        effect(s->getInc());
    });
    loopWithTest(s, first, s->getConditionVariable(), s->getCond(),
                 step->stmts.empty() ? nullptr : step, s->getBody());
  };
  if (declaresOnly)
    return loop(init->stmts.empty() ? nullptr : init);
  Block* around = inBlock(loc, [&] {
    append(init);
    loop(nullptr);
  });
  block_->stmts.push_back(around);
}

void FunctionLowering::whileStmt(const clang::WhileStmt* s) {
  loopWithTest(s, nullptr, s->getConditionVariable(), s->getCond(), nullptr, s->getBody());
}

void FunctionLowering::doStmt(const clang::DoStmt* s) {
  const clang::SourceLocation loc = s->getDoLoc();
  ir::Expr* test = nullptr;
  Block* step = inBlock(loc, [&] { test = value(s->getCond()); });
  if (!test)
    return;
  Block* init = nullptr;
  if (!step->stmts.empty()) {
    ir::Local* again = makeVariable("again", types().boolType(), loc, false);
    init = inBlock(
        loc, [&] { emit<ir::DeclStmt>(again, integer(types().boolType(), 1, loc), at(loc)); });
    step->stmts.push_back(make<ir::StoreStmt>(makePlace(again), test, at(loc)));
    test = loadLocal(again, loc);
  }
  Block* body = make<ir::Block>(at(loc));
  loopBody(s->getBody(), body);
  emit<ir::LoopStmt>(init, test, true, step->stmts.empty() ? nullptr : step, body, at(loc));
}

/// `for (index = first; index < end; index += step)`, with the user's variable bound in the body.
void FunctionLowering::countedLoop(const clang::CXXForRangeStmt* s, ir::Local* index,
                                   ir::Expr* first, ir::Expr* end, ir::Expr* step,
                                   llvm::function_ref<void()> bindVariable) {
  const clang::SourceLocation loc = s->getForLoc();
  Block* init = inBlock(loc, [&] { emit<ir::DeclStmt>(index, first, at(loc)); });
  ir::Expr* test = make<ir::BinaryExpr>(ir::BinaryOp::Less, types().boolType(),
                                        loadLocal(index, loc), end, at(loc));
  Block* next = inBlock(loc, [&] {
    store(makePlace(index), arithmetic(clang::BO_Add, loadLocal(index, loc), step, loc), loc);
  });
  Block* body = inBlock(loc, bindVariable);
  loopBody(s->getBody(), body);
  emit<ir::LoopStmt>(init, test, false, next, body, at(loc));
}

void FunctionLowering::rangeOverPlace(const clang::CXXForRangeStmt* s, ir::Place* range) {
  const clang::SourceLocation loc = s->getForLoc();
  const clang::VarDecl* variable = s->getLoopVariable();
  const bool isReference = variable->getType()->isReferenceType();
  const auto* array = llvm::dyn_cast<ir::ArrayType>(range->type());
  const ir::Type* counter =
      array && array->count() <= UINT32_MAX ? types().u32() : types().intType(64, false);
  ir::Local* index = makeVariable("index", counter, loc, false);
  ir::Expr* end = nullptr;
  if (array)
    end = integer(counter, array->count(), loc);
  else
    end = make<ir::SpanSizeExpr>(ir::rootOf(*range), counter, at(loc));
  range = freeze(range);
  countedLoop(s, index, integer(counter, 0, loc), end, integer(counter, 1, loc), [&] {
    ir::Place* item = element(copy(range), loadLocal(index, loc), loc);
    if (isReference) // the index changes between the rounds only
      return bind(variable, Binding::of(item));
    const ir::Type* wanted = type(variable->getType(), variable->getSourceRange());
    ir::Local* local = makeVariable(variable->getName(), item->type(), variable->getLocation(),
                                    variable->getType().isConstQualified());
    bind(variable, Binding::failed());
    if (!wanted)
      return;
    ir::Expr* read = load(item, loc);
    if (wanted != item->type()) {
      if (!wanted->isScalar() || !item->type()->isScalar()) {
        m_.unsupported.refuseStmt(*s);
        return;
      }
      local = makeVariable(variable->getName(), wanted, variable->getLocation(),
                           variable->getType().isConstQualified());
      read = convert(read, wanted, loc);
    }
    emit<ir::DeclStmt>(local, read, at(variable->getLocation()));
    bind(variable, Binding::of(makePlace(local)));
  });
}

void FunctionLowering::rangeOverGrid(const clang::CXXForRangeStmt* s, const clang::Expr* size) {
  const clang::SourceLocation loc = s->getForLoc();
  useKernelOnly(size->getSourceRange(), "ring::gridStride");
  ir::Expr* end = value(size);
  if (!end)
    return;
  const ir::Type* u64 = types().intType(64, false);
  if (!llvm::isa<ir::ConstantExpr, ir::SpanSizeExpr>(end))
    end = loadLocal(declare("end", convert(end, u64, loc), loc), loc);
  const auto wide = [&](ir::Builtin builtin) { return convert(index(builtin, loc), u64, loc); };
  ir::Expr* first = arithmetic(
      clang::BO_Add,
      arithmetic(clang::BO_Mul, wide(ir::Builtin::BlockX), wide(ir::Builtin::BlockSizeX), loc),
      wide(ir::Builtin::ThreadX), loc);
  ir::Expr* step =
      arithmetic(clang::BO_Mul, wide(ir::Builtin::GridSizeX), wide(ir::Builtin::BlockSizeX), loc);
  const clang::VarDecl* variable = s->getLoopVariable();
  const ir::Type* wanted =
      type(variable->getType().getNonReferenceType(), variable->getSourceRange());
  bind(variable, Binding::failed());
  if (!wanted || !llvm::isa<ir::IntType>(wanted))
    return;
  const bool isDirect = wanted == u64 && s->getBody() && isOnlyRead(*variable, *s->getBody());
  ir::Local* counter =
      makeVariable(isDirect ? variable->getName() : "index", u64, variable->getLocation(), false);
  countedLoop(s, counter, first, end, step, [&] {
    if (isDirect)
      return bind(variable, Binding::of(makePlace(counter)));
    ir::Local* local = makeVariable(variable->getName(), wanted, variable->getLocation(),
                                    variable->getType().isConstQualified());
    emit<ir::DeclStmt>(local, convert(loadLocal(counter, loc), wanted, loc),
                       at(variable->getLocation()));
    bind(variable, Binding::of(makePlace(local)));
  });
}

void FunctionLowering::rangeFor(const clang::CXXForRangeStmt* s) {
  const auto lower = [&] {
    if (s->getInit())
      stmt(s->getInit());
    const clang::Expr* range = s->getRangeInit()->IgnoreImplicit();
    const auto* call = llvm::dyn_cast<clang::CallExpr>(range);
    if (call && call->getDirectCallee() && call->getNumArgs() == 1 &&
        names().plain(*call->getDirectCallee()) == "ring::gridStride")
      return rangeOverGrid(s, call->getArg(0));
    ir::Place* place = this->place(s->getRangeInit());
    if (!place)
      return;
    const bool isKnown =
        llvm::isa<ir::ArrayType>(place->type()) ||
        (llvm::isa<ir::SpanType>(place->type()) && llvm::isa<ir::LocalPlace>(place));
    if (!isKnown) {
      refuse(s->getRangeInit()->getSourceRange(), DiagId::RangeNotKnown,
             names().shown(s->getRangeInit()->getType()));
      return;
    }
    if (llvm::isa<clang::DecompositionDecl>(s->getLoopVariable())) {
      refuse(s->getLoopVariable()->getSourceRange(), DiagId::NotSupportedYet,
             "a structured binding in a range-for");
      return;
    }
    rangeOverPlace(s, place);
  };
  Block* around = inBlock(s->getForLoc(), lower);
  if (around->stmts.size() == 1)
    append(around);
  else
    block_->stmts.push_back(around);
}

} // namespace ringc

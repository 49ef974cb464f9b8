// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Statements without loops: blocks, if, return, break, continue. A return inside a call that became
// part of its caller turns into a store and nested ifs.

#include "FunctionLowering.h"
#include "llvm/Support/SaveAndRestore.h"

namespace ringc {

/// Deeper statements would exhaust the stack here or in a pass behind us.
constexpr unsigned maxStatementDepth = 200;

void FunctionLowering::stmt(const clang::Stmt* s) {
  if (!s)
    return;
  if (depth_ >= maxStatementDepth) {
    refuse(s->getSourceRange(), DiagId::NotSupportedYet, "a statement nested this deeply");
    return;
  }
  llvm::SaveAndRestore nested(depth_, depth_ + 1);
  switch (s->getStmtClass()) {
  case clang::Stmt::NullStmtClass:
    return;
  case clang::Stmt::CompoundStmtClass:
    return scoped(s);
  case clang::Stmt::DeclStmtClass:
    return declStmt(llvm::cast<clang::DeclStmt>(s));
  case clang::Stmt::IfStmtClass:
    return ifStmt(llvm::cast<clang::IfStmt>(s));
  case clang::Stmt::ForStmtClass:
    return forStmt(llvm::cast<clang::ForStmt>(s));
  case clang::Stmt::WhileStmtClass:
    return whileStmt(llvm::cast<clang::WhileStmt>(s));
  case clang::Stmt::DoStmtClass:
    return doStmt(llvm::cast<clang::DoStmt>(s));
  case clang::Stmt::CXXForRangeStmtClass:
    return rangeFor(llvm::cast<clang::CXXForRangeStmt>(s));
  case clang::Stmt::SwitchStmtClass:
    return switchStmt(llvm::cast<clang::SwitchStmt>(s));
  case clang::Stmt::BreakStmtClass:
    emit<ir::BreakStmt>(at(s->getBeginLoc()));
    return;
  case clang::Stmt::ContinueStmtClass:
    emit<ir::ContinueStmt>(at(s->getBeginLoc()));
    return;
  case clang::Stmt::ReturnStmtClass:
    return returnStmt(llvm::cast<clang::ReturnStmt>(s));
  case clang::Stmt::AttributedStmtClass: { // [[likely]], [[unlikely]], [[assume]]: hints
    const auto* attributed = llvm::cast<clang::AttributedStmt>(s);
    return stmt(attributed->getSubStmt());
  }
  default:
    break;
  }
  if (const auto* e = llvm::dyn_cast<clang::Expr>(s))
    return effect(e);
  m_.unsupported.refuseStmt(*s);
}

void FunctionLowering::scoped(const clang::Stmt* s) {
  Block* inner = inBlock(s->getBeginLoc(), [&] { unscoped(s); });
  if (!inner->stmts.empty())
    block_->stmts.push_back(inner);
}

/// Into the current block, which is the statement's scope.
void FunctionLowering::unscoped(const clang::Stmt* s) {
  if (const auto* compound = llvm::dyn_cast_or_null<clang::CompoundStmt>(s))
    stmts(llvm::ArrayRef(compound->body_begin(), compound->size()));
  else if (s)
    stmts(s);
}

void FunctionLowering::stmts(llvm::ArrayRef<const clang::Stmt*> list) {
  const bool isTail = isTail_;
  for (size_t i = 0; i < list.size(); ++i) {
    const llvm::ArrayRef<const clang::Stmt*> rest = list.drop_front(i + 1);
    isTail_ = isTail; // returnsEarly lowers the rest of the list too
    if (inline_ && !inline_->isSingleReturn && returnsEarly(list[i], rest))
      return;
    isTail_ = isTail && rest.empty();
    stmt(list[i]);
  }
  isTail_ = isTail;
}

void FunctionLowering::ifStmt(const clang::IfStmt* s) {
  const clang::SourceLocation loc = s->getIfLoc();
  if (s->isConstexpr() || s->isConsteval()) {
    if (s->isConsteval())
      return stmt(s->isNegatedConsteval() ? s->getThen() : s->getElse());
    clang::Expr::EvalResult result;
    if (!s->getCond()->isValueDependent() && s->getCond()->EvaluateAsInt(result, m_.ast))
      return stmt(result.Val.getInt().getBoolValue() ? s->getThen() : s->getElse());
  }
  const auto lower = [&] {
    if (s->getInit())
      stmt(s->getInit());
    if (s->getConditionVariable())
      variable(s->getConditionVariable());
    ir::Expr* condition = value(s->getCond());
    Block* thenBlock = inBlock(s->getThen()->getBeginLoc(), [&] { unscoped(s->getThen()); });
    Block* elseBlock = nullptr;
    if (s->getElse())
      elseBlock = inBlock(s->getElse()->getBeginLoc(), [&] { unscoped(s->getElse()); });
    if (elseBlock && elseBlock->stmts.empty())
      elseBlock = nullptr;
    if (condition)
      emit<ir::IfStmt>(condition, thenBlock, elseBlock, at(loc));
  };
  if (!s->getInit() && !s->getConditionVariable())
    return lower();
  block_->stmts.push_back(inBlock(loc, lower));
}

void FunctionLowering::returnStmt(const clang::ReturnStmt* s) {
  if (inline_)
    return inlineReturn(s);
  const clang::Expr* returned = s->getRetValue();
  ir::Expr* result = nullptr;
  if (returned && returned->getType()->isVoidType()) {
    effect(returned);
  } else if (returned) {
    result = value(returned);
    if (!result)
      return;
    if (result->type() != function_.returnType) {
      m_.unsupported.refuseStmt(*s);
      return;
    }
  }
  emit<ir::ReturnStmt>(result, at(s->getReturnLoc()));
}

void FunctionLowering::inlineReturn(const clang::ReturnStmt* s) {
  const clang::Expr* returned = s->getRetValue();
  InlineFrame& frame = *inline_;
  const clang::SourceLocation loc = s->getReturnLoc();
  if (frame.returnsPlace) {
    frame.place = returned ? place(returned) : nullptr;
    return;
  }
  if (returned && returned->getType()->isVoidType())
    effect(returned);
  else if (returned) {
    ir::Expr* result = value(returned);
    if (frame.isSingleReturn) {
      frame.value = result;
      return;
    }
    if (result && result->type() == frame.result->type)
      store(makePlace(frame.result), result, loc);
    else if (result)
      m_.unsupported.refuseStmt(*s);
  }
  if (frame.isSingleReturn)
    return;
  if (!isTail_) {
    if (!frame.returned)
      frame.returned = makeVariable("returned", types().boolType(), loc, false);
    store(makePlace(frame.returned), integer(types().boolType(), 1, loc), loc);
  }
  if (breakDepth_ > frame.breakDepth)
    emit<ir::BreakStmt>(at(loc));
}

/// True where a return of this function (not of a lambda in it) is below `s`.
static bool containsReturn(const clang::Stmt* s) {
  if (!s || llvm::isa<clang::Expr>(s))
    return false;
  return llvm::isa<clang::ReturnStmt>(s) || llvm::any_of(s->children(), containsReturn);
}

/// `return` or a block that ends in its only one.
static bool onlyReturns(const clang::Stmt* s) {
  if (llvm::isa<clang::ReturnStmt>(s))
    return true;
  const auto* compound = llvm::dyn_cast<clang::CompoundStmt>(s);
  if (!compound || compound->body_empty() || !llvm::isa<clang::ReturnStmt>(compound->body_back()))
    return false;
  return llvm::none_of(llvm::drop_end(compound->body()), containsReturn);
}

/// Lowers `s` and the statements behind it where `s` may return from an inlined call: what follows
/// runs only where it has not. False where nothing of this was needed.
bool FunctionLowering::returnsEarly(const clang::Stmt* s, llvm::ArrayRef<const clang::Stmt*> rest) {
  if (rest.empty() || !containsReturn(s) || llvm::isa<clang::ReturnStmt>(s))
    return false;
  const bool isTail = isTail_;
  const bool inLoop = breakDepth_ > inline_->breakDepth;
  const auto* branch = llvm::dyn_cast<clang::IfStmt>(s);
  if (branch && !branch->getElse() && !branch->getInit() && !branch->getConditionVariable() &&
      !branch->isConstexpr() && !branch->isConsteval() && onlyReturns(branch->getThen()) &&
      !inLoop) {
    const clang::SourceLocation loc = branch->getIfLoc();
    ir::Expr* condition = value(branch->getCond());
    Block* thenBlock = inBlock(loc, [&] { unscoped(branch->getThen()); });
    isTail_ = isTail;
    Block* elseBlock = inBlock(loc, [&] { stmts(rest); });
    if (condition)
      emit<ir::IfStmt>(condition, thenBlock, elseBlock, at(loc));
    return true;
  }
  isTail_ = false;
  stmt(s);
  isTail_ = isTail;
  afterReturn(s, rest);
  return true;
}

void FunctionLowering::afterReturn(const clang::Stmt* s, llvm::ArrayRef<const clang::Stmt*> rest) {
  const clang::SourceLocation loc = s->getBeginLoc();
  const bool inLoop = breakDepth_ > inline_->breakDepth;
  const bool isLoop = llvm::isa<clang::ForStmt, clang::WhileStmt, clang::DoStmt,
                                clang::CXXForRangeStmt, clang::SwitchStmt>(s);
  if (!inline_->returned || (inLoop && !isLoop))
    return stmts(rest);
  ir::Expr* returned = loadLocal(inline_->returned, loc);
  if (inLoop) {
    Block* leave = inBlock(loc, [&] { emit<ir::BreakStmt>(at(loc)); });
    emit<ir::IfStmt>(returned, leave, nullptr, at(loc));
    return stmts(rest);
  }
  ir::Expr* goesOn = make<ir::UnaryExpr>(ir::UnaryOp::LogicalNot, returned, at(loc));
  Block* behind = inBlock(loc, [&] { stmts(rest); });
  emit<ir::IfStmt>(goesOn, behind, nullptr, at(loc));
}

} // namespace ringc

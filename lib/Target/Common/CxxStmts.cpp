// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Statements as C++.

#include "CxxPrinter.h"
#include "Literals.h"
#include "ringc/Support/Check.h"

namespace ringc::target {

using namespace ir;

void CxxPrinter::statements(const Block& block) {
  for (const Stmt* one : block.stmts)
    stmt(*one);
}

void CxxPrinter::stmt(const Stmt& stmt) {
  out_.at(stmt.loc());
  switch (stmt.kind()) {
  case StmtKind::Block: {
    const BlockScope scope(out_, "");
    return statements(llvm::cast<Block>(stmt));
  }
  case StmtKind::Decl:
    return declStmt(llvm::cast<DeclStmt>(stmt));
  case StmtKind::Ref:
    return refStmt(llvm::cast<RefStmt>(stmt));
  case StmtKind::Store:
    return out_.line("{};", storeText(llvm::cast<StoreStmt>(stmt)));
  case StmtKind::Call:
    return callStmt(llvm::cast<CallStmt>(stmt));
  case StmtKind::If:
    return ifStmt(llvm::cast<IfStmt>(stmt), "");
  case StmtKind::Loop:
    return loopStmt(llvm::cast<LoopStmt>(stmt));
  case StmtKind::Switch:
    return switchStmt(llvm::cast<SwitchStmt>(stmt));
  case StmtKind::Break:
    return out_.text("break;");
  case StmtKind::Continue:
    return out_.text("continue;");
  case StmtKind::Return: {
    const Expr* value = llvm::cast<ReturnStmt>(stmt).value;
    return out_.text(value ? fmt::format("return {};", expr(*value)) : "return;");
  }
  case StmtKind::Barrier:
    return out_.text(dialect_.barrier(scope_));
  case StmtKind::UniformLoad: {
    const auto& load = llvm::cast<UniformLoadStmt>(stmt);
    out_.text(dialect_.barrier(scope_));
    out_.line("{}{};", resultHead(load.result), place(*load.shared).text);
    return out_.text(dialect_.barrier(scope_));
  }
  case StmtKind::Atomic:
    return atomicStmt(llvm::cast<AtomicStmt>(stmt));
  case StmtKind::Send:
    return sendStmt(llvm::cast<SendStmt>(stmt));
  case StmtKind::Fail:
    return out_.line("ring_fail({}, {});", context_, expr(*llvm::cast<FailStmt>(stmt).code));
  case StmtKind::Stop:
    return out_.line("ring_stop({});", context_);
  case StmtKind::ParallelFor:
  case StmtKind::Reduce:
    break;
  }
  RINGC_UNREACHABLE("a parallel region is left after legalisation");
}

std::string CxxPrinter::declText(const Local& local, const Expr* init) {
  std::string head = fmt::format("{}{} {}", local.isConst && init ? "const " : "",
                                 type(*local.type), locals_.of(&local));
  return init ? fmt::format("{} = {}", head, expr(*init)) : head;
}

std::string CxxPrinter::resultHead(const Local* result) {
  if (!result)
    return "";
  return fmt::format("{}{} {} = ", result->isConst ? "const " : "", type(*result->type),
                     locals_.of(result));
}

void CxxPrinter::declStmt(const DeclStmt& stmt) {
  out_.line("{};", declText(*stmt.local, stmt.init));
}

void CxxPrinter::refStmt(const RefStmt& stmt) {
  const Local& local = *stmt.local;
  const bool isConst = local.isConst || local.space == AddressSpace::Message;
  out_.line("{}{}{}& {} = {};", isConst ? "const " : "", spaceName(dialect_, local.space),
            type(*local.type), locals_.of(&local), place(*stmt.place).text);
}

/// `x = x + y` prints as `x += y` where promotion cannot make a difference.
std::string CxxPrinter::storeText(const StoreStmt& stmt) {
  const std::string target = place(*stmt.place).text;
  const auto* binary = llvm::dyn_cast<BinaryExpr>(stmt.value);
  const auto* load = binary ? llvm::dyn_cast<LoadExpr>(binary->lhs) : nullptr;
  const bool isCompound = load && stmt.value->type()->size() >= 4 && binary->op <= BinaryOp::Shr &&
                          isSamePlace(*load->place, *stmt.place);
  if (!isCompound)
    return fmt::format("{} = {}", target, expr(*stmt.value));
  static constexpr const char* kOperators[] = {"+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>"};
  const auto* constant = llvm::dyn_cast<ConstantExpr>(binary->rhs);
  if (constant && constant->bits == 1 && llvm::isa<IntType>(constant->type()) &&
      binary->op <= BinaryOp::Sub)
    return (binary->op == BinaryOp::Add ? "++" : "--") + target;
  return fmt::format("{} {}= {}", target, kOperators[static_cast<size_t>(binary->op)],
                     expr(*binary->rhs));
}

std::string CxxPrinter::argument(const Argument& argument) {
  if (const auto* value = std::get_if<Expr*>(&argument))
    return expr(**value);
  return place(*std::get<Place*>(argument)).text;
}

void CxxPrinter::callStmt(const CallStmt& stmt) {
  std::string args;
  const auto add = [&](const std::string& text) { args += (args.empty() ? "" : ", ") + text; };
  bool passesCell = false;
  for (const Argument& one : stmt.args) {
    add(argument(one));
    const auto* passed = std::get_if<Place*>(&one);
    const Local* view = passed ? rootOf(**passed) : nullptr;
    if (view && llvm::isa<SpanType>(view->type) && llvm::isa<LocalPlace>(*passed))
      add(countName(*view));
    passesCell |= view && llvm::isa<CellType>(view->type) && llvm::isa<LocalPlace>(*passed);
  }
  if (passesCell)
    add("ring_cell");
  out_.line("{}{}({});", resultHead(stmt.result), names_.of(stmt.callee), args);
}

void CxxPrinter::ifStmt(const IfStmt& stmt, llvm::StringRef head) {
  out_.open(fmt::format("{}if ({})", head, expr(*stmt.condition)));
  statements(*stmt.thenBlock);
  const Block* other = stmt.elseBlock;
  if (!other || other->stmts.empty())
    return out_.close();
  out_.outdent();
  const auto* chained = llvm::dyn_cast<IfStmt>(other->stmts.front());
  if (other->stmts.size() == 1 && chained)
    return ifStmt(*chained, "} else ");
  out_.open("} else");
  statements(*other);
  out_.close();
}

namespace {

/// A step that C++ can hold in the head of a `for`.
bool isSimpleStep(const Block* step) {
  return !step ||
         llvm::all_of(step->stmts, [](const Stmt* stmt) { return llvm::isa<StoreStmt>(stmt); });
}

bool isConstant(const Expr* expr, bool value) {
  const auto* constant = llvm::dyn_cast_or_null<ConstantExpr>(expr);
  return constant && (constant->bits != 0) == value;
}

} // namespace

void CxxPrinter::loopStmt(const LoopStmt& stmt) {
  const bool hasStep = stmt.step && !stmt.step->stmts.empty();
  const size_t inits = stmt.init ? stmt.init->stmts.size() : 0;
  const bool isPlainDo = stmt.testAtEnd && !hasStep;
  const bool initInHead = inits == 1 && !isPlainDo && isSimpleStep(stmt.step) && !stmt.testAtEnd;
  if (inits != 0 && !initInHead) {
    out_.open("");
    statements(*stmt.init);
  }
  if (isPlainDo) {
    out_.open("do");
    statements(*stmt.body);
    out_.close(fmt::format(" while ({});", expr(*stmt.condition)));
  } else if (stmt.testAtEnd || !isSimpleStep(stmt.step)) {
    loopWithFlag(stmt);
  } else {
    const std::string condition =
        stmt.condition && !isConstant(stmt.condition, true) ? expr(*stmt.condition) : "";
    std::string step;
    if (hasStep)
      for (const Stmt* one : stmt.step->stmts)
        step += (step.empty() ? "" : ", ") + storeText(*llvm::cast<StoreStmt>(one));
    std::string init;
    if (initInHead) {
      const auto& decl = llvm::cast<DeclStmt>(*stmt.init->stmts.front());
      init = declText(*decl.local, decl.init);
    }
    const BlockScope body(out_, init.empty() && step.empty() && !condition.empty()
                                    ? fmt::format("while ({})", condition)
                                    : fmt::format("for ({};{}{};{}{})", init,
                                                  condition.empty() ? "" : " ", condition,
                                                  step.empty() ? "" : " ", step));
    statements(*stmt.body);
  }
  if (inits != 0 && !initInHead)
    out_.close();
}

/// Steps that are no expressions run at the beginning of the next turn, where `continue` leads.
void CxxPrinter::loopWithFlag(const LoopStmt& stmt) {
  const std::string first = locals_.take("ring_first");
  const BlockScope body(out_, fmt::format("for (bool {0} = true;; {0} = false)", first));
  {
    const BlockScope later(out_, fmt::format("if (!{})", first));
    if (stmt.step)
      statements(*stmt.step);
    if (stmt.testAtEnd && stmt.condition)
      out_.line("if (!({})) break;", expr(*stmt.condition));
  }
  if (!stmt.testAtEnd && stmt.condition)
    out_.line("if (!({})) break;", expr(*stmt.condition));
  statements(*stmt.body);
}

void CxxPrinter::switchStmt(const SwitchStmt& stmt) {
  const BlockScope body(out_, fmt::format("switch ({})", expr(*stmt.selector)));
  for (const SwitchCase& one : stmt.cases) {
    for (uint64_t value : one.values)
      out_.line("case {}:",
                dialect_.literal(ConstantExpr(stmt.selector->type(), value, stmt.loc())));
    if (one.isDefault)
      out_.text("default:");
    const BlockScope inner(out_, "");
    statements(*one.body);
    if (one.body->stmts.empty() ||
        !llvm::isa<BreakStmt, ReturnStmt, ContinueStmt>(one.body->stmts.back()))
      out_.text("break;");
  }
}

void CxxPrinter::atomicStmt(const AtomicStmt& stmt) {
  const std::string address = "&" + place(*stmt.place).text;
  const std::string operand = stmt.operand ? expr(*stmt.operand) : "";
  const std::string expected = stmt.expected ? expr(*stmt.expected) : "";
  out_.line("{}{};", resultHead(stmt.result), dialect_.atomic(stmt, address, operand, expected));
}

void CxxPrinter::sendStmt(const SendStmt& stmt) {
  const auto* type = llvm::cast<StructType>(stmt.message->type());
  const auto index = module_.findMessage(type) - module_.messages.data();
  const char* callee = stmt.sendKind == SendKind::Reply  ? "ring_reply"
                       : stmt.sendKind == SendKind::Send ? "ring_send"
                                                         : "ring_trySend";
  const std::string target = stmt.target ? expr(*stmt.target) + ", " : "";
  out_.line("{}{}({}, {}{}u, {});", resultHead(stmt.result), callee, context_, target, index,
            expr(*stmt.message));
}

} // namespace ringc::target

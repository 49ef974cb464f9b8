// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Before a statement is looked at: that it and its operands are a tree. No child is missing, no
// node occurs twice (which also excludes circles), and nothing nests too deep to be walked or
// printed.

#include "FunctionVerifier.h"
#include "ringc/IR/Limits.h"
#include "llvm/ADT/STLExtras.h"

namespace ringc::ir {

namespace {

constexpr const char* missing = "node.c2";
constexpr const char* twice = "node.c1";
constexpr const char* tooDeep = "node.c3";

} // namespace

bool FunctionVerifier::isNew(const void* node, unsigned depth) {
  if (!node)
    defect_ = missing;
  else if (depth > maxNesting)
    defect_ = tooDeep;
  else if (!shared_.nodes.insert(node).second)
    defect_ = twice;
  return defect_ == nullptr;
}

bool FunctionVerifier::isTree(const std::vector<Expr*>& exprs, unsigned depth) {
  return llvm::all_of(exprs, [&](const Expr* expr) { return isTree(expr, depth); });
}

bool FunctionVerifier::isTree(const Place* place, unsigned depth) {
  if (!isNew(place, depth))
    return false;
  const auto has = [&](const Local* local) {
    defect_ = local ? defect_ : missing;
    return local != nullptr;
  };
  switch (place->kind()) {
  case PlaceKind::Local:
    return has(llvm::cast<LocalPlace>(place)->local);
  case PlaceKind::Field:
    return isTree(llvm::cast<FieldPlace>(place)->base, depth + 1);
  case PlaceKind::Index:
    return isTree(llvm::cast<IndexPlace>(place)->base, depth + 1) &&
           isTree(llvm::cast<IndexPlace>(place)->index, depth + 1);
  case PlaceKind::SpanElement:
    return has(llvm::cast<SpanElementPlace>(place)->span) &&
           isTree(llvm::cast<SpanElementPlace>(place)->index, depth + 1);
  case PlaceKind::Cell:
    return has(llvm::cast<CellPlace>(place)->cell);
  }
  return false;
}

bool FunctionVerifier::isTree(const Expr* expr, unsigned depth) {
  if (!isNew(expr, depth))
    return false;
  const unsigned inner = depth + 1;
  const auto has = [&](const Local* local) {
    defect_ = local ? defect_ : missing;
    return local != nullptr;
  };
  switch (expr->kind()) {
  case ExprKind::Constant:
  case ExprKind::ContextInfo:
    return true;
  case ExprKind::Load:
    return isTree(llvm::cast<LoadExpr>(expr)->place, inner);
  case ExprKind::Unary:
    return isTree(llvm::cast<UnaryExpr>(expr)->operand, inner);
  case ExprKind::Binary:
    return isTree(llvm::cast<BinaryExpr>(expr)->lhs, inner) &&
           isTree(llvm::cast<BinaryExpr>(expr)->rhs, inner);
  case ExprKind::Cast:
    return isTree(llvm::cast<CastExpr>(expr)->operand, inner);
  case ExprKind::Select: {
    const auto* select = llvm::cast<SelectExpr>(expr);
    return isTree({select->condition, select->ifTrue, select->ifFalse}, inner);
  }
  case ExprKind::Builtin:
    return isTree(llvm::cast<BuiltinExpr>(expr)->args, inner);
  case ExprKind::Construct:
    return isTree(llvm::cast<ConstructExpr>(expr)->args, inner);
  case ExprKind::Extract:
    return isTree(llvm::cast<ExtractExpr>(expr)->base, inner);
  case ExprKind::SpanSize:
    return has(llvm::cast<SpanSizeExpr>(expr)->span);
  case ExprKind::CellInfo:
    return has(llvm::cast<CellInfoExpr>(expr)->cell);
  }
  return false;
}

/// The statement and its own operands; the statements in its blocks come later.
bool FunctionVerifier::isTree(const Stmt& stmt) {
  if (!isNew(&stmt, depth_))
    return false;
  const auto e = [&](const Expr* expr) { return isTree(expr, depth_ + 1); };
  const auto p = [&](const Place* place) { return isTree(place, depth_ + 1); };
  const auto maybe = [&](const Expr* expr) { return !expr || e(expr); };
  const auto has = [&](std::initializer_list<const void*> children) {
    const bool isThere = llvm::all_of(children, [](const void* child) { return child != nullptr; });
    defect_ = isThere ? defect_ : missing;
    return isThere;
  };
  switch (stmt.kind()) {
  case StmtKind::Block:
    return llvm::all_of(llvm::cast<Block>(stmt).stmts, [&](const Stmt* one) { return has({one}); });
  case StmtKind::Break:
  case StmtKind::Continue:
  case StmtKind::Barrier:
  case StmtKind::Stop:
    return true;
  case StmtKind::Decl:
    return has({llvm::cast<DeclStmt>(stmt).local}) && maybe(llvm::cast<DeclStmt>(stmt).init);
  case StmtKind::Ref:
    return has({llvm::cast<RefStmt>(stmt).local}) && p(llvm::cast<RefStmt>(stmt).place);
  case StmtKind::Store:
    return p(llvm::cast<StoreStmt>(stmt).place) && e(llvm::cast<StoreStmt>(stmt).value);
  case StmtKind::Call:
    return has({llvm::cast<CallStmt>(stmt).callee}) &&
           llvm::all_of(llvm::cast<CallStmt>(stmt).args, [&](const Argument& argument) {
             const auto* value = std::get_if<Expr*>(&argument);
             return value ? e(*value) : p(std::get<Place*>(argument));
           });
  case StmtKind::If:
    return e(llvm::cast<IfStmt>(stmt).condition) && has({llvm::cast<IfStmt>(stmt).thenBlock});
  case StmtKind::Loop:
    return maybe(llvm::cast<LoopStmt>(stmt).condition) && has({llvm::cast<LoopStmt>(stmt).body});
  case StmtKind::Switch:
    return e(llvm::cast<SwitchStmt>(stmt).selector) &&
           llvm::all_of(llvm::cast<SwitchStmt>(stmt).cases,
                        [&](const SwitchCase& one) { return has({one.body}); });
  case StmtKind::Return:
    return maybe(llvm::cast<ReturnStmt>(stmt).value);
  case StmtKind::UniformLoad:
    return has({llvm::cast<UniformLoadStmt>(stmt).result}) &&
           p(llvm::cast<UniformLoadStmt>(stmt).shared);
  case StmtKind::Atomic: {
    const auto& atomic = llvm::cast<AtomicStmt>(stmt);
    return p(atomic.place) && maybe(atomic.operand) && maybe(atomic.expected);
  }
  case StmtKind::Send:
    return e(llvm::cast<SendStmt>(stmt).message) && maybe(llvm::cast<SendStmt>(stmt).target);
  case StmtKind::Fail:
    return e(llvm::cast<FailStmt>(stmt).code);
  case StmtKind::ParallelFor: {
    const auto& parallel = llvm::cast<ParallelForStmt>(stmt);
    return has({parallel.index, parallel.body}) && e(parallel.count);
  }
  case StmtKind::Reduce: {
    const auto& reduce = llvm::cast<ReduceStmt>(stmt);
    return has({reduce.result, reduce.index, reduce.left, reduce.right, reduce.body,
                reduce.combineBody}) &&
           (!reduce.scanned == !reduce.eachBody) &&
           (!reduce.scanned || has({reduce.scanned, reduce.eachBody})) && e(reduce.count) &&
           e(reduce.init) && e(reduce.value) && e(reduce.combined);
  }
  }
  return false;
}

bool FunctionVerifier::enter(const Stmt& stmt) {
  defect_ = nullptr;
  if (isTree(stmt))
    return shared_.checkLocation(stmt.loc());
  const llvm::StringRef defect = defect_;
  if (defect == missing)
    shared_.report(defect, stmt.loc(), "a part of a statement is missing");
  else if (defect == twice)
    shared_.report(defect, stmt.loc(),
                   "a node occurs twice in the module; copy it for its second use");
  else
    shared_.report(defect, stmt.loc(),
                   fmt::format("the statement nests deeper than the limit of {}", maxNesting));
  return false;
}

} // namespace ringc::ir

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// --fp=fast: a * b + c, a * b - c and c - a * b become one fma each, on every target alike, because
// no target's compiler contracts on its own.

#include "Build.h"
#include "ringc/IR/Walk.h"
#include "ringc/Transforms/Passes.h"

namespace ringc::transforms {

using namespace ir;

namespace {

const BinaryExpr* product(const Expr* expr) {
  const auto* binary = llvm::dyn_cast<BinaryExpr>(expr);
  return binary && binary->op == BinaryOp::Mul && llvm::isa<FloatType>(binary->type()) ? binary
                                                                                       : nullptr;
}

Expr* negate(Module& module, Expr* expr) {
  return module.make<UnaryExpr>(UnaryOp::Negate, expr, expr->loc());
}

void contract(Module& module, Expr*& slot) {
  for (Expr** operand : operandSlots(*slot))
    contract(module, *operand);
  auto* sum = llvm::dyn_cast<BinaryExpr>(slot);
  if (!sum || !llvm::isa<FloatType>(sum->type()) ||
      (sum->op != BinaryOp::Add && sum->op != BinaryOp::Sub))
    return;
  const bool subtract = sum->op == BinaryOp::Sub;
  std::vector<Expr*> args;
  if (const BinaryExpr* left = product(sum->lhs)) {
    args = {left->lhs, left->rhs, subtract ? negate(module, sum->rhs) : sum->rhs};
  } else if (const BinaryExpr* right = product(sum->rhs)) {
    args = {subtract ? negate(module, right->lhs) : right->lhs, right->rhs, sum->lhs};
  } else {
    return;
  }
  slot = module.make<BuiltinExpr>(Builtin::Fma, sum->type(), std::move(args), sum->loc());
}

} // namespace

void contractFma(Module& module) {
  for (Function* function : module.functions)
    walkStmts(*function->body, [&](const Stmt& stmt) {
      for (Expr** slot : operandSlots(const_cast<Stmt&>(stmt)))
        contract(module, *slot);
    });
}

} // namespace ringc::transforms

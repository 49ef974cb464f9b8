// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Makes nodes at one place of the user's file: every node that a pass adds takes the place of what
// it stands for.
#ifndef RINGC_LIB_TRANSFORMS_BUILD_H
#define RINGC_LIB_TRANSFORMS_BUILD_H

#include "ringc/IR/Module.h"

namespace ringc::transforms {

class Build {
public:
  Build(ir::Module& module, ir::Location loc) : module(module), loc(loc) {}

  ir::Expr* constant(const ir::Type* type, uint64_t bits) const {
    return module.make<ir::ConstantExpr>(type, bits, loc);
  }
  ir::Expr* u32(uint32_t value) const { return constant(module.types.u32(), value); }
  ir::Expr* boolean(bool value) const { return constant(module.types.boolType(), value); }
  /// All zero bits.
  ir::Expr* zero(const ir::Type* type) const {
    if (type->isScalar())
      return constant(type, 0);
    return module.make<ir::ConstructExpr>(type, std::vector<ir::Expr*>{}, loc);
  }

  ir::Place* place(ir::Local* local) const { return module.make<ir::LocalPlace>(local, loc); }
  ir::Place* element(ir::Local* array, ir::Expr* index) const {
    return module.make<ir::IndexPlace>(place(array), index, loc);
  }
  ir::Expr* load(ir::Place* place) const { return module.make<ir::LoadExpr>(place, loc); }
  ir::Expr* load(ir::Local* local) const { return load(place(local)); }

  ir::Expr* binary(ir::BinaryOp op, ir::Expr* lhs, ir::Expr* rhs) const {
    return module.make<ir::BinaryExpr>(op, lhs->type(), lhs, rhs, loc);
  }
  ir::Expr* compare(ir::BinaryOp op, ir::Expr* lhs, ir::Expr* rhs) const {
    return module.make<ir::BinaryExpr>(op, module.types.boolType(), lhs, rhs, loc);
  }
  ir::Expr* logicalNot(ir::Expr* operand) const {
    return module.make<ir::UnaryExpr>(ir::UnaryOp::LogicalNot, operand, loc);
  }
  ir::Expr* convert(const ir::Type* to, ir::Expr* operand) const {
    if (operand->type() == to)
      return operand;
    return module.make<ir::CastExpr>(ir::CastKind::Convert, to, operand, loc);
  }
  /// The lane of the actor's group that runs this, u32.
  ir::Expr* groupLane() const {
    return module.make<ir::BuiltinExpr>(ir::Builtin::GroupLane, module.types.u32(),
                                        std::vector<ir::Expr*>{}, loc);
  }

  ir::Expr* contextInfo(ir::ContextInfo info, const ir::Type* type) const {
    return module.make<ir::ContextInfoExpr>(info, type, loc);
  }

  ir::Local* variable(std::string name, const ir::Type* type) const {
    return module.make<ir::Local>(ir::LocalKind::Variable, std::move(name), type, loc);
  }
  ir::Stmt* declare(ir::Local* local, ir::Expr* init) const {
    return module.make<ir::DeclStmt>(local, init, loc);
  }
  ir::Stmt* store(ir::Place* place, ir::Expr* value) const {
    return module.make<ir::StoreStmt>(place, value, loc);
  }
  ir::Stmt* store(ir::Local* local, ir::Expr* value) const { return store(place(local), value); }
  ir::Block* block(std::vector<ir::Stmt*> stmts = {}) const {
    auto* block = module.make<ir::Block>(loc);
    block->stmts = std::move(stmts);
    return block;
  }
  ir::Stmt* branch(ir::Expr* condition, std::vector<ir::Stmt*> thenStmts) const {
    return module.make<ir::IfStmt>(condition, block(std::move(thenStmts)), nullptr, loc);
  }
  ir::Stmt* branch(ir::Expr* condition, ir::Block* thenBlock, ir::Block* elseBlock) const {
    return module.make<ir::IfStmt>(condition, thenBlock, elseBlock, loc);
  }
  ir::Stmt* barrier() const { return module.make<ir::BarrierStmt>(loc); }
  ir::Stmt* breakLoop() const { return module.make<ir::BreakStmt>(loc); }

  ir::Module& module;
  ir::Location loc;
};

} // namespace ringc::transforms

#endif

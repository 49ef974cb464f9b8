// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What only kernels may use: indices, shared memory, barriers, atomics.

#include "FunctionLowering.h"
#include "llvm/ADT/StringSwitch.h"

namespace ringc {

/// Refused at once in a handler or stencil; a device function remembers it for its callers.
void FunctionLowering::useKernelOnly(clang::SourceRange range, llvm::StringRef what) {
  switch (function_.kind) {
  case ir::FunctionKind::Kernel:
    return;
  case ir::FunctionKind::Device:
    m_.setKernelOnly(&function_, {range.getBegin(), what.str()});
    return;
  case ir::FunctionKind::Handler:
    refuse(range, DiagId::KernelOnlyInHandler, what.str());
    return;
  case ir::FunctionKind::Stencil:
    refuse(range, DiagId::KernelOnlyInStencil, what.str());
    return;
  }
}

ir::Expr* FunctionLowering::index(ir::Builtin builtin, clang::SourceLocation loc) {
  return make<ir::BuiltinExpr>(builtin, types().u32(), std::vector<ir::Expr*>(), at(loc));
}

/// tile[i] and *counter.
std::optional<FunctionLowering::CallResult>
FunctionLowering::sharedCall(const clang::CallExpr* e, const clang::Expr* object) {
  const auto* op = llvm::dyn_cast<clang::CXXOperatorCallExpr>(e);
  if (!op)
    return std::nullopt;
  Operands operands(*this, /*isUnsequenced=*/false);
  if (!operands.addPlace(object))
    return failure();
  if (op->getOperator() == clang::OO_Star)
    return result(operands.place(0));
  if (op->getOperator() != clang::OO_Subscript)
    return std::nullopt;
  if (!operands.addValue(e->getArg(1)))
    return failure();
  if (!llvm::isa<ir::ArrayType>(operands.place(0)->type()))
    return m_.unsupported.refuseStmt(*e), failure();
  return result(element(operands.place(0), operands.value(1), e->getExprLoc()));
}

FunctionLowering::CallResult FunctionLowering::atomicCall(const clang::CallExpr* e,
                                                          ir::AtomicOp op) {
  Operands operands(*this, /*isUnsequenced=*/true);
  if (!operands.addPlace(e->getArg(0)) || !operands.addValue(e->getArg(1)))
    return failure();
  ir::Place* place = operands.place(0);
  const auto* integer = llvm::dyn_cast<ir::IntType>(place->type());
  const ir::AddressSpace space = spaceOf(*place);
  if (!integer || integer->bits() != 32 ||
      (space != ir::AddressSpace::Buffer && space != ir::AddressSpace::Workgroup))
    return refuse(e->getArg(0)->getSourceRange(), DiagId::AtomicPlace,
                  names().type(e->getArg(0)->getType())),
           failure();
  const clang::SourceLocation loc = e->getExprLoc();
  ir::Local* old = makeResult("old", place->type(), loc);
  emit<ir::AtomicStmt>(old, op, place, operands.value(1), nullptr, ir::MemoryOrder::Relaxed,
                       ir::MemoryScope::Device, at(loc));
  return result(loadLocal(old, loc));
}

static std::optional<ir::AtomicOp> atomicOp(llvm::StringRef name) {
  return llvm::StringSwitch<std::optional<ir::AtomicOp>>(name)
      .Case("ring::atomicAdd", ir::AtomicOp::Add)
      .Case("ring::atomicOr", ir::AtomicOp::Or)
      .Case("ring::atomicAnd", ir::AtomicOp::And)
      .Case("ring::atomicExchange", ir::AtomicOp::Exchange)
      .Case("ring::atomicMax", ir::AtomicOp::Max)
      .Case("ring::atomicMin", ir::AtomicOp::Min)
      .Default(std::nullopt);
}

/// The x builtin of an index function; y and z follow it.
static std::optional<ir::Builtin> indexBuiltin(llvm::StringRef name) {
  return llvm::StringSwitch<std::optional<ir::Builtin>>(name)
      .Case("ring::threadIndex", ir::Builtin::ThreadX)
      .Case("ring::blockIndex", ir::Builtin::BlockX)
      .Case("ring::blockSize", ir::Builtin::BlockSizeX)
      .Case("ring::gridSize", ir::Builtin::GridSizeX)
      .Default(std::nullopt);
}

std::optional<FunctionLowering::CallResult>
FunctionLowering::kernelCall(const clang::CallExpr* e, const clang::FunctionDecl* callee,
                             llvm::StringRef name) {
  const clang::SourceLocation loc = e->getExprLoc();
  if (name == "ring::gridStride")
    return refuse(e->getSourceRange(), DiagId::GridStrideOutsideFor), failure();
  if (const auto op = atomicOp(name)) {
    useKernelOnly(e->getSourceRange(), name);
    return atomicCall(e, *op);
  }
  if (name == "ring::barrier") {
    useKernelOnly(e->getSourceRange(), name);
    emit<ir::BarrierStmt>(at(loc));
    return done();
  }
  if (name == "ring::globalIndex") {
    useKernelOnly(e->getSourceRange(), name);
    return result(arithmetic(clang::BO_Add,
                             arithmetic(clang::BO_Mul, index(ir::Builtin::BlockX, loc),
                                        index(ir::Builtin::BlockSizeX, loc), loc),
                             index(ir::Builtin::ThreadX, loc), loc));
  }
  if (const auto x = indexBuiltin(name)) {
    useKernelOnly(e->getSourceRange(), name);
    const ir::Type* dim3 = type(callee->getReturnType(), e->getSourceRange());
    if (!dim3)
      return failure();
    std::vector<ir::Expr*> axes;
    for (unsigned axis = 0; axis < 3; ++axis)
      axes.push_back(index(static_cast<ir::Builtin>(static_cast<unsigned>(*x) + axis), loc));
    return result(make<ir::ConstructExpr>(dim3, std::move(axes), at(loc)));
  }
  return std::nullopt;
}

} // namespace ringc

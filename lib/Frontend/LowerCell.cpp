// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Members of ring::Cell1/2/3: elements at constant offsets, coordinates, extents.

#include "FunctionLowering.h"
#include "llvm/ADT/StringSwitch.h"

namespace ringc {

namespace {

struct Offset {
  int32_t dx, dy, dz;
};

std::optional<Offset> namedOffset(llvm::StringRef method) {
  return llvm::StringSwitch<std::optional<Offset>>(method)
      .Case("operator()", Offset{0, 0, 0})
      .Case("east", Offset{1, 0, 0})
      .Case("west", Offset{-1, 0, 0})
      .Case("north", Offset{0, 1, 0})
      .Case("south", Offset{0, -1, 0})
      .Case("up", Offset{0, 0, 1})
      .Case("down", Offset{0, 0, -1})
      .Default(std::nullopt);
}

std::optional<ir::CellInfo> cellInfo(llvm::StringRef method) {
  return llvm::StringSwitch<std::optional<ir::CellInfo>>(method)
      .Case("x", ir::CellInfo::X)
      .Case("y", ir::CellInfo::Y)
      .Case("z", ir::CellInfo::Z)
      .Case("extentX", ir::CellInfo::ExtentX)
      .Case("extentY", ir::CellInfo::ExtentY)
      .Case("extentZ", ir::CellInfo::ExtentZ)
      .Default(std::nullopt);
}

} // namespace

std::optional<FunctionLowering::CallResult> FunctionLowering::cellCall(const clang::CallExpr* e,
                                                                       const clang::Expr* object,
                                                                       llvm::StringRef method) {
  ir::Place* place = this->place(object);
  if (!place)
    return failure();
  if (!llvm::isa<ir::LocalPlace>(place) || !llvm::isa<ir::CellType>(place->type()))
    return m_.unsupported.refuseStmt(*e), failure();
  ir::Local* cell = ir::rootOf(*place);
  const ir::Location loc = at(e->getExprLoc());
  if (const auto info = cellInfo(method))
    return result(make<ir::CellInfoExpr>(cell, *info, types().i32(), loc));
  if (const auto offset = namedOffset(method))
    return result(make<ir::CellPlace>(cell, offset->dx, offset->dy, offset->dz, loc));
  if (method != "at")
    return std::nullopt;
  int32_t offsets[3] = {0, 0, 0};
  for (unsigned i = 0; i < e->getNumArgs() && i < 3; ++i) {
    ir::Expr* arg = value(e->getArg(i));
    if (!arg)
      return failure();
    const auto* constant = llvm::dyn_cast<ir::ConstantExpr>(arg);
    if (!constant)
      return refuse(e->getArg(i)->getSourceRange(), DiagId::CellOffsetNotConstant), failure();
    offsets[i] = static_cast<int32_t>(static_cast<uint32_t>(constant->bits));
    constexpr int32_t maxOffset = 1024; // cells
    if (offsets[i] < -maxOffset || offsets[i] > maxOffset)
      return refuse(e->getArg(i)->getSourceRange(), DiagId::CellOffsetTooLarge, offsets[i],
                    maxOffset),
             failure();
  }
  return result(make<ir::CellPlace>(cell, offsets[0], offsets[1], offsets[2], loc));
}

} // namespace ringc

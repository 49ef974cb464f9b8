// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Places: variables of WGSL, or addresses in buffers.

#include "WgslPrinter.h"
#include "ringc/Support/Check.h"

namespace ringc::wgsl {

using namespace ir;

/// An index as u32, fit for a product.
std::string WgslPrinter::index(const Expr& expr) {
  const auto& type = llvm::cast<IntType>(*expr.type());
  if (const auto* constant = llvm::dyn_cast<ConstantExpr>(&expr))
    return fmt::format("{}u", static_cast<uint32_t>(constant->bits));
  const Text inner = text(expr);
  if (type.bits() == 64) // an index within a buffer has no high word
    return fmt::format("{}.x", inner.precedence == 16 ? inner.text : "(" + inner.text + ")");
  if (type.isSigned())
    return fmt::format("u32({})", inner.text);
  return inner.precedence == 16 ? inner.text : "(" + inner.text + ")";
}

/// `p + ring_cell.row - 1u`: the element at an offset from the centre.
static std::string cellIndex(llvm::StringRef centre, const CellPlace& place) {
  std::string text = centre.str();
  const auto add = [&](int32_t count, llvm::StringRef pitch) {
    if (count == 0)
      return;
    const int64_t size = count < 0 ? -static_cast<int64_t>(count) : count;
    text += count < 0 ? " - " : " + ";
    if (pitch.empty())
      text += fmt::format("{}u", size);
    else
      text += size == 1 ? pitch.str() : fmt::format("{}u * {}", size, pitch);
  };
  add(place.dz, "ring_cell.slice");
  add(place.dy, "ring_cell.row");
  add(place.dx, "");
  return text;
}

std::optional<Address> WgslPrinter::address(const Place& place) {
  switch (place.kind()) {
  case PlaceKind::Local: {
    const Local* local = llvm::cast<LocalPlace>(place).local;
    if (!local->isReference())
      return std::nullopt;
    const Buffer& buffer = local->space == AddressSpace::State ? state_ : inbox_;
    return Address(buffer).plus(locals_.of(local).str(), 4);
  }
  case PlaceKind::Field: {
    const auto& field = llvm::cast<FieldPlace>(place);
    std::optional<Address> base = address(*field.base);
    const auto& type = llvm::cast<StructType>(*field.base->type());
    return base ? std::optional(base->plus(type.fields()[field.field].offset)) : std::nullopt;
  }
  case PlaceKind::Index: {
    const auto& element = llvm::cast<IndexPlace>(place);
    std::optional<Address> base = address(*element.base);
    if (!base)
      return std::nullopt;
    if (const auto* constant = llvm::dyn_cast<ConstantExpr>(element.index))
      return base->plus(constant->bits * place.type()->size());
    return base->plus(index(*element.index), place.type()->size());
  }
  case PlaceKind::SpanElement: {
    const auto& element = llvm::cast<SpanElementPlace>(place);
    return Address(views_.at(element.span)).plus(index(*element.index), place.type()->size());
  }
  case PlaceKind::Cell: {
    const auto& cell = llvm::cast<CellPlace>(place);
    std::string at = cellIndex(locals_.of(cell.cell), cell);
    const bool isSum = at.find(' ') != std::string::npos && place.type()->size() != 4;
    return Address(views_.at(cell.cell))
        .plus(isSum ? "(" + at + ")" : std::move(at), place.type()->size());
  }
  }
  RINGC_UNREACHABLE("unknown place kind");
}

std::string WgslPrinter::variable(const Place& place) {
  if (const auto* local = llvm::dyn_cast<LocalPlace>(&place)) {
    const auto global = globals_.find(local->local);
    return global != globals_.end() ? global->second : locals_.of(local->local).str();
  }
  if (const auto* field = llvm::dyn_cast<FieldPlace>(&place))
    return fmt::format("{}.{}", variable(*field->base),
                       fields_.of(llvm::cast<StructType>(*field->base->type()), field->field));
  const auto& element = llvm::cast<IndexPlace>(place);
  return fmt::format("{}[{}]", variable(*element.base), index(*element.index));
}

bool WgslPrinter::isAtomicShared(const Place& place) const {
  return atomicShared_.contains(rootOf(place));
}

std::string WgslPrinter::loadPlace(const Place& place) {
  if (const std::optional<Address> at = address(place))
    return load(*place.type(), *at);
  if (isAtomicShared(place) && place.type()->isScalar())
    return fmt::format("atomicLoad(&{})", variable(place));
  return variable(place);
}

} // namespace ringc::wgsl

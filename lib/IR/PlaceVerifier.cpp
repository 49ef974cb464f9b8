// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Verifies places: what they are part of, whether they may be written, and how a stencil's cells
// are used.

#include "FunctionVerifier.h"
#include "ringc/IR/Printer.h"

namespace ringc::ir {

AddressSpace spaceOf(const Place& place) {
  const Local& root = *rootOf(place);
  if (root.type->kind() == TypeKind::Span || root.type->kind() == TypeKind::Cell)
    return AddressSpace::Buffer;
  return root.kind == LocalKind::Shared ? AddressSpace::Workgroup : root.space;
}

bool isWritable(const Place& place) {
  const Local& root = *rootOf(place);
  if (const auto* span = llvm::dyn_cast<SpanType>(root.type))
    return !span->isConst();
  if (const auto* cell = llvm::dyn_cast<CellType>(root.type))
    return !cell->isConst();
  return !root.isConst && spaceOf(place) != AddressSpace::Message;
}

namespace {

const CellPlace* cellOf(const Place& place) {
  const Place* current = &place;
  for (;;) {
    if (const auto* field = llvm::dyn_cast<FieldPlace>(current))
      current = field->base;
    else if (const auto* index = llvm::dyn_cast<IndexPlace>(current))
      current = index->base;
    else
      return llvm::dyn_cast<CellPlace>(current);
  }
}

} // namespace

bool FunctionVerifier::cell(const CellPlace& place) {
  if (!use(place.cell, place.loc()))
    return false;
  const auto* type = llvm::dyn_cast<CellType>(place.cell->type);
  return require(type != nullptr, "place.c3", place.loc(), "'{}' is not a cell",
                 place.cell->name) &&
         require((type->dims() > 1 || place.dy == 0) && (type->dims() > 2 || place.dz == 0),
                 "cell.c2", place.loc(),
                 "an offset along an axis that the {} dimensions of '{}' lack", type->dims(),
                 place.cell->name);
}

bool FunctionVerifier::place(const Place& place) {
  if (!shared_.checkLocation(place.loc()) || !shared_.checkType(place.type(), place.loc()))
    return false;
  switch (place.kind()) {
  case PlaceKind::Local:
    return use(llvm::cast<LocalPlace>(place).local, place.loc()) &&
           require(place.type() == llvm::cast<LocalPlace>(place).local->type, "place.c1",
                   place.loc(), "the place's type '{}' is not that of its local",
                   toString(*place.type()));
  case PlaceKind::Field: {
    const auto& field = llvm::cast<FieldPlace>(place);
    if (!this->place(*field.base))
      return false;
    const auto* type = llvm::dyn_cast<StructType>(field.base->type());
    return require(type && field.field < type->fields().size() &&
                       type->fields()[field.field].type == place.type(),
                   "place.c2", place.loc(), "type '{}' has no field number {}",
                   toString(*field.base->type()), field.field);
  }
  case PlaceKind::Index: {
    const auto& index = llvm::cast<IndexPlace>(place);
    const bool isBaseGood = this->place(*index.base);
    if (!indexExpr(*index.index, "index.c1") || !isBaseGood)
      return false;
    const auto* type = llvm::dyn_cast<ArrayType>(index.base->type());
    if (!require(type && type->element() == place.type(), "index.c2", place.loc(),
                 "type '{}' has no elements of type '{}'", toString(*index.base->type()),
                 toString(*place.type())))
      return false;
    const auto* constant = llvm::dyn_cast<ConstantExpr>(index.index);
    return !constant || require(constant->bits < type->count(), "index.c3", place.loc(),
                                "the constant index is {}; the array has {} elements",
                                constant->bits, type->count());
  }
  case PlaceKind::SpanElement: {
    const auto& element = llvm::cast<SpanElementPlace>(place);
    const auto* type = llvm::dyn_cast<SpanType>(element.span->type);
    return use(element.span, place.loc()) && indexExpr(*element.index, "index.c1") &&
           require(type && type->element() == place.type(), "place.c3", place.loc(),
                   "'{}' is not a span of '{}'", element.span->name, toString(*place.type()));
  }
  case PlaceKind::Cell:
    return cell(llvm::cast<CellPlace>(place));
  }
  return false;
}

/// Remembers how a cell is used; a reference to one counts as both of what it allows.
void FunctionVerifier::noteAccess(const Place& place, bool isWrite) {
  const CellPlace* cell = cellOf(place);
  if (!cell)
    return;
  FunctionFacts::CellUse& use = facts_.cells[cell->cell];
  const bool isCentre = cell->dx == 0 && cell->dy == 0 && cell->dz == 0;
  if (isWrite)
    use.isWritten = true;
  else if (!isCentre)
    use.isReadAtOffset = true;
  require(!isWrite || isCentre, "cell.c3", place.loc(),
          "field '{}' is written at an offset; only the centre may be", cell->cell->name);
}

bool FunctionVerifier::readable(const Place& place) {
  if (!this->place(place))
    return false;
  noteAccess(place, false);
  return require(hasStorage(*place.type()), "load.c1", place.loc(),
                 "a value of type '{}' cannot be loaded", toString(*place.type()));
}

bool FunctionVerifier::writable(const Place& place, llvm::StringRef constraint) {
  if (!this->place(place))
    return false;
  noteAccess(place, true);
  return require(hasStorage(*place.type()) && isWritable(place), constraint, place.loc(),
                 "'{}' is const, a message or no variable", rootOf(place)->name);
}

} // namespace ringc::ir

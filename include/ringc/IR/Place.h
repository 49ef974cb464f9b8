// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Places: what can be read or written. A place never has an effect of its own; its index
// expressions are pure.
#ifndef RINGC_IR_PLACE_H
#define RINGC_IR_PLACE_H

#include "ringc/IR/Types.h"

namespace ringc::ir {

class Expr;

/// Where a reference points. A target may print it as an address space.
enum class AddressSpace : uint8_t {
  Function,  ///< this thread's own locals
  State,     ///< an actor's state in device memory
  Message,   ///< a message in its slot: read only
  Buffer,    ///< a span's elements
  Workgroup, ///< shared by the threads of a block
};

enum class LocalKind : uint8_t {
  Variable,           ///< declared by a DeclStmt, a loop's init, or a region (index, operands)
  Reference,          ///< bound once by a RefStmt to a place
  ValueParameter,     ///< by value; also Span, Cell and Context parameters
  ReferenceParameter, ///< by reference, in `space`
  Shared,             ///< one for a block; listed in Function::shared
};

/// A named local of a function: variable, reference, parameter or shared variable.
class Local {
public:
  Local(LocalKind kind, std::string name, const Type* type, Location loc)
      : kind(kind), name(std::move(name)), type(type), loc(loc) {}
  LocalKind kind;
  std::string name; ///< the user's name; names need not be unique in a function
  const Type* type; ///< of the referred-to place for references
  Location loc;
  AddressSpace space = AddressSpace::Function; ///< references only
  bool isConst = false;                        ///< never stored to after its declaration

  bool isParameter() const {
    return kind == LocalKind::ValueParameter || kind == LocalKind::ReferenceParameter;
  }
  bool isReference() const {
    return kind == LocalKind::Reference || kind == LocalKind::ReferenceParameter;
  }
};

enum class PlaceKind : uint8_t { Local, Field, Index, SpanElement, Cell };

class Place {
public:
  PlaceKind kind() const { return kind_; }
  /// Type of what is stored there.
  const Type* type() const { return type_; }
  Location loc() const { return loc_; }
  virtual ~Place() = default;

protected:
  Place(PlaceKind kind, const Type* type, Location loc) : kind_(kind), type_(type), loc_(loc) {}

private:
  PlaceKind kind_;
  const Type* type_;
  Location loc_;
};

/// A local, or what a reference refers to.
class LocalPlace final : public Place {
public:
  LocalPlace(Local* local, Location loc)
      : Place(PlaceKind::Local, local->type, loc), local(local) {}
  Local* local;
  static bool classof(const Place* p) { return p->kind() == PlaceKind::Local; }
};

/// base.field
class FieldPlace final : public Place {
public:
  FieldPlace(Place* base, uint32_t field, Location loc)
      : Place(PlaceKind::Field, llvm::cast<StructType>(base->type())->fields()[field].type, loc),
        base(base), field(field) {}
  Place* base;
  uint32_t field; ///< index into the struct's fields
  static bool classof(const Place* p) { return p->kind() == PlaceKind::Field; }
};

/// base[index]; base is an array, index any integer expression.
class IndexPlace final : public Place {
public:
  IndexPlace(Place* base, Expr* index, Location loc)
      : Place(PlaceKind::Index, llvm::cast<ArrayType>(base->type())->element(), loc), base(base),
        index(index) {}
  Place* base;
  Expr* index;
  static bool classof(const Place* p) { return p->kind() == PlaceKind::Index; }
};

/// span[index]; span is a parameter of span type.
class SpanElementPlace final : public Place {
public:
  SpanElementPlace(Local* span, Expr* index, Location loc)
      : Place(PlaceKind::SpanElement, llvm::cast<SpanType>(span->type)->element(), loc), span(span),
        index(index) {}
  Local* span;
  Expr* index;
  static bool classof(const Place* p) { return p->kind() == PlaceKind::SpanElement; }
};

/// The cell at a constant offset; cell is a parameter of cell type; unused axes are 0.
class CellPlace final : public Place {
public:
  CellPlace(Local* cell, int32_t dx, int32_t dy, int32_t dz, Location loc)
      : Place(PlaceKind::Cell, llvm::cast<CellType>(cell->type)->element(), loc), cell(cell),
        dx(dx), dy(dy), dz(dz) {}
  Local* cell;
  int32_t dx, dy, dz;
  static bool classof(const Place* p) { return p->kind() == PlaceKind::Cell; }
};

/// The local at the root of a place (through fields and indices).
Local* rootOf(const Place& place);
/// Where the memory of a place lies.
AddressSpace spaceOf(const Place& place);

} // namespace ringc::ir

#endif

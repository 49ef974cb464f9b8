// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The types of the IR. Every type is interned: two equal types of one TypeTable have one address,
// so types compare by pointer. Layouts (sizes and byte offsets) are those the host compiler gives
// them; a target that lays values out otherwise must convert at its memory accesses.
#ifndef RINGC_IR_TYPES_H
#define RINGC_IR_TYPES_H

#include "ringc/IR/Location.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Casting.h"
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace ringc::ir {

enum class TypeKind : uint8_t {
  Void,
  Bool,
  Int,
  Float,
  Array,
  Struct,
  Span,    ///< a buffer and its element count: a kernel's std::span parameter
  Cell,    ///< one cell of a field: a stencil's ring::Cell1/2/3 parameter
  Context, ///< the activation a handler runs in: ring::Context
};

class Type {
public:
  TypeKind kind() const { return kind_; }
  /// Size in bytes in host memory; 0 for Void, Span, Cell and Context, which have no storage.
  uint64_t size() const { return size_; }
  /// Alignment in bytes in host memory; 1 where size() is 0.
  uint32_t align() const { return align_; }
  /// Bool, Int or Float.
  bool isScalar() const {
    return kind_ == TypeKind::Bool || kind_ == TypeKind::Int || kind_ == TypeKind::Float;
  }
  bool isAggregate() const { return kind_ == TypeKind::Array || kind_ == TypeKind::Struct; }
  virtual ~Type() = default;

protected:
  Type(TypeKind kind, uint64_t size, uint32_t align) : kind_(kind), align_(align), size_(size) {}

private:
  friend class TypeTable;
  TypeKind kind_;
  uint32_t align_;
  uint64_t size_;
};

/// Void, Bool or Context: a type without parameters.
class SimpleType final : public Type {
public:
  static bool classof(const Type* t) {
    return t->kind() == TypeKind::Void || t->kind() == TypeKind::Bool ||
           t->kind() == TypeKind::Context;
  }

private:
  friend class TypeTable;
  explicit SimpleType(TypeKind kind) : Type(kind, kind == TypeKind::Bool ? 1 : 0, 1) {}
};

/// A two's complement integer of 8, 16, 32 or 64 bits.
class IntType final : public Type {
public:
  uint32_t bits() const { return bits_; }
  bool isSigned() const { return isSigned_; }
  static bool classof(const Type* t) { return t->kind() == TypeKind::Int; }

private:
  friend class TypeTable;
  IntType(uint32_t bits, bool isSigned)
      : Type(TypeKind::Int, bits / 8, bits / 8), bits_(bits), isSigned_(isSigned) {}
  uint32_t bits_;
  bool isSigned_;
};

/// An IEEE 754 binary32 or binary64 number.
class FloatType final : public Type {
public:
  uint32_t bits() const { return bits_; }
  static bool classof(const Type* t) { return t->kind() == TypeKind::Float; }

private:
  friend class TypeTable;
  explicit FloatType(uint32_t bits) : Type(TypeKind::Float, bits / 8, bits / 8), bits_(bits) {}
  uint32_t bits_;
};

/// `count` elements of `element`, without gaps.
class ArrayType final : public Type {
public:
  const Type* element() const { return element_; }
  uint64_t count() const { return count_; }
  static bool classof(const Type* t) { return t->kind() == TypeKind::Array; }

private:
  friend class TypeTable;
  ArrayType(const Type* element, uint64_t count)
      : Type(TypeKind::Array, element->size() * count, element->align()), element_(element),
        count_(count) {}
  const Type* element_;
  uint64_t count_;
};

struct Field {
  std::string name;
  const Type* type;
  uint64_t offset; ///< bytes from the start of the struct
  Location loc;
};

/// A named struct. Identity is its qualified C++ name, template arguments included.
class StructType final : public Type {
public:
  /// The qualified C++ name, e.g. `bank::Transfer` or `Gaussian<float>`.
  llvm::StringRef name() const { return name_; }
  llvm::ArrayRef<Field> fields() const { return fields_; }
  Location loc() const { return loc_; }
  static bool classof(const Type* t) { return t->kind() == TypeKind::Struct; }

private:
  friend class TypeTable;
  StructType(std::string name, std::vector<Field> fields, uint64_t size, uint32_t align,
             Location loc)
      : Type(TypeKind::Struct, size, align), name_(std::move(name)), fields_(std::move(fields)),
        loc_(loc) {}
  std::string name_;
  std::vector<Field> fields_;
  Location loc_;
};

/// A kernel's view of a buffer in device memory.
class SpanType final : public Type {
public:
  const Type* element() const { return element_; }
  bool isConst() const { return isConst_; }
  static bool classof(const Type* t) { return t->kind() == TypeKind::Span; }

private:
  friend class TypeTable;
  SpanType(const Type* element, bool isConst)
      : Type(TypeKind::Span, 0, 1), element_(element), isConst_(isConst) {}
  const Type* element_;
  bool isConst_;
};

/// A stencil's view of one field at one cell; dims is 1, 2 or 3.
class CellType final : public Type {
public:
  const Type* element() const { return element_; }
  uint32_t dims() const { return dims_; }
  bool isConst() const { return isConst_; }
  static bool classof(const Type* t) { return t->kind() == TypeKind::Cell; }

private:
  friend class TypeTable;
  CellType(const Type* element, uint32_t dims, bool isConst)
      : Type(TypeKind::Cell, 0, 1), element_(element), dims_(dims), isConst_(isConst) {}
  const Type* element_;
  uint32_t dims_;
  bool isConst_;
};

/// Owns and interns the types of one module. Structs keep the order in which they were added, and a
/// struct is added after the structs that its fields use.
class TypeTable {
public:
  TypeTable();
  ~TypeTable();
  TypeTable(const TypeTable&) = delete;
  TypeTable& operator=(const TypeTable&) = delete;

  const Type* voidType() const { return void_; }
  const Type* boolType() const { return bool_; }
  const Type* contextType() const { return context_; }
  /// bits is 8, 16, 32 or 64.
  const IntType* intType(uint32_t bits, bool isSigned);
  const IntType* u32() { return intType(32, false); }
  const IntType* i32() { return intType(32, true); }
  /// bits is 32 or 64.
  const FloatType* floatType(uint32_t bits);
  const ArrayType* arrayType(const Type* element, uint64_t count);
  const SpanType* spanType(const Type* element, bool isConst);
  const CellType* cellType(const Type* element, uint32_t dims, bool isConst);

  /// Adds a struct whose name must be new to the table.
  const StructType* addStruct(std::string name, std::vector<Field> fields, uint64_t size,
                              uint32_t align, Location loc);
  /// The struct of that name, or null.
  const StructType* findStruct(llvm::StringRef name) const;
  llvm::ArrayRef<const StructType*> structs() const { return structs_; }
  /// True where this table made `type`.
  bool contains(const Type* type) const;

private:
  template <class T, class... Args> const T* own(Args&&... args);
  std::vector<std::unique_ptr<Type>> owned_;
  const Type* void_;
  const Type* bool_;
  const Type* context_;
  std::map<std::pair<uint32_t, bool>, const IntType*> ints_;
  std::map<uint32_t, const FloatType*> floats_;
  std::map<std::pair<const Type*, uint64_t>, const ArrayType*> arrays_;
  std::map<std::pair<const Type*, bool>, const SpanType*> spans_;
  std::map<std::tuple<const Type*, uint32_t, bool>, const CellType*> cells_;
  std::vector<const StructType*> structs_;
  std::map<llvm::StringRef, const StructType*> structsByName_; ///< keys live in the structs
};

/// True where both have the same size, alignment, and fields of equal names, offsets and (by the
/// same rule) types. The two may belong to different tables.
bool sameLayout(const Type& a, const Type& b);

} // namespace ringc::ir

#endif

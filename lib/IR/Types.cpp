// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The table of interned types, and the comparison of layouts. It computes no layout: sizes and
// offsets come from the host compiler through whoever adds a struct.

#include "ringc/IR/Types.h"
#include "ringc/Support/Check.h"
#include "llvm/ADT/DenseSet.h"

namespace ringc::ir {

template <class T, class... Args> const T* TypeTable::own(Args&&... args) {
  auto* type = new T(std::forward<Args>(args)...);
  owned_.emplace_back(type);
  return type;
}

TypeTable::TypeTable()
    : void_(own<SimpleType>(TypeKind::Void)), bool_(own<SimpleType>(TypeKind::Bool)),
      context_(own<SimpleType>(TypeKind::Context)) {}

TypeTable::~TypeTable() = default;

const IntType* TypeTable::intType(uint32_t bits, bool isSigned) {
  RINGC_CHECK(bits == 8 || bits == 16 || bits == 32 || bits == 64, "integer width is not 8 to 64");
  const IntType*& type = ints_[{bits, isSigned}];
  if (!type)
    type = own<IntType>(bits, isSigned);
  return type;
}

const FloatType* TypeTable::floatType(uint32_t bits) {
  RINGC_CHECK(bits == 32 || bits == 64, "float width is not 32 or 64");
  const FloatType*& type = floats_[bits];
  if (!type)
    type = own<FloatType>(bits);
  return type;
}

const ArrayType* TypeTable::arrayType(const Type* element, uint64_t count) {
  const ArrayType*& type = arrays_[{element, count}];
  if (!type)
    type = own<ArrayType>(element, count);
  return type;
}

const SpanType* TypeTable::spanType(const Type* element, bool isConst) {
  const SpanType*& type = spans_[{element, isConst}];
  if (!type)
    type = own<SpanType>(element, isConst);
  return type;
}

const CellType* TypeTable::cellType(const Type* element, uint32_t dims, bool isConst) {
  const CellType*& type = cells_[{element, dims, isConst}];
  if (!type)
    type = own<CellType>(element, dims, isConst);
  return type;
}

const StructType* TypeTable::addStruct(std::string name, std::vector<Field> fields, uint64_t size,
                                       uint32_t align, Location loc) {
  RINGC_CHECK(!findStruct(name), "struct '" + name + "' is already in the table");
  const auto* type = own<StructType>(std::move(name), std::move(fields), size, align, loc);
  structs_.push_back(type);
  structsByName_.emplace(type->name(), type);
  return type;
}

const StructType* TypeTable::findStruct(llvm::StringRef name) const {
  const auto found = structsByName_.find(name);
  return found == structsByName_.end() ? nullptr : found->second;
}

bool TypeTable::contains(const Type* type) const {
  for (const std::unique_ptr<Type>& owned : owned_)
    if (owned.get() == type)
      return true;
  return false;
}

namespace {

/// Compares two types pair by pair. A work list and a memory of pairs instead of recursion: a chain
/// of structs may be long, and a diamond of them has exponentially many paths.
class LayoutComparison {
public:
  bool same(const Type& a, const Type& b) {
    push(&a, &b);
    while (!work_.empty()) {
      const auto [left, right] = work_.pop_back_val();
      if (!sameHere(*left, *right))
        return false;
    }
    return true;
  }

private:
  void push(const Type* a, const Type* b) {
    if (a != b && seen_.insert({a, b}).second)
      work_.emplace_back(a, b);
  }

  /// Compares everything but the types inside, which are pushed.
  bool sameHere(const Type& a, const Type& b) {
    if (a.kind() != b.kind() || a.size() != b.size() || a.align() != b.align())
      return false;
    switch (a.kind()) {
    case TypeKind::Void:
    case TypeKind::Bool:
    case TypeKind::Context:
    case TypeKind::Float:
      return true;
    case TypeKind::Int:
      return llvm::cast<IntType>(a).isSigned() == llvm::cast<IntType>(b).isSigned();
    case TypeKind::Array:
      push(llvm::cast<ArrayType>(a).element(), llvm::cast<ArrayType>(b).element());
      return llvm::cast<ArrayType>(a).count() == llvm::cast<ArrayType>(b).count();
    case TypeKind::Struct:
      return sameFields(llvm::cast<StructType>(a).fields(), llvm::cast<StructType>(b).fields());
    case TypeKind::Span:
      push(llvm::cast<SpanType>(a).element(), llvm::cast<SpanType>(b).element());
      return llvm::cast<SpanType>(a).isConst() == llvm::cast<SpanType>(b).isConst();
    case TypeKind::Cell:
      push(llvm::cast<CellType>(a).element(), llvm::cast<CellType>(b).element());
      return llvm::cast<CellType>(a).isConst() == llvm::cast<CellType>(b).isConst() &&
             llvm::cast<CellType>(a).dims() == llvm::cast<CellType>(b).dims();
    }
    RINGC_UNREACHABLE("unknown type kind");
  }

  bool sameFields(llvm::ArrayRef<Field> a, llvm::ArrayRef<Field> b) {
    if (a.size() != b.size())
      return false;
    for (size_t i = 0; i < a.size(); ++i) {
      if (a[i].name != b[i].name || a[i].offset != b[i].offset)
        return false;
      push(a[i].type, b[i].type);
    }
    return true;
  }

  llvm::SmallVector<std::pair<const Type*, const Type*>> work_;
  llvm::DenseSet<std::pair<const Type*, const Type*>> seen_;
};

} // namespace

bool sameLayout(const Type& a, const Type& b) { return LayoutComparison().same(a, b); }

} // namespace ringc::ir

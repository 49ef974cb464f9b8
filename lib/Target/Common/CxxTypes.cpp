// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Types and struct definitions. A struct has the host's layout: where the natural one differs, the
// gaps are spelled out, and both are asserted.

#include "CxxPrinter.h"
#include "Usage.h"
#include "ringc/Support/Check.h"
#include "llvm/Support/MathExtras.h"

namespace ringc::target {

using namespace ir;

llvm::StringRef spaceName(const CxxDialect& dialect, AddressSpace space) {
  if (!dialect.hasAddressSpaces)
    return "";
  switch (space) {
  case AddressSpace::Function:
    return "thread ";
  case AddressSpace::State:
  case AddressSpace::Message:
  case AddressSpace::Buffer:
    return "device ";
  case AddressSpace::Workgroup:
    return "threadgroup ";
  }
  RINGC_UNREACHABLE("unknown address space");
}

std::string CxxPrinter::type(const Type& type) const {
  switch (type.kind()) {
  case TypeKind::Void:
    return "void";
  case TypeKind::Bool:
  case TypeKind::Int:
  case TypeKind::Float:
    return dialect_.scalar(type).str();
  case TypeKind::Array: {
    const auto& array = llvm::cast<ArrayType>(type);
    return fmt::format("ring_Array<{}, {}>", this->type(*array.element()), array.count());
  }
  case TypeKind::Struct:
    return names_.of(llvm::cast<StructType>(&type)).str();
  case TypeKind::Context:
    return "ring_Context";
  case TypeKind::Span:
  case TypeKind::Cell:
    break;
  }
  RINGC_UNREACHABLE("a view has no type of its own");
}

/// `ring::abi::Atomic<u32>` is the target's own atomic word.
static bool isAtomic(const StructType& type) {
  return type.name().starts_with("ring::abi::Atomic<");
}

uint64_t gapBefore(const StructType& type, size_t index) {
  uint64_t end = 0;
  uint32_t align = 1;
  for (size_t i = 0; i < index; ++i) {
    end = type.fields()[i].offset + type.fields()[i].type->size();
    align = std::max(align, type.fields()[i].type->align());
  }
  if (index < type.fields().size()) {
    const Field& field = type.fields()[index];
    return llvm::alignTo(end, field.type->align()) < field.offset ? field.offset - end : 0;
  }
  // An empty struct takes one byte in C++ anyway.
  return index != 0 && llvm::alignTo(end, std::max(align, type.align())) < type.size()
             ? type.size() - end
             : 0;
}

void CxxPrinter::abiEnum() {
  const BlockScope body(out_, "enum : ring_u32", ";");
  for (const AbiConstant& constant : abiConstants())
    out_.line("ring_{} = {}u,", constant.name, constant.value);
}

void CxxPrinter::structDefinition(const StructType& type) {
  const llvm::StringRef name = names_.of(&type);
  if (isAtomic(type)) {
    out_.line("typedef {} {};", dialect_.hasAddressSpaces ? "atomic_uint" : "ring_u32", name);
    return;
  }
  uint32_t natural = 1;
  for (const Field& field : type.fields())
    natural = std::max(natural, field.type->align());
  const std::string aligned =
      type.align() > natural ? fmt::format("alignas({}) ", type.align()) : "";
  std::string asserts = fmt::format("sizeof({}) == {}", name, type.size());
  {
    const BlockScope body(out_, fmt::format("struct {}{}", aligned, name), ";");
    for (uint32_t i = 0; i <= type.fields().size(); ++i) {
      if (const uint64_t gap = gapBefore(type, i))
        out_.line("ring_u8 ring_gap{}[{}];", i, gap);
      if (i == type.fields().size())
        break;
      const Field& field = type.fields()[i];
      out_.line("{} {};", this->type(*field.type), fields_.of(type, i));
      if (field.offset != 0)
        asserts +=
            fmt::format(" && RING_OFFSETOF({}, {}) == {}", name, fields_.of(type, i), field.offset);
    }
  }
  out_.line("static_assert({}, \"layout of {}\");", asserts, name);
}

} // namespace ringc::target

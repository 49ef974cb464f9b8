// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Little-endian bytes, as on every host that this is built for.

#include "test/tools/ir-run/Memory.h"

#include <bit>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fmt/format.h>

namespace ring::test {

using namespace ringc::ir;

void fault(const std::string& message) {
  std::fflush(stdout);
  std::fprintf(stderr, "ir-run: %s\n", message.c_str());
  std::_Exit(1);
}

uint64_t bitsOf(const Type& type, const uint8_t* data) {
  uint64_t bits = 0;
  std::memcpy(&bits, data, type.size());
  return bits;
}

Bytes bytesOf(const Type& type, uint64_t bits) {
  Bytes bytes(type.size());
  std::memcpy(bytes.data(), &bits, bytes.size());
  return bytes;
}

int64_t signExtend(const Type& type, uint64_t bits) {
  const auto* integer = llvm::dyn_cast<IntType>(&type);
  if (!integer || !integer->isSigned())
    return static_cast<int64_t>(bits);
  const unsigned shift = 64 - integer->bits();
  return static_cast<int64_t>(bits << shift) >> shift;
}

double realOf(const Type& type, uint64_t bits) {
  return type.size() == 4 ? double(std::bit_cast<float>(static_cast<uint32_t>(bits)))
                          : std::bit_cast<double>(bits);
}

uint64_t bitsOfReal(const Type& type, double value) {
  return type.size() == 4 ? std::bit_cast<uint32_t>(static_cast<float>(value))
                          : std::bit_cast<uint64_t>(value);
}

namespace {

/// Visits the parts of an aggregate: type, offset, number.
template <class Visit> void forEachPart(const Type& type, Visit visit) {
  if (const auto* array = llvm::dyn_cast<ArrayType>(&type)) {
    for (uint64_t i = 0; i < array->count(); ++i)
      visit(*array->element(), i * array->element()->size(), static_cast<uint32_t>(i));
    return;
  }
  const auto fields = llvm::cast<StructType>(type).fields();
  for (uint32_t i = 0; i < fields.size(); ++i)
    visit(*fields[i].type, fields[i].offset, i);
}

} // namespace

void fill(const Type& type, uint8_t* data, uint32_t seed) {
  if (type.isAggregate()) {
    forEachPart(type, [&](const Type& part, uint64_t offset, uint32_t i) {
      fill(part, data + offset, seed + 5 * i + 1);
    });
    return;
  }
  const int32_t small = static_cast<int32_t>((seed * 7 + 3) % 23);
  uint64_t bits = static_cast<uint64_t>(small);
  if (type.kind() == TypeKind::Bool)
    bits &= 1;
  else if (llvm::isa<FloatType>(type))
    bits = bitsOfReal(type, (small - 9) * 0.375);
  else if (llvm::cast<IntType>(type).isSigned())
    bits = static_cast<uint64_t>(small - 6);
  std::memcpy(data, &bits, type.size());
}

std::string show(const Type& type, const uint8_t* data) {
  if (type.isAggregate()) {
    std::string text;
    forEachPart(type, [&](const Type& part, uint64_t offset, uint32_t) {
      text += (text.empty() ? "" : ", ") + show(part, data + offset);
    });
    return "{" + text + "}";
  }
  const uint64_t bits = bitsOf(type, data);
  if (type.kind() == TypeKind::Bool)
    return bits ? "true" : "false";
  if (llvm::isa<FloatType>(type))
    return type.size() == 4 ? fmt::format("{}", static_cast<float>(realOf(type, bits)))
                            : fmt::format("{}", realOf(type, bits));
  return llvm::cast<IntType>(type).isSigned() ? fmt::format("{}", signExtend(type, bits))
                                              : fmt::format("{}", bits);
}

} // namespace ring::test

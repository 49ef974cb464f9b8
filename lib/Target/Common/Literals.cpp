// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// fmt prints floats in the shortest form that round-trips.

#include "Literals.h"
#include <bit>
#include <cmath>
#include <fmt/format.h>

namespace ringc::target {

using namespace ir;

template <class T> static std::string shortest(T value) {
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".e") == std::string::npos)
    text += ".0";
  return text;
}

std::string decimal(float value) { return shortest(value); }
std::string decimal(double value) { return shortest(value); }

float floatOf(const ConstantExpr& constant) {
  return std::bit_cast<float>(static_cast<uint32_t>(constant.bits));
}

double doubleOf(const ConstantExpr& constant) { return std::bit_cast<double>(constant.bits); }

int64_t signedOf(const ConstantExpr& constant) {
  const auto& type = llvm::cast<IntType>(*constant.type());
  if (!type.isSigned())
    return static_cast<int64_t>(constant.bits);
  return static_cast<int64_t>(constant.bits << (64 - type.bits())) >> (64 - type.bits());
}

bool isFinite(const ConstantExpr& constant) {
  return constant.type()->size() == 4 ? std::isfinite(floatOf(constant))
                                      : std::isfinite(doubleOf(constant));
}

std::string integer(const ConstantExpr& constant, llvm::StringRef typeName, llvm::StringRef wide) {
  const auto& type = llvm::cast<IntType>(*constant.type());
  const int64_t value = signedOf(constant);
  if (type.bits() < 32)
    return fmt::format("{}({})", typeName, value);
  const llvm::StringRef suffix = type.bits() == 32 ? "" : wide;
  if (!type.isSigned())
    return fmt::format("{}u{}", constant.bits, suffix);
  const int64_t lowest = type.bits() == 32 ? INT32_MIN : INT64_MIN;
  if (value == lowest) // a literal has no sign of its own
    return fmt::format("({}{} - 1{})", value + 1, suffix, suffix);
  return fmt::format("{}{}", value, suffix);
}

} // namespace ringc::target

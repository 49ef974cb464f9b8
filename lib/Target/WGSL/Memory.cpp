// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Address arithmetic as text.

#include "Memory.h"
#include <fmt/format.h>

namespace ringc::wgsl {

using namespace ir;

Address Address::plus(std::string text, uint64_t stride) const {
  Address sum = *this;
  sum.terms_.push_back({std::move(text), stride});
  return sum;
}

Address Address::plus(uint64_t bytes) const {
  Address sum = *this;
  sum.constant_ += bytes;
  return sum;
}

bool Address::isWordAligned() const {
  for (const Term& term : terms_)
    if (term.stride % 4 != 0)
      return false;
  return true;
}

std::string Address::sum(uint64_t unit, uint64_t constant) const {
  std::string text;
  for (const Term& term : terms_) {
    const uint64_t factor = term.stride / unit;
    text += text.empty() ? "" : " + ";
    text += factor == 1 ? term.text : fmt::format("{} * {}u", term.text, factor);
  }
  if (constant != 0 || text.empty())
    text += fmt::format("{}{}u", text.empty() ? "" : " + ", constant);
  return text;
}

std::string Address::word(uint64_t wordsOn) const {
  if (isWordAligned())
    return sum(4, constant_ / 4 + wordsOn);
  std::string text = fmt::format("(({}) >> 2u)", byte());
  return wordsOn == 0 ? text : fmt::format("{} + {}u", text, wordsOn);
}

std::string Address::byte() const { return sum(1, constant_); }

std::string Address::bit() const {
  if (isWordAligned())
    return fmt::format("{}u", constant_ % 4 * 8);
  return fmt::format("((({}) & 3u) * 8u)", byte());
}

bool hasSubWords(const Type& type) {
  if (const auto* array = llvm::dyn_cast<ArrayType>(&type))
    return hasSubWords(*array->element());
  if (const auto* structType = llvm::dyn_cast<StructType>(&type))
    return llvm::any_of(structType->fields(),
                        [](const Field& field) { return hasSubWords(*field.type); });
  return type.kind() == TypeKind::Bool || (llvm::isa<IntType>(type) && type.size() < 4);
}

} // namespace ringc::wgsl

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See SharedIndex.h. A sum fixes its terms where it reads like a number in mixed radix: each scale
// is beyond all that the smaller terms add up to.

#include "SharedIndex.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

namespace ringc::analysis {

namespace {

constexpr size_t kMaxTerms = 4;

std::string digitText(const Digit& digit) {
  std::string text = digit.base + "/" + digit.divisor.text();
  return digit.modulus ? text + "%" + digit.modulus->text() : text;
}

bool determines(llvm::ArrayRef<Digit> digits, const std::string& base, const Factor& divisor,
                size_t depth) {
  if (depth > digits.size())
    return false;
  return llvm::any_of(digits, [&](const Digit& digit) {
    if (digit.base != base || digit.divisor != divisor)
      return false;
    if (!digit.modulus)
      return true;
    const std::optional<Factor> rest = product(divisor, *digit.modulus);
    return rest && determines(digits, base, *rest, depth + 1);
  });
}

} // namespace

std::string Factor::text() const {
  std::string text = std::to_string(constant);
  for (const std::string& name : names)
    text += "*" + name;
  return text;
}

std::optional<Factor> product(const Factor& a, const Factor& b) {
  Factor result;
  if (llvm::MulOverflow(a.constant, b.constant, result.constant))
    return std::nullopt;
  result.names = a.names;
  result.names.insert(result.names.end(), b.names.begin(), b.names.end());
  llvm::sort(result.names);
  return result;
}

IndexValue IndexValue::uniform(Factor factor) {
  IndexValue value;
  value.kind_ = Kind::Uniform;
  value.uniform_ = std::move(factor);
  return value;
}

IndexValue IndexValue::constant(int64_t constant) { return uniform({constant, {}}); }

IndexValue IndexValue::regionIndex(std::optional<Factor> count) {
  IndexValue value;
  value.kind_ = Kind::Sum;
  value.terms_.push_back({{}, Digit{"i", {}, {}}, std::move(count)});
  return value;
}

IndexValue IndexValue::below(Factor bound) {
  IndexValue value;
  value.kind_ = Kind::Sum;
  value.terms_.push_back({{}, std::nullopt, std::move(bound)});
  return value;
}

std::optional<int64_t> IndexValue::constantValue() const {
  return isUniform() && uniform_.isConstant() ? std::optional(uniform_.constant) : std::nullopt;
}

IndexValue IndexValue::plus(const IndexValue& other, bool isMinus) const {
  if (kind_ == Kind::Unknown || other.kind_ == Kind::Unknown)
    return unknown();
  const char* sign = isMinus ? "-" : "+";
  const std::optional<int64_t> constant = other.constantValue();
  int64_t sum = 0;
  const auto overflows = [&](int64_t a, int64_t b) {
    return isMinus ? llvm::SubOverflow(a, b, sum) : llvm::AddOverflow(a, b, sum);
  };
  if (isUniform() && other.isUniform()) {
    if (constantValue() && constant)
      return overflows(*constantValue(), *constant) ? unknown() : IndexValue::constant(sum);
    return uniform({1, {"(" + uniform_.text() + sign + other.uniform_.text() + ")"}});
  }
  if (isUniform() && !isMinus)
    return other.plus(*this, false);
  IndexValue result = *this;
  if (isUniform()) { // what is the same for all less a sum fixes what the sum fixes
    result = other;
    for (Term& term : result.terms_)
      term.scale.constant = -term.scale.constant;
    result.offset_ = 0;
    result.more_ = uniform_.text() + "-(" + std::to_string(other.offset_) + other.more_ + ")";
    return result;
  }
  if (other.isUniform()) {
    if (!constant)
      result.more_ += sign + other.uniform_.text();
    else if (overflows(offset_, *constant))
      return unknown();
    else
      result.offset_ = sum;
    return result;
  }
  if (overflows(offset_, other.offset_) || terms_.size() + other.terms_.size() > kMaxTerms)
    return unknown();
  result.offset_ = sum;
  result.more_ += other.more_.empty() ? "" : sign + ("(" + other.more_ + ")");
  for (Term term : other.terms_) {
    if (isMinus)
      term.scale.constant = -term.scale.constant;
    result.terms_.push_back(std::move(term));
  }
  return result;
}

IndexValue IndexValue::times(const IndexValue& other) const {
  if (kind_ == Kind::Unknown || other.kind_ == Kind::Unknown)
    return unknown();
  if (isUniform() && !other.isUniform())
    return other.times(*this);
  if (!other.isUniform())
    return unknown();
  if (isUniform()) {
    std::optional<Factor> both = product(uniform_, other.uniform_);
    return both ? uniform(*std::move(both)) : unknown();
  }
  if (other.constantValue() == 0)
    return constant(0);
  IndexValue result = *this;
  for (Term& term : result.terms_) {
    std::optional<Factor> scale = product(term.scale, other.uniform_);
    if (!scale)
      return unknown();
    term.scale = *std::move(scale);
  }
  if (!more_.empty())
    result.more_ = "(" + more_ + ")*" + other.uniform_.text();
  if (offset_ != 0 && !other.constantValue()) {
    result.more_ += "+" + std::to_string(offset_) + "*" + other.uniform_.text();
    result.offset_ = 0;
  } else if (offset_ != 0 && llvm::MulOverflow(offset_, *other.constantValue(), result.offset_)) {
    return unknown();
  }
  return result;
}

const Digit* IndexValue::plainDigit() const {
  if (kind_ != Kind::Sum || terms_.size() != 1 || !terms_[0].scale.isOne() || !terms_[0].digit ||
      terms_[0].digit->modulus)
    return nullptr;
  const bool isShifted = offset_ != 0 || !more_.empty();
  return isShifted && !terms_[0].digit->divisor.isOne() ? nullptr : &*terms_[0].digit;
}

IndexValue IndexValue::dividedBy(const IndexValue& other) const {
  if (!other.isUniform() || kind_ == Kind::Unknown)
    return unknown();
  if (isUniform())
    return uniform({1, {"(" + uniform_.text() + "/" + other.uniform_.text() + ")"}});
  const Digit* digit = plainDigit();
  std::optional<Factor> divisor =
      digit ? product(digit->divisor, other.uniform_) : std::optional<Factor>();
  if (!divisor)
    return unknown();
  IndexValue result = regionIndex(std::nullopt);
  result.terms_[0].digit->base = digit->base;
  if (offset_ != 0 || !more_.empty())
    result.terms_[0].digit->base += "+" + std::to_string(offset_) + more_;
  result.terms_[0].digit->divisor = *std::move(divisor);
  return result;
}

IndexValue IndexValue::modulo(const IndexValue& other) const {
  if (!other.isUniform())
    return unknown();
  if (isUniform())
    return uniform({1, {"(" + uniform_.text() + "%" + other.uniform_.text() + ")"}});
  const Digit* digit = plainDigit();
  if (!digit)
    return below(other.uniform_);
  IndexValue result = dividedBy(constant(1));
  result.terms_[0].digit->modulus = other.uniform_;
  result.terms_[0].bound = other.uniform_;
  return result;
}

/// Whether the terms, and `low` below them, can be told apart; `isChain` where scales are products
/// of the bounds, which leaves no room for an offset.
bool IndexValue::addsUp(int64_t low, bool& isChain) const {
  std::vector<const Term*> order;
  for (const Term& term : terms_)
    order.push_back(&term);
  isChain = llvm::any_of(order, [](const Term* term) { return !term->scale.isConstant(); });
  if (isChain) {
    Factor next;
    while (!order.empty()) {
      const auto found =
          llvm::find_if(order, [&](const Term* term) { return term->scale == next; });
      if (found == order.end())
        return false;
      const Term& term = **found;
      order.erase(found);
      if (order.empty())
        return true;
      const std::optional<Factor> beyond =
          term.bound ? product(next, *term.bound) : std::optional<Factor>();
      if (!beyond)
        return false;
      next = *beyond;
    }
    return true;
  }
  const auto size = [](const Term* term) {
    return term->scale.constant < 0 ? -term->scale.constant : term->scale.constant;
  };
  llvm::sort(order, [&](const Term* a, const Term* b) { return size(a) < size(b); });
  for (const Term* term : order) {
    if (size(term) <= low)
      return false;
    if (term == order.back())
      return true;
    int64_t span = 0;
    if (!term->bound || !term->bound->isConstant() || term->bound->constant < 1 ||
        llvm::MulOverflow(size(term), term->bound->constant - 1, span) ||
        llvm::AddOverflow(low, span, low))
      return false;
  }
  return true;
}

std::optional<IndexValue::Owner> IndexValue::owner() const {
  if (kind_ != Kind::Sum)
    return std::nullopt;
  bool isChain = false;
  // A small offset moves within the block of elements that one i owns.
  const bool isWithin =
      more_.empty() && offset_ >= 0 && addsUp(offset_, isChain) && (!isChain || offset_ == 0);
  if (!isWithin && !addsUp(0, isChain))
    return std::nullopt;
  Owner result;
  for (const Term& term : terms_) {
    if (!term.digit)
      continue;
    result.digits.push_back(*term.digit);
    result.owner += term.scale.text() + "*" + digitText(*term.digit) + ";";
  }
  if (!isWithin)
    result.owner += std::to_string(offset_) + more_;
  return result;
}

bool determineIndex(llvm::ArrayRef<Digit> digits) {
  return llvm::any_of(
      digits, [&](const Digit& digit) { return determines(digits, digit.base, Factor(), 0); });
}

} // namespace ringc::analysis

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What an index of an array has to do with the index `i` of a parallel region: enough to prove that
// different `i` reach different elements. Values are sums of scaled digits of `i` (`i`, `i / 4`,
// `i % width`) and of counters with a bound; whatever is no such sum is unknown. Sums and products
// are taken not to wrap: an index that does so leaves its array. Private to the analysis library.
#ifndef RINGC_LIB_ANALYSIS_SHAREDINDEX_H
#define RINGC_LIB_ANALYSIS_SHAREDINDEX_H

#include "llvm/ADT/ArrayRef.h"
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ringc::analysis {

/// A product of a constant and of values that are the same for every `i`, by their names.
struct Factor {
  int64_t constant = 1;
  std::vector<std::string> names; ///< sorted

  bool isConstant() const { return names.empty(); }
  bool isOne() const { return isConstant() && constant == 1; }
  std::string text() const;
  friend bool operator==(const Factor&, const Factor&) = default;
};
/// Null where the constants' product leaves 63 bits.
std::optional<Factor> product(const Factor& a, const Factor& b);

/// (base / divisor) % modulus; without a modulus: base / divisor. The base is `i`, or `i` and an
/// offset.
struct Digit {
  std::string base;
  Factor divisor;
  std::optional<Factor> modulus;
  friend bool operator==(const Digit&, const Digit&) = default;
};

/// What a product in an index multiplies: a digit, or a number from 0 to below `bound`.
struct Term {
  Factor scale;
  std::optional<Digit> digit;
  std::optional<Factor> bound;
};

class IndexValue {
public:
  static IndexValue unknown() { return IndexValue(); }
  static IndexValue uniform(Factor factor);
  static IndexValue constant(int64_t value);
  /// The region's own index; `count` where it is known.
  static IndexValue regionIndex(std::optional<Factor> count);
  /// Any number from 0 to below `bound`.
  static IndexValue below(Factor bound);

  bool isUniform() const { return kind_ == Kind::Uniform; }
  const Factor& uniformValue() const { return uniform_; }
  std::optional<int64_t> constantValue() const;

  IndexValue plus(const IndexValue& other, bool isMinus) const;
  IndexValue times(const IndexValue& other) const;
  IndexValue dividedBy(const IndexValue& other) const;
  IndexValue modulo(const IndexValue& other) const;

  /// The digits of `i` that this value fixes, with what they are mixed with: two values of one
  /// `owner` fix the same digits. Null where none is certain.
  struct Owner {
    std::vector<Digit> digits;
    std::string owner;
  };
  std::optional<Owner> owner() const;

private:
  enum class Kind : uint8_t { Unknown, Uniform, Sum };
  const Digit* plainDigit() const;
  bool addsUp(int64_t low, bool& isChain) const;

  Kind kind_ = Kind::Unknown;
  Factor uniform_;          ///< Uniform
  std::vector<Term> terms_; ///< Sum
  int64_t offset_ = 0;      ///< Sum: a constant
  std::string more_;        ///< Sum: what else is added, by its names
};

/// True where these digits together give `i` back.
bool determineIndex(llvm::ArrayRef<Digit> digits);

} // namespace ringc::analysis

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Changes C++ text at random but reproducibly: the same corpus, seed and number give the same text
// on every machine. Works on tokens, so that many results still parse and reach the later stages.
#ifndef RINGKERNEL_TEST_FUZZ_MUTATOR_H
#define RINGKERNEL_TEST_FUZZ_MUTATOR_H

#include <cstdint>
#include <string>
#include <vector>

namespace fuzz {

/// One file of the corpus.
struct Seed {
  std::string path;
  std::string text;
  /// Refused as it is, or slow: includes standard headers, which cost ten times what it does
  /// itself.
  bool isRare;
};

struct Mutant {
  std::string text;
  const Seed* seed;
};

class Mutator {
public:
  Mutator(std::vector<Seed> corpus, uint64_t seed);
  /// Mutant number `index`; independent of which others were asked for.
  Mutant make(uint64_t index) const;

private:
  std::vector<Seed> corpus_;
  std::vector<const Seed*> common_, rare_;
  std::vector<std::string> vocabulary_; ///< every token of the corpus once
  uint64_t seed_;
};

/// Splits into identifiers, numbers, literals, comments, runs of blanks, and single other
/// characters; joined again they give `text`.
std::vector<std::string> tokens(const std::string& text);

} // namespace fuzz

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Host-visible memory in WGSL: arrays of u32 words, addressed by the byte offsets of the IR. A word
// is atomic where anything in the buffer is.
#ifndef RINGC_LIB_TARGET_WGSL_MEMORY_H
#define RINGC_LIB_TARGET_WGSL_MEMORY_H

#include "ringc/IR/Module.h"
#include <string>
#include <vector>

namespace ringc::wgsl {

struct Buffer {
  std::string name;
  bool isAtomic = false; ///< array<atomic<u32>>, or of i32 where isSigned
  bool isSigned = false;
  bool isContended = false; ///< several lanes may write parts of one word

  friend bool operator<(const Buffer& a, const Buffer& b) { return a.name < b.name; }
};

/// A byte address as a constant and terms of known strides, so that word indices stay readable.
class Address {
public:
  explicit Address(const Buffer& buffer) : buffer(&buffer) {}
  /// Adds `text` (a u32 expression that needs no parentheses) times `stride` bytes.
  Address plus(std::string text, uint64_t stride) const;
  Address plus(uint64_t bytes) const;
  bool isWordAligned() const;
  /// Index of the word that holds the first byte.
  std::string word(uint64_t wordsOn = 0) const;
  /// The address in bytes.
  std::string byte() const;
  /// Bit within the word; constant where the terms are whole words.
  std::string bit() const;

  const Buffer* buffer;

private:
  struct Term {
    std::string text;
    uint64_t stride;
  };
  std::string sum(uint64_t unit, uint64_t constant) const;
  uint64_t constant_ = 0;
  std::vector<Term> terms_;
};

/// It holds bools or integers below 32 bits.
bool hasSubWords(const ir::Type& type);

} // namespace ringc::wgsl

#endif

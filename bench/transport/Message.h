// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What travels: sender and number, then words that follow from both, so that every word is known to
// who checks it. As Kernels.cu has it.
#ifndef RINGKERNEL_BENCH_TRANSPORT_MESSAGE_H
#define RINGKERNEL_BENCH_TRANSPORT_MESSAGE_H

#include <cstddef>
#include <cstdint>

namespace bench {

inline constexpr std::size_t kMaxWords = 4096 / 4;

inline std::uint32_t seedOf(std::uint32_t sender, std::uint32_t number) {
  return number * 2654435761u ^ sender * 0x85ebca6bu;
}
inline std::uint32_t wordOf(std::uint32_t seed, std::uint32_t index) {
  return seed ^ index * 0x9e3779b9u;
}

/// index * 0x9e3779b9, for all indices.
struct WordTable {
  WordTable() {
    for (std::uint32_t i = 0; i < kMaxWords; ++i)
      words[i] = i * 0x9e3779b9u;
  }
  std::uint32_t words[kMaxWords];
};
inline const WordTable kWords;

/// The words of a record in a slot of 64 bytes: known to the compiler, as the raw ring's are.
inline constexpr std::size_t kSmallWords = 11;

inline void makeMessage(std::uint32_t* to, std::size_t words, std::uint32_t sender,
                        std::uint32_t number) {
  const std::uint32_t seed = seedOf(sender, number);
  for (std::size_t i = 0; i < words; ++i)
    to[i] = seed ^ kWords.words[i];
  to[0] = sender;
  to[1] = number;
}
/// True where every word behind sender and number is right.
inline bool isMessage(const std::uint32_t* from, std::size_t words) {
  const std::uint32_t seed = seedOf(from[0], from[1]);
  std::uint32_t wrong = 0;
  for (std::size_t i = 2; i < words; ++i)
    wrong |= from[i] ^ seed ^ kWords.words[i];
  return wrong == 0;
}

} // namespace bench

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What goes through the rings: messages of a fixed size of which every word is written by the
// producer and checked by the consumer.
#ifndef RINGKERNEL_BENCH_RINGS_MESSAGE_H
#define RINGKERNEL_BENCH_RINGS_MESSAGE_H

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bench {

/// kBytes of words that count up from the first; the first is producer << 48 | number.
template <std::size_t kBytes> struct Message {
  static constexpr std::size_t kWords = kBytes / 8;
  std::uint64_t words[kWords];

  void write(std::uint64_t first) {
    for (std::size_t i = 0; i < kWords; ++i)
      words[i] = first + i;
  }
  /// 0 where all words are as written.
  std::uint64_t wrong(std::uint64_t first) const {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < kWords; ++i)
      bits |= words[i] ^ (first + i);
    return bits;
  }
};

/// One consumer's audit of a queue that keeps each producer's order.
class Audit {
public:
  /// `gaps`: other consumers take messages too.
  Audit(std::size_t producers, bool gaps) : next_(producers), gaps_(gaps) {}

  template <class M> void take(const M& message) {
    const std::uint64_t first = message.words[0];
    const std::uint64_t producer = first >> 48, number = first << 16 >> 16;
    if (producer >= next_.size()) {
      wrong_ = true;
      return;
    }
    std::uint64_t& next = next_[producer];
    wrong_ |= message.wrong(first) != 0 || (gaps_ ? number < next : number != next);
    next = number + 1;
    ++count_;
  }
  bool isRight() const { return !wrong_; }
  std::uint64_t count() const { return count_; }

private:
  std::vector<std::uint64_t> next_;
  std::uint64_t count_ = 0;
  bool gaps_, wrong_ = false;
};

} // namespace bench

#endif

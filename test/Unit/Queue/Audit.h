// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Messages that say who sent them and as which, and the audit of a stream of them: order of each
// producer, loss, duplicates, torn values. Used by the rings' stress tests and by ring-soak.
#ifndef RINGKERNEL_TEST_UNIT_QUEUE_AUDIT_H
#define RINGKERNEL_TEST_UNIT_QUEUE_AUDIT_H

#include <cstdint>
#include <vector>

namespace audit {

struct Message {
  std::uint64_t producer = 0;
  std::uint64_t number = 0;
  std::uint64_t copy = 0; ///< both again: torn messages show
  std::uint64_t inverse = 0;

  static Message make(std::uint64_t producer, std::uint64_t number) {
    return {producer, number, number * 0x9e3779b97f4a7c15u ^ producer, ~number};
  }
  bool isWhole() const {
    return copy == (number * 0x9e3779b97f4a7c15u ^ producer) && inverse == ~number;
  }
};

/// One consumer's view. With one consumer a producer's numbers come without a gap; with several
/// they only grow, and the sums of all consumers show loss and duplicates.
class Stream {
public:
  explicit Stream(std::size_t producers, bool gaps = false)
      : next_(producers), sums_(producers), gaps_(gaps) {}

  /// False where the message is torn, out of order, or seen before.
  bool take(const Message& message) {
    ++count_;
    if (!message.isWhole() || message.producer >= next_.size())
      return false;
    std::uint64_t& next = next_[message.producer];
    const bool inOrder = gaps_ ? message.number >= next : message.number == next;
    next = message.number + 1;
    sums_[message.producer] += message.number + 1;
    return inOrder;
  }
  std::uint64_t count() const { return count_; }
  std::uint64_t sum(std::size_t producer) const { return sums_[producer]; }

  /// What the sums of all consumers are where each of `messages` came once, modulo 2^64.
  static std::uint64_t expectedSum(std::uint64_t messages) {
    return messages % 2 == 0 ? messages / 2 * (messages + 1) : (messages + 1) / 2 * messages;
  }

private:
  std::vector<std::uint64_t> next_, sums_;
  bool gaps_;
  std::uint64_t count_ = 0;
};

} // namespace audit

#endif

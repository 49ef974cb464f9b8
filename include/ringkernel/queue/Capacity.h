// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How large a ring should be, and whether it is: tiers by expected rate, and a monitor that
// somebody samples now and then. Nothing here runs on a hot path or knows a ring's type.
#ifndef RINGKERNEL_QUEUE_CAPACITY_H
#define RINGKERNEL_QUEUE_CAPACITY_H

#include <ringkernel/queue/RingMemory.h>

#include <bit>
#include <chrono>
#include <string>

namespace ring {

/// Capacities in slots, for those who know the rate only roughly.
enum class RingTier : std::uint32_t {
  Small = 256,   ///< below 10,000 messages a second
  Medium = 1024, ///< below 1 million
  Large = 4096,  ///< below 10 million
  Huge = 16384,  ///< below 100 million
  Giant = 65536, ///< above
};

inline RingTier ringTierFor(double messagesPerSecond) {
  if (messagesPerSecond < 1e4)
    return RingTier::Small;
  if (messagesPerSecond < 1e6)
    return RingTier::Medium;
  if (messagesPerSecond < 1e7)
    return RingTier::Large;
  return messagesPerSecond < 1e8 ? RingTier::Huge : RingTier::Giant;
}

/// The least capacity that takes `messagesPerSecond` while the consumer pauses for `pause`, filled
/// to three quarters at most (where the monitor begins to warn): a power of two from 2 to 2^30.
inline std::size_t ringCapacityFor(double messagesPerSecond, std::chrono::nanoseconds pause) {
  const double needed = messagesPerSecond * 1e-9 * double(pause.count()) / 0.75;
  if (!(needed > 2))
    return 2;
  const double most = double(std::size_t(1) << 30);
  return std::bit_ceil(static_cast<std::size_t>(needed < most ? needed + 0.999999 : most));
}

enum class RingLevel : std::uint8_t {
  Normal,
  High,     ///< from 75 % of the capacity
  Critical, ///< from 90 %
};

/// What samples of one ring's size say. For one thread; a sample costs two loads of shared words.
class RingMonitor {
public:
  /// `onChange` is called from sample() when the level changes. A level is left 5 % of the capacity
  /// below where it begins, so that a size near a limit does not call each time.
  using OnChange = void (*)(void* context, RingLevel level, const RingStatistics& statistics);
  explicit RingMonitor(OnChange onChange = nullptr, void* context = nullptr)
      : onChange_(onChange), context_(context) {}

  RingLevel sample(const RingStatistics& statistics) {
    ++samples_;
    highWater_ = std::max(highWater_, statistics.size);
    capacity_ = statistics.capacity;
    const double part = 100.0 * double(statistics.size) / double(statistics.capacity);
    RingLevel level = levelFor(part);
    if (level < level_ && levelFor(part + 5) >= level_)
      level = level_;
    samplesAbove_ += level != RingLevel::Normal;
    if (level != level_) {
      level_ = level;
      if (onChange_)
        onChange_(context_, level, statistics);
    }
    return level;
  }

  RingLevel level() const { return level_; }
  std::size_t highWater() const { return highWater_; }

  /// The capacity that would have kept the fullest sample below 75 %; the present one where it
  /// does.
  std::size_t advisedCapacity() const {
    std::size_t advised = std::max<std::size_t>(capacity_, 1);
    while (levelFor(100.0 * double(highWater_) / double(advised)) != RingLevel::Normal)
      advised *= 2;
    return advised;
  }
  /// A sentence: what was seen, and whether to grow.
  std::string advice() const {
    std::string text = "at most " + std::to_string(highWater_) + " of " +
                       std::to_string(capacity_) + " slots were used, above 75 % in " +
                       std::to_string(samplesAbove_) + " of " + std::to_string(samples_) +
                       " samples: ";
    if (advisedCapacity() == capacity_)
      return text + "the capacity is enough";
    return text + "grow to " + std::to_string(advisedCapacity()) + " slots" +
           (highWater_ == capacity_ ? " or more, the ring was full" : "");
  }

private:
  static RingLevel levelFor(double percent) {
    return percent >= 90   ? RingLevel::Critical
           : percent >= 75 ? RingLevel::High
                           : RingLevel::Normal;
  }

  OnChange onChange_;
  void* context_;
  RingLevel level_ = RingLevel::Normal;
  std::size_t highWater_ = 0, capacity_ = 0;
  std::uint64_t samples_ = 0, samplesAbove_ = 0;
};

} // namespace ring

#endif

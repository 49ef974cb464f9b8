// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One SpscRing a producer, all to one consumer: producers share no line with each other, and each
// is wait-free whatever the others do. The way to many producers where they are known beforehand.
//
// Contract
//   Who calls   producer handles as with SpscRing, one thread each; the consumer handle one thread.
//   Progress    wait-free, all sides; the consumer looks at each partition at most once a call.
//   Capacity    `capacity` elements a partition, a power of two.
//   Order       one producer's elements in its order; nothing between producers. The consumer goes
//               round: after at most `turn` elements of one partition the next has its turn.
//   Closed      when every partition is closed and empty.
#ifndef RINGKERNEL_QUEUE_PARTITIONEDRING_H
#define RINGKERNEL_QUEUE_PARTITIONEDRING_H

#include <ringkernel/queue/SpscRing.h>

#include <vector>

namespace ring {

template <class T, template <class> class Atomic = std::atomic, class Index = std::size_t>
class PartitionedConsumer {
public:
  using Value = T;
  using Partition = SpscConsumer<T, Atomic, Index>;

  /// Of rings that lie elsewhere, as between processes; at least one. `turn` as with
  /// PartitionedRing.
  explicit PartitionedConsumer(std::vector<Partition> partitions, std::size_t turn = 64)
      : partitions_(std::move(partitions)), turn_(turn) {
    if (partitions_.empty() || turn == 0)
      detail::ringMisuse("a PartitionedConsumer's partitions and turn must be above 0");
    for (const Partition& partition : partitions_)
      (void)partition.capacity(); // ends the program where it was moved from
  }
  PartitionedConsumer(PartitionedConsumer&&) noexcept = default;
  PartitionedConsumer& operator=(PartitionedConsumer&&) = delete;

  std::size_t partitions() const {
    require();
    return partitions_.size();
  }
  /// The partition that the last Ok was about.
  std::size_t current() const { return current_; }
  Partition& partition(std::size_t number) {
    require();
    if (number >= partitions_.size())
      detail::ringMisuse("no such partition", number, partitions_.size() - 1);
    return partitions_[number];
  }

  /// Ok, Empty or Closed.
  RingResult tryPop(T& value) {
    std::span<T> element;
    const RingResult result = tryPeek(1, element);
    if (result != RingResult::Ok)
      return result;
    value = std::move(element[0]);
    release(1);
    return RingResult::Ok;
  }

  /// Up to values.size() elements of one partition.
  RingResult tryPopBatch(std::span<T> values, std::size_t& popped) {
    popped = 0;
    values = detail::ringGiven(values);
    std::span<T> elements;
    const RingResult result = tryPeek(values.size(), elements);
    if (result != RingResult::Ok)
      return result;
    std::move(elements.begin(), elements.end(), values.begin());
    popped = elements.size();
    release(popped);
    return RingResult::Ok;
  }

  /// Up to `wanted` elements of one partition, in place until release(); Ok with at least one,
  /// Empty, Closed.
  RingResult tryPeek(std::size_t wanted, std::span<T>& elements) {
    require();
    if (taken_ >= turn_)
      next();
    std::size_t closed = 0;
    for (std::size_t asked = 0; asked < partitions_.size(); ++asked, next()) {
      const RingResult result =
          partitions_[current_].tryPeek(std::min(wanted, turn_ - taken_), elements);
      if (result == RingResult::Ok)
        return result;
      closed += result == RingResult::Closed;
    }
    return closed == partitions_.size() ? RingResult::Closed : RingResult::Empty;
  }

  /// Gives the first `count` peeked slots back.
  void release(std::size_t count) {
    require();
    partitions_[current_].release(count);
    taken_ += count;
  }

  void close() {
    require();
    for (Partition& partition : partitions_)
      partition.close();
  }
  bool isClosed() const {
    require();
    return std::all_of(partitions_.begin(), partitions_.end(),
                       [](const Partition& partition) { return partition.isClosed(); });
  }
  std::size_t approximateSize() const {
    require();
    std::size_t size = 0;
    for (const Partition& partition : partitions_)
      size += partition.approximateSize();
    return size;
  }

private:
  void require() const {
    if (partitions_.empty()) [[unlikely]]
      detail::ringMovedFrom();
  }
  void next() {
    current_ = current_ + 1 == partitions_.size() ? 0 : current_ + 1;
    taken_ = 0;
  }

  std::vector<Partition> partitions_;
  std::size_t turn_;
  std::size_t current_ = 0;
  std::size_t taken_ = 0; ///< from the current partition in this turn
};

/// `auto [producers, consumer] = ring::PartitionedRing<Order>(4, 1024).split();`
template <class T, template <class> class Atomic = std::atomic, class Index = std::size_t>
class PartitionedRing {
public:
  using Producer = SpscProducer<T, Atomic, Index>;
  using Consumer = PartitionedConsumer<T, Atomic, Index>;
  struct Ends {
    std::vector<Producer> producers;
    Consumer consumer;
  };

  /// `turn`: elements of one partition before the next is asked, above 0.
  PartitionedRing(std::size_t partitions, std::size_t capacity, std::size_t turn = 64,
                  Index start = 0)
      : turn_(turn) {
    if (partitions == 0 || turn == 0)
      detail::ringMisuse("a PartitionedRing's partitions and turn must be above 0");
    producers_.reserve(partitions);
    consumers_.reserve(partitions);
    for (std::size_t i = 0; i < partitions; ++i) {
      auto [producer, consumer] = SpscRing<T, Atomic, Index>(capacity, start).split();
      producers_.push_back(std::move(producer));
      consumers_.push_back(std::move(consumer));
    }
  }

  Ends split() && {
    if (producers_.empty())
      detail::ringSplitTwice();
    return {std::exchange(producers_, {}), Consumer(std::exchange(consumers_, {}), turn_)};
  }

private:
  std::size_t turn_;
  std::vector<Producer> producers_;
  std::vector<SpscConsumer<T, Atomic, Index>> consumers_;
};

} // namespace ring

#endif

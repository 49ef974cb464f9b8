// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One worker's way to one receiver: a ring, and behind it a queue for what does not fit, so that a
// worker never waits. Order is kept: while something waits in the queue, all goes there. The lane
// to the worker itself has no ring.
#ifndef RINGKERNEL_RUNTIME_BACKEND_CPU_LANE_H
#define RINGKERNEL_RUNTIME_BACKEND_CPU_LANE_H

#include "runtime/core/RecordQueue.h"

#include <ringkernel/queue/SpscRecordRing.h>

#include <cstring>

namespace ring::runtime::cpu {

using Ring = SpscRecordRing<>;

class alignas(64) Lane {
public:
  Lane(Ring* ring, std::uint64_t spillBytes) : ring_(ring), spill_(spillBytes) {}

  /// Room for a record; null where the spill queue is at its bound too.
  std::byte* tryReserve(std::size_t bytes) {
    if (ring_ && spill_.bytes() == 0)
      if (std::byte* record = ring_->tryReserve(bytes))
        return record;
    return spill_.tryReserve(bytes);
  }
  /// The same without the bound.
  std::byte* reserve(std::size_t bytes) {
    std::byte* record = tryReserve(bytes);
    return record ? record : spill_.reserve(bytes);
  }
  void commit() {
    if (ring_)
      ring_->commit();
    spill_.commit();
  }
  void rollback() {
    if (ring_)
      ring_->rollback();
    spill_.rollback();
  }
  /// Moves what waits into the ring as far as it fits. Gives the number of records.
  std::size_t refill() {
    std::size_t moved = 0;
    while (std::byte* waiting = spill_.tryPeek()) {
      std::uint32_t chunks;
      std::memcpy(&chunks, waiting, sizeof(chunks));
      const std::size_t bytes = chunks * Ring::kChunkBytes;
      std::byte* record = ring_->tryReserve(bytes);
      if (!record)
        break;
      std::memcpy(record, waiting, bytes);
      ring_->commit();
      spill_.advance();
      ++moved;
    }
    return moved;
  }
  /// Shows the receiver what was committed; false where that was nothing.
  bool publish() {
    if (!ring_ || !ring_->hasUnpublished())
      return false;
    ring_->publish();
    return true;
  }

  RecordQueue& queue() { return spill_; }
  std::uint64_t waitingBytes() const { return spill_.bytes(); }

private:
  Ring* ring_;
  RecordQueue spill_;
};

} // namespace ring::runtime::cpu

#endif

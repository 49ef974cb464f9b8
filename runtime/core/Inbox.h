// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Messages of one source that the host has not taken, in their order. Any thread may use it.
// Whoever visits has the messages for itself and gives back what it did not use; meanwhile nobody
// else is to take what is behind them (isVisited). Never calls the user's code under the lock.
#ifndef RINGKERNEL_RUNTIME_CORE_INBOX_H
#define RINGKERNEL_RUNTIME_CORE_INBOX_H

#include "runtime/core/Record.h"
#include "runtime/core/RecordQueue.h"
#include "runtime/core/SpinLock.h"

#include <ringkernel/detail/RuntimeApi.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>

namespace ring::runtime {

class alignas(64) Inbox {
public:
  Inbox(const Registry& registry, std::uint64_t maxBytes)
      : registry_(registry), maxBytes_(maxBytes),
        records_(std::make_unique<RecordQueue>(maxBytes)) {}

  /// Who puts something in holds it.
  SpinLock& lock() { return lock_; }
  /// A message, or an Outcome (kFlagStatus), behind all others. With the lock.
  void put(const abi::Envelope& envelope, const std::byte* payload);
  /// How many were ever put in. Without the lock, as the next three.
  std::uint64_t arrived() const { return arrived_.load(std::memory_order_acquire); }
  /// Whether there is something to take or to visit; who has put it in and said so to us did it
  /// before.
  bool hasRecords() const { return hasRecords_.load(std::memory_order_relaxed); }
  /// Of what nobody has taken or visits.
  std::uint64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }
  /// Whether another thread has the messages and may give some back.
  bool isVisited() const {
    const std::thread::id visitor = visitor_.load(std::memory_order_acquire);
    return visitor != std::thread::id() && visitor != std::this_thread::get_id();
  }

  /// Takes the first ones; gives how many: none while another thread visits.
  std::size_t take(std::span<Reply> replies);
  /// Shows all messages; those that the visitor does not use stay. Gives how many it used; nothing
  /// where another thread is at it. A visitor may use the runtime, and may throw: then what it has
  /// not used stays.
  std::optional<std::size_t> visit(detail::ReplyVisitor visitor, void* closure);

private:
  class Visit;

  void changed() { // with the lock
    bytes_.store(records_->bytes(), std::memory_order_relaxed);
    hasRecords_.store(!records_->isEmpty(), std::memory_order_relaxed); // the lock orders the rest
  }

  const Registry& registry_;
  const std::uint64_t maxBytes_;
  SpinLock lock_; // what follows changes under it
  std::atomic<bool> hasRecords_{false};
  std::atomic<std::uint64_t> arrived_{0}, bytes_{0};
  std::atomic<std::thread::id> visitor_{};
  std::unique_ptr<RecordQueue> records_, spare_;
};

} // namespace ring::runtime

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Messages of one source that the host has not taken, in their order. Any thread may use it.
// Whoever visits has all of them, and what is still behind them at the source, for itself, and
// gives back what it did not use. Never calls the user's code under the lock.
#ifndef RINGKERNEL_RUNTIME_CORE_INBOX_H
#define RINGKERNEL_RUNTIME_CORE_INBOX_H

#include "runtime/core/Record.h"
#include "runtime/core/RecordQueue.h"
#include "runtime/core/SpinLock.h"

#include <ringkernel/detail/RuntimeApi.h>

#include <atomic>
#include <memory>
#include <mutex>
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
  /// A message, or an Outcome (kFlagStatus), behind all others. Of outcomes those stay that are
  /// reports: an actor failed on a message that nobody asked with. With the lock.
  void put(const abi::Envelope& envelope, const std::byte* payload);
  /// Whether there is something to take or to visit; who has put it in and said so to us did it
  /// before. Without the lock, as the next one.
  bool hasRecords() const { return hasRecords_.load(std::memory_order_relaxed); }
  /// Of what nobody has taken or visits.
  std::uint64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }
  /// Takes the first ones; gives how many: none while another thread visits.
  std::size_t take(std::span<Reply> replies);
  /// Shows all messages by a Visit; gives how many were used: none while another thread visits.
  std::size_t visit(detail::ReplyVisitor visitor, void* closure);

  class Visit;

private:
  static void write(RecordQueue& queue, const Registry& registry, const abi::Envelope& envelope,
                    const std::byte* payload);
  // With the lock, as the next one.
  bool isOthers() const {
    return visitor_ != std::thread::id() && visitor_ != std::this_thread::get_id();
  }
  void changed() {
    bytes_.store(records_->bytes(), std::memory_order_relaxed);
    hasRecords_.store(!records_->isEmpty(), std::memory_order_relaxed); // the lock orders the rest
  }

  const Registry& registry_;
  const std::uint64_t maxBytes_;
  SpinLock lock_; // what follows changes under it
  std::atomic<bool> hasRecords_{false};
  std::atomic<std::uint64_t> bytes_{0};
  std::thread::id visitor_;
  std::unique_ptr<RecordQueue> records_, spare_;
};

/// One thread shows the messages, then those that it reads at the source itself. What the visitor
/// does not use comes before what came meanwhile. It may use the runtime; a visit within a visit
/// has what came meanwhile. It may throw: what was not used stays.
class Inbox::Visit {
public:
  Visit(Inbox& inbox, detail::ReplyVisitor visitor, void* closure);
  ~Visit();
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

  /// Another thread visits: this one shows nothing, and what is at the source is not to be read.
  bool isRefused() const { return isRefused_; }
  /// Shows what is there; gives how many were used.
  std::size_t showAll();
  /// Whether messages came meanwhile: showAll() shows them. They are older than what is at the
  /// source, where whoever takes out of that holds the same lock as the caller.
  bool hasMore();
  /// A message that was read at the source; gives whether it was used.
  bool show(TypeIndex type, ActorId from, const void* payload) {
    return visitor_(closure_, inbox_.registry_.type(type), from, payload);
  }
  /// What was read at the source and not used, in its place.
  void keep(const abi::Envelope& envelope, const std::byte* payload);

private:
  void takeOver(); // with the inbox's lock
  RecordQueue& kept();

  Inbox& inbox_;
  const detail::ReplyVisitor visitor_;
  void* const closure_;
  std::unique_ptr<RecordQueue> shown_, kept_;
  std::thread::id outer_; ///< this thread, where its visitor visits
  bool isRefused_ = false;
};

} // namespace ring::runtime

#endif

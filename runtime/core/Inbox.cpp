// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The visited queue is nobody else's while its messages are shown.
#include "runtime/core/Inbox.h"

#include <ringkernel/detail/Ask.h>

#include <cstring>
#include <utility>

namespace ring::runtime {

namespace {

void append(RecordQueue& queue, const std::byte* record) {
  std::uint32_t chunks;
  std::memcpy(&chunks, record, sizeof(chunks));
  const std::size_t bytes = chunks * RecordQueue::kChunkBytes;
  std::memcpy(queue.reserve(bytes), record, bytes);
  queue.commit();
}

void appendAll(RecordQueue& queue, RecordQueue& from) {
  for (; const std::byte* record = from.tryPeek(); from.advance())
    append(queue, record);
}

} // namespace

void Inbox::put(const abi::Envelope& envelope, const std::byte* payload) {
  const bool isMessage = !(envelope.header.flags & kFlagStatus);
  const std::size_t bytes = isMessage ? registry_.type(envelope.header.type).size : sizeof(Outcome);
  std::byte* record = records_->reserve(abi::kPayloadOffset + bytes);
  writeEnvelope(record, kHostId, envelope.header.type, envelope.header.flags,
                envelope.source.source, 0);
  copyMessage(record + abi::kPayloadOffset, payload, bytes);
  records_->commit();
  changed();
  arrived_.store(arrived_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
}

std::size_t Inbox::take(std::span<Reply> replies) {
  std::lock_guard lock(lock_);
  std::size_t count = 0;
  while (count < replies.size() && !isVisited()) {
    std::byte* record = records_->tryPeek();
    if (!record)
      break;
    const abi::Envelope& envelope = envelopeOf(record);
    const std::byte* payload = record + abi::kPayloadOffset;
    if (envelope.header.flags & kFlagStatus) {
      Outcome outcome;
      std::memcpy(&outcome, payload, sizeof(outcome));
      replies[count++].assign(nullptr, envelope.source.source, nullptr, outcome.failCode);
    } else {
      replies[count++].assign(&registry_.type(envelope.header.type), envelope.source.source,
                              payload, 0);
    }
    records_->advance();
  }
  changed();
  return count;
}

/// Messages of an inbox that one thread shows, from its begin to its end.
class Inbox::Visit {
public:
  explicit Visit(Inbox& inbox) : inbox_(inbox) {
    std::lock_guard lock(inbox.lock_);
    isRefused_ = inbox.isVisited();
    if (isRefused_ || inbox.records_->isEmpty())
      return;
    queue_ =
        inbox.spare_ ? std::move(inbox.spare_) : std::make_unique<RecordQueue>(inbox.maxBytes_);
    std::swap(queue_, inbox.records_);
    inbox.changed();
    outer_ = inbox.visitor_.exchange(std::this_thread::get_id(), std::memory_order_acq_rel);
  }
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;
  /// What was kept, and what was not shown, comes before what came meanwhile.
  ~Visit() {
    if (!queue_)
      return;
    std::lock_guard lock(inbox_.lock_);
    if (kept_ || !queue_->isEmpty()) {
      if (!kept_)
        kept_ = std::make_unique<RecordQueue>(inbox_.maxBytes_);
      appendAll(*kept_, *queue_);
      appendAll(*kept_, *inbox_.records_);
      std::swap(inbox_.records_, kept_);
    }
    inbox_.spare_ = std::move(queue_); // its pages serve the next visit
    inbox_.changed();
    inbox_.visitor_.store(outer_, std::memory_order_release);
  }

  bool isRefused() const { return isRefused_; } ///< another thread is at it
  /// Null behind the last.
  std::byte* next() { return queue_ ? queue_->tryPeek() : nullptr; }
  void keep(const std::byte* record) {
    if (!kept_)
      kept_ = std::make_unique<RecordQueue>(inbox_.maxBytes_);
    append(*kept_, record);
  }
  void advance() { queue_->advance(); }

private:
  Inbox& inbox_;
  std::unique_ptr<RecordQueue> queue_, kept_;
  std::thread::id outer_; ///< this thread, where its visitor visits
  bool isRefused_ = false;
};

std::optional<std::size_t> Inbox::visit(detail::ReplyVisitor visitor, void* closure) {
  Visit visit(*this);
  if (visit.isRefused())
    return std::nullopt;
  std::size_t used = 0;
  for (; std::byte* record = visit.next(); visit.advance()) {
    const abi::Envelope& envelope = envelopeOf(record);
    if (!(envelope.header.flags & kFlagStatus) &&
        visitor(closure, registry_.type(envelope.header.type), envelope.source.source,
                record + abi::kPayloadOffset))
      ++used;
    else
      visit.keep(record);
  }
  return used;
}

} // namespace ring::runtime

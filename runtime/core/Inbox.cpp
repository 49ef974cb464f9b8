// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The queue whose messages are shown is nobody else's meanwhile.
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

/// Nothing where it is an outcome that nobody is told.
void Inbox::write(RecordQueue& queue, const Registry& registry, const abi::Envelope& envelope,
                  const std::byte* payload) {
  std::size_t bytes = sizeof(Outcome);
  if (!(envelope.header.flags & kFlagStatus)) {
    bytes = registry.type(envelope.header.type).size;
  } else {
    Outcome outcome;
    std::memcpy(&outcome, payload, sizeof(outcome));
    if (envelope.source.correlation != 0 || outcome.code != StatusCode::Failed)
      return;
  }
  std::byte* record = queue.reserve(abi::kPayloadOffset + bytes);
  writeEnvelope(record, kHostId, envelope.header.type, envelope.header.flags,
                envelope.source.source, 0);
  copyMessage(record + abi::kPayloadOffset, payload, bytes);
  queue.commit();
}

void Inbox::put(const abi::Envelope& envelope, const std::byte* payload) {
  write(*records_, registry_, envelope, payload);
  changed();
}

std::size_t Inbox::take(std::span<Reply> replies) {
  std::lock_guard lock(lock_);
  std::size_t count = 0;
  while (count < replies.size() && !isOthers()) {
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

std::size_t Inbox::visit(detail::ReplyVisitor visitor, void* closure) {
  Visit visit(*this, visitor, closure);
  return visit.showAll();
}

Inbox::Visit::Visit(Inbox& inbox, detail::ReplyVisitor visitor, void* closure)
    : inbox_(inbox), visitor_(visitor), closure_(closure) {
  std::lock_guard lock(inbox.lock_);
  isRefused_ = inbox.isOthers();
  if (isRefused_)
    return;
  outer_ = std::exchange(inbox.visitor_, std::this_thread::get_id());
  if (!inbox.records_->isEmpty())
    takeOver();
}

Inbox::Visit::~Visit() {
  if (isRefused_)
    return;
  std::lock_guard lock(inbox_.lock_);
  inbox_.visitor_ = outer_;
  if (kept_ || (shown_ && !shown_->isEmpty())) {
    if (shown_)
      appendAll(kept(), *shown_);
    appendAll(kept(), *inbox_.records_);
    std::swap(inbox_.records_, kept_);
  }
  if (shown_)
    inbox_.spare_ = std::move(shown_); // its pages serve the next visit
  inbox_.changed();
}

void Inbox::Visit::takeOver() {
  if (!shown_)
    shown_ =
        inbox_.spare_ ? std::move(inbox_.spare_) : std::make_unique<RecordQueue>(inbox_.maxBytes_);
  std::swap(shown_, inbox_.records_);
  inbox_.changed();
}

bool Inbox::Visit::hasMore() {
  std::lock_guard lock(inbox_.lock_);
  if (inbox_.records_->isEmpty())
    return false;
  takeOver();
  return true;
}

std::size_t Inbox::Visit::showAll() {
  std::size_t used = 0;
  if (!shown_)
    return 0;
  for (; std::byte* record = shown_->tryPeek(); shown_->advance()) {
    const abi::Envelope& envelope = envelopeOf(record);
    if (!(envelope.header.flags & kFlagStatus) &&
        show(envelope.header.type, envelope.source.source, record + abi::kPayloadOffset))
      ++used;
    else
      append(kept(), record);
  }
  return used;
}

void Inbox::Visit::keep(const abi::Envelope& envelope, const std::byte* payload) {
  write(kept(), inbox_.registry_, envelope, payload);
}

RecordQueue& Inbox::Visit::kept() {
  if (!kept_)
    kept_ = std::make_unique<RecordQueue>(inbox_.maxBytes_);
  return *kept_;
}

} // namespace ring::runtime

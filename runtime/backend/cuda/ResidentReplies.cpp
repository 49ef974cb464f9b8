// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What actors say to the host: out of the rings, to who asked, to who visits, to the mailbox.
#include "runtime/backend/cuda/Resident.h"

#include <algorithm>
#include <cstring>
#include <optional>

namespace ring::runtime::cuda {

namespace {

StatusCode codeOf(abi::ResidentOutcomeCode code) {
  switch (code) {
  case abi::ResidentOutcomeCode::Ok:
    return StatusCode::Ok;
  case abi::ResidentOutcomeCode::NoReply:
    return StatusCode::NoReply;
  case abi::ResidentOutcomeCode::Failed:
    return StatusCode::Failed;
  case abi::ResidentOutcomeCode::Gone:
    return StatusCode::Closed;
  case abi::ResidentOutcomeCode::WrongType:
    return StatusCode::WrongType;
  case abi::ResidentOutcomeCode::NoRoom:
    return StatusCode::Exhausted;
  }
  return StatusCode::Internal;
}

/// Turns from one look at the rings of all threads to the next: theirs is the first.
constexpr std::uint32_t kOthersEvery = 16;
/// Turns without a reply from one look after the kernel to the next: 1% of their time, and some
/// tenths of a second where the host sleeps between them.
constexpr std::uint32_t kLookEvery = 4096;

bool isOutcome(const ReplyReader::View& view) {
  return (view.header.flags & abi::kFlagOutcome) != 0;
}
ActorId actorOf(const ReplyReader::View& view) {
  return {view.header.targetIndex, view.header.targetGeneration, 0};
}
abi::ResidentOutcome toldIn(const std::uint32_t* payload) {
  abi::ResidentOutcome told;
  std::memcpy(&told, payload, sizeof(told));
  return told;
}

/// A reply or an outcome as the mailbox has it.
class Incoming {
public:
  Incoming(const ReplyReader::View& view, const std::uint32_t* payload)
      : payload_(reinterpret_cast<const std::byte*>(payload)) {
    envelope_.source = {actorOf(view), view.origin};
    envelope_.header.type = isOutcome(view) ? kNoType : view.header.type;
    envelope_.header.flags = isOutcome(view) ? kFlagStatus : abi::kFlagReply;
    if (!isOutcome(view))
      return;
    const abi::ResidentOutcome told = toldIn(payload);
    outcome_ = {codeOf(told.code), told.failCode};
    payload_ = reinterpret_cast<const std::byte*>(&outcome_);
  }
  Incoming(const Incoming&) = delete;
  Incoming& operator=(const Incoming&) = delete;

  const abi::Envelope& envelope() const { return envelope_; }
  const std::byte* payload() const { return payload_; }

private:
  abi::Envelope envelope_{};
  Outcome outcome_{};
  const std::byte* payload_;
};

} // namespace

void Resident::Taken::count(std::span<const ReplyReader::View> views) {
  const auto told = static_cast<std::uint64_t>(std::ranges::count_if(views, isOutcome));
  if (told != views.size())
    replies.fetch_add(views.size() - told, std::memory_order_acq_rel);
  if (told != 0)
    outcomes.fetch_add(told, std::memory_order_acq_rel);
}

/// What is nobody's to take: the end of an actor, and the answer to an open question.
bool Resident::settle(Mailbox::Delivery& delivery, const ReplyReader::View& view,
                      const std::uint32_t* payload) {
  if (view.header.flags & abi::kFlagEnded) {
    hearEnd(actorOf(view), toldIn(payload));
    return true;
  }
  const Incoming incoming(view, payload);
  return delivery.tryAnswer(incoming.envelope(), incoming.payload());
}

/// The next replies of a client, up to views.size(); tells the device now and then how far they
/// were read. With client.reading.
std::size_t Resident::popReplies(std::uint32_t index, std::span<ReplyReader::View> views,
                                 std::uint32_t* payloads) {
  Client& client = clients_[index];
  // Neither ring waits for the other: they take turns at being the first.
  client.isSharedNext = !client.isSharedNext;
  ReplyReader& first = client.isSharedNext ? client.replies.shared : client.replies.own;
  ReplyReader& second = client.isSharedNext ? client.replies.own : client.replies.shared;
  std::size_t count = first.popBatch(views, payloads);
  if (count < views.size())
    count += second.popBatch(views.subspan(count), payloads + count * second.payloadWords());
  const std::uint64_t read = client.replies.own.read() + client.replies.shared.read();
  if (read - client.replies.credited >= client.replies.creditEvery) {
    kernel_.giveCredit(index, client.replies.own.read(), client.replies.shared.read());
    client.replies.credited = read;
  }
  return count;
}

bool Resident::readReplies(std::uint32_t index) {
  constexpr std::size_t kMost = 2048; // the rest stays in the ring
  std::unique_lock lock(clients_[index].reading, std::try_to_lock);
  return lock && deliverReplies(index, kMost); // else another thread reads them
}

/// With client.reading.
bool Resident::deliverReplies(std::uint32_t index, std::size_t most) {
  Client& client = clients_[index];
  ReplyBatch batch;
  std::size_t count = popReplies(index, batch.first(1), batch.payloads);
  if (count == 0)
    return false;
  Mailbox::Delivery delivery(mailbox_, index);
  const std::uint32_t stride = client.replies.own.payloadWords();
  for (std::size_t taken = 0; count > 0;) {
    for (std::size_t i = 0; i < count; ++i) {
      const Incoming incoming(batch.views[i], batch.payloads + i * stride);
      if (!settle(delivery, batch.views[i], batch.payloads + i * stride))
        delivery.keep(incoming.envelope(), incoming.payload());
    }
    client.replies.taken->count(batch.first(count));
    taken += count;
    if (taken >= most || mailbox_.isOverBound())
      break;
    count = popReplies(index, batch.upTo(stride), batch.payloads);
  }
  return true;
}

/// The calling thread's own replies are shown as they come out of the ring, some at a time, since
/// the visitor may use the runtime; all else goes through the mailbox. Other threads that wait may
/// take replies out of the ring meanwhile: those are older than what is still in it.
std::size_t Resident::visitReplies(detail::ReplyVisitor visitor, void* closure,
                                   detail::Whose whose) {
  const std::uint32_t mine = clientOfThread();
  std::size_t used = 0;
  if (whose == detail::Whose::All) {
    const std::uint32_t clients = clientsInUse_.load(std::memory_order_acquire);
    for (std::uint32_t i = 0; i < clients; ++i)
      if (i != mine)
        readReplies(i);
    used = mailbox_.visit(visitor, closure);
  }
  Inbox::Visit visit(mailbox_.inbox(mine), visitor, closure);
  if (visit.isRefused())
    return used;
  used += visit.showAll();
  ReplyBatch batch;
  // What is there now, and no more: a visitor that answers is not to be kept for ever.
  // Pairs with useRings(): the keeper or a spawn may change the program meanwhile.
  for (std::size_t left = sharedSlots_.load(std::memory_order_acquire); left > 0;) {
    bool isOlderThere = false;
    const std::size_t count = readOwn(mine, visit, batch, isOlderThere);
    if (count == 0 && !isOlderThere)
      break;
    const std::size_t shown = isOlderThere ? visit.showAll() : showBatch(visit, batch, count);
    used += shown;
    left -= std::min(left, std::max<std::size_t>({count, shown, 1}));
  }
  return used;
}

/// Replies of the calling thread's rings, of which nothing was shown yet but what is settled is
/// known; none where older ones came into the mailbox, or another thread reads.
std::size_t Resident::readOwn(std::uint32_t index, Inbox::Visit& visit, ReplyBatch& batch,
                              bool& isOlderThere) {
  Client& client = clients_[index];
  std::unique_lock lock(client.reading, std::try_to_lock);
  if (!lock)
    return 0;
  isOlderThere = visit.hasMore(); // who delivers holds `reading`
  if (isOlderThere)
    return 0;
  batch.stride = client.replies.own.payloadWords();
  const std::size_t count = popReplies(index, batch.upTo(batch.stride), batch.payloads);
  batch.settled = 0;
  std::optional<Mailbox::Delivery> delivery; // most replies answer no question
  for (std::size_t i = 0; i < count; ++i)
    if (isOutcome(batch.views[i]) || batch.views[i].origin != 0) {
      if (!delivery)
        delivery.emplace(mailbox_, index);
      batch.settled |= std::uint64_t(settle(*delivery, batch.views[i], batch.payload(i))) << i;
    }
  client.replies.taken->count(batch.first(count)); // before a visitor that waits for quiet
  return count;
}

std::size_t Resident::showBatch(Inbox::Visit& visit, const ReplyBatch& batch, std::size_t count) {
  const auto isSettled = [&](std::size_t i) { return (batch.settled >> i & 1u) != 0; };
  const auto keep = [&](std::size_t i) {
    const Incoming incoming(batch.views[i], batch.payload(i));
    visit.keep(incoming.envelope(), incoming.payload());
  };
  std::size_t next = 0, used = 0;
  try {
    for (; next < count; ++next) {
      const ReplyReader::View& view = batch.views[next];
      if (isSettled(next))
        continue;
      if (!isOutcome(view) && visit.show(view.header.type, actorOf(view), batch.payload(next)))
        ++used;
      else
        keep(next);
    }
  } catch (...) { // of the visitor: what it has not used stays
    for (; next < count; ++next)
      if (!isSettled(next))
        keep(next);
    throw;
  }
  return used;
}

bool Resident::readAllReplies() {
  bool any = false;
  const std::uint32_t clients = clientsInUse_.load(std::memory_order_acquire);
  for (std::uint32_t i = 0; i < clients; ++i)
    any |= readReplies(i);
  return any;
}

bool Resident::pump() {
  const std::uint32_t turn = idleTurns_.load(std::memory_order_relaxed) + 1;
  if (readReplies(clientOfThread()) || (turn % kOthersEvery == 0 && readAllReplies())) {
    idleTurns_.store(0, std::memory_order_relaxed); // the kernel lives
    return true;
  }
  idleTurns_.store(turn, std::memory_order_relaxed); // a turn that is lost does no harm
  if (turn % kLookEvery == 0) {
    std::unique_lock kernel(kernelMutex_, std::try_to_lock);
    if (kernel) // else its owner finds out
      static_cast<void>(checkKernel().isOk());
  }
  return false;
}
} // namespace ring::runtime::cuda

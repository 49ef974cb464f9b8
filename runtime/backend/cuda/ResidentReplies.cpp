// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What actors say to the host: out of the rings, to who asked, to who visits, to the mailbox.
#include "runtime/backend/cuda/Resident.h"

#include <cstring>

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

} // namespace

bool Resident::take(Mailbox::Delivery& delivery, const ReplyReader::View& view,
                    const std::uint32_t* payload, Taken& taken) {
  const ActorId from{view.header.targetIndex, view.header.targetGeneration, 0};
  abi::Envelope envelope{};
  envelope.source = {from, view.origin};
  envelope.header.sourceShard = view.header.sourceShard;
  if (!(view.header.flags & abi::kFlagOutcome)) {
    envelope.header.type = view.header.type;
    envelope.header.flags = abi::kFlagReply;
    const bool isKept = delivery.deliver(envelope, reinterpret_cast<const std::byte*>(payload));
    taken.replies.fetch_add(1, std::memory_order_acq_rel);
    return isKept;
  }
  bool isKept = false;
  abi::ResidentOutcome told;
  std::memcpy(&told, payload, sizeof(told));
  if (view.header.flags & abi::kFlagEnded) {
    hearEnd(from, told);
  } else {
    const Outcome outcome{codeOf(told.code), told.failCode};
    envelope.header.flags = kFlagStatus;
    envelope.header.type = kNoType;
    isKept = delivery.deliver(envelope, reinterpret_cast<const std::byte*>(&outcome));
  }
  taken.outcomes.fetch_add(1, std::memory_order_acq_rel);
  return isKept;
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
    for (std::size_t i = 0; i < count; ++i)
      take(delivery, batch.views[i], batch.payloads + i * stride, *client.replies.taken);
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
  const bool isOwn = whose == detail::Whose::Own;
  const std::uint32_t clients = clientsInUse_.load(std::memory_order_acquire);
  for (std::uint32_t i = 0; i < clients && !isOwn; ++i)
    if (i != mine)
      readReplies(i);
  Client& client = clients_[mine];
  Inbox& inbox = mailbox_.inbox(mine);
  std::size_t used = isOwn ? 0 : mailbox_.visit(visitor, closure);
  std::uint64_t seen = inbox.arrived(); // all of these are shown then, or not wanted
  std::optional<std::size_t> visited = inbox.visit(visitor, closure);
  used += visited.value_or(0);
  ReplyBatch batch;
  // What is there now, and no more: a visitor that answers is not to be kept for ever.
  // Pairs with useRings(): the keeper or a spawn may change the program meanwhile.
  for (std::size_t left = sharedSlots_.load(std::memory_order_acquire); left > 0 && visited;) {
    std::size_t count = 0, shown = 0;
    std::uint32_t stride = 0;
    bool isOlderThere = false;
    if (std::unique_lock lock(client.reading, std::try_to_lock); lock) {
      if (inbox.isVisited())
        break; // another thread has older ones, and may give some back
      isOlderThere = inbox.arrived() != seen;
      if (!isOlderThere) {
        stride = client.replies.own.payloadWords();
        count = popReplies(mine, batch.upTo(stride), batch.payloads);
        batch.taken = client.replies.taken;
      }
    }
    if (isOlderThere) {
      seen = inbox.arrived();
      visited = inbox.visit(visitor, closure);
      used += visited.value_or(0);
      left -= std::min(left, std::max<std::size_t>(visited.value_or(0), 1));
      continue;
    }
    if (count == 0)
      break;
    left -= std::min(left, count);
    std::size_t next = 0;
    try {
      for (; next < count; ++next) {
        const Shown what = show(mine, batch.views[next], batch.payloads + next * stride,
                                *batch.taken, visitor, closure);
        shown += what == Shown::Used;
        seen += what == Shown::Kept;
      }
    } catch (...) { // of the visitor: what it has not used is not lost
      batch.taken->replies.fetch_add(shown, std::memory_order_acq_rel);
      Mailbox::Delivery delivery(mailbox_, mine);
      for (; next < count; ++next)
        take(delivery, batch.views[next], batch.payloads + next * stride, *batch.taken);
      throw;
    }
    batch.taken->replies.fetch_add(shown, std::memory_order_acq_rel);
    used += shown;
  }
  return used;
}

/// What the visitor does not use is in the mailbox.
Resident::Shown Resident::show(std::uint32_t client, const ReplyReader::View& view,
                               const std::uint32_t* payload, Taken& taken,
                               detail::ReplyVisitor visitor, void* closure) {
  if (!(view.header.flags & abi::kFlagOutcome) && view.origin == 0 &&
      visitor(closure, registry_.type(view.header.type),
              {view.header.targetIndex, view.header.targetGeneration, 0}, payload))
    return Shown::Used;
  Mailbox::Delivery delivery(mailbox_, client);
  return take(delivery, view, payload, taken) ? Shown::Kept : Shown::Answered;
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

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One round: choose messages so that everything they may send fits, start an activation for each
// actor, take the results, route what was sent. The caller holds the device's lock; the queue's is
// taken around what touches it, so that other threads may send while the device works.
#include "runtime/core/Rounds.h"

#include <ringkernel/abi/Rounds.h>

#include <algorithm>
#include <string>

namespace ring::runtime {
namespace {

Status internal(std::string message) { return Status(StatusCode::Internal, std::move(message)); }

} // namespace

Status Rounds::runRound() {
  Round round;
  {
    std::lock_guard lock(queueMutex_);
    collect(round);
    counts_.rounds += round.started.empty() ? 0 : 1;
  }
  if (Status status = restartAll(round); !status)
    return status;
  if (round.started.empty())
    return Status::ok(); // all were dead letters or orders
  if (Status status = start(round); !status)
    return status;
  std::lock_guard lock(queueMutex_);
  if (Status status = routeSends(round); !status)
    return status;
  for (std::size_t i = 0; i < round.started.size(); ++i)
    if (Status status = finishActivation(round.started[i], buffers_.result(i)); !status)
      return status;
  return Status::ok();
}

/// Takes actors in turn, each with the messages whose sends still fit.
void Rounds::collect(Round& round) {
  const std::uint32_t slotBytes = queue_.slotBytes();
  round.slots = static_cast<std::uint32_t>(buffers_.maxBoxBytes() / slotBytes);
  staged_.clear();
  std::vector<std::uint32_t> turned;
  std::vector<const RoundActor*> entries;
  for (std::size_t turns = queue_.waitingActors(); turns > 0; --turns) {
    if (round.started.size() == buffers_.maxActivations() || round.messages == round.slots)
      break;
    const std::uint32_t index = queue_.takeActor();
    turned.push_back(index);
    DirectoryEntry& entry = directory_.entry(index);
    if (const Life life = entry.life(); life != Life::Active && life != Life::Failed) {
      deadLettersOf(index, StatusCode::NotFound);
      continue;
    }
    const RoundActor* actor = actorOf_.at(entry.type);
    if (std::ranges::find(entries, actor) == entries.end()) {
      if (entries.size() == RoundBuffers::kMaxEntries)
        continue;
      entries.push_back(actor);
    }
    takeMessages(index, entry, *actor, round);
  }
  for (const std::uint32_t index : turned)
    queue_.returnActor(index);
  // By type, then as they were taken.
  std::ranges::sort(round.started, {}, [](const Started& s) {
    return std::pair(s.actor->type->index, s.firstMessage);
  });
}

void Rounds::takeMessages(std::uint32_t index, DirectoryEntry& entry, const RoundActor& actor,
                          Round& round) {
  const std::uint16_t generation =
      DirectoryEntry::generationOf(entry.word.load(std::memory_order_relaxed)); // ours to change
  Started started{{index, generation, 0}, &entry, &actor, 0, round.messages};
  while (queue_.waiting(index) != 0 && round.messages < round.slots) {
    const std::byte* slot = queue_.front(index);
    const auto& envelope = *reinterpret_cast<const abi::Envelope*>(slot);
    if (envelope.header.flags & kFlagControl) {
      if (started.messages != 0)
        break; // after this round
      obey(envelope, round);
      queue_.pop(index);
      continue;
    }
    const std::uint16_t handler = envelope.header.type < actor.type->handlerOf.size()
                                      ? actor.type->handlerOf[envelope.header.type]
                                      : ActorType::kNone;
    StatusCode why = StatusCode::Ok;
    if (envelope.header.targetGeneration != generation || entry.life() != Life::Active)
      why = StatusCode::Closed;
    else if (handler == ActorType::kNone)
      why = StatusCode::WrongType;
    else if (actor.sendsOf[handler] > round.slots)
      why = StatusCode::Exhausted; // slots have grown since the actor was spawned
    if (why != StatusCode::Ok) {
      deadLetter(envelope, why);
    } else {
      if (round.sends + actor.sendsOf[handler] > round.slots)
        break;
      round.sends += actor.sendsOf[handler];
      staged_.insert(staged_.end(), slot, slot + queue_.slotBytes());
      ++started.messages;
      ++round.messages;
    }
    queue_.pop(index);
  }
  if (started.messages != 0)
    round.started.push_back(started);
}

/// A restart is answered once the state is there.
void Rounds::obey(const abi::Envelope& envelope, Round& round) {
  const ActorId id{envelope.header.targetIndex, envelope.header.targetGeneration, 0};
  DirectoryEntry* const entry = directory_.findLiving(id);
  if (!entry)
    return outcome(envelope, {StatusCode::NotFound, 0});
  switch (static_cast<Control>(envelope.header.type)) {
  case Control::Kill:
    directory_.end(*entry);
    return outcome(envelope, {StatusCode::Ok, 0});
  case Control::Restart:
    if (entry->life() == Life::Failed)
      directory_.revive(*entry);
    round.restarted.emplace_back(entry, envelope);
    return;
  case Control::ReadState:
    break; // waits for its turn in another way
  }
  std::abort();
}

Status Rounds::restartAll(const Round& round) {
  for (const auto& [entry, asked] : round.restarted) {
    if (Status status = states_.write(entry->place, {entry->image, entry->stateBytes}); !status)
      return status;
    outcome(asked, {StatusCode::Ok, 0});
  }
  return Status::ok();
}

/// Uploads, dispatches one entry point an actor type, downloads.
Status Rounds::start(Round& round) {
  const auto count = static_cast<std::uint32_t>(round.started.size());
  const auto slotBytes = static_cast<std::uint32_t>(staged_.size() / round.messages);
  if (Status status = buffers_.reserve(count, round.messages, round.sends, slotBytes); !status)
    return status;
  std::vector<Dispatch> dispatches;
  std::vector<std::array<Binding, 7>> bindings;
  bindings.reserve(RoundBuffers::kMaxEntries); // dispatches point into it
  std::uint32_t message = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    Started& started = round.started[i];
    buffers_.activation(i) = {static_cast<std::uint32_t>(started.entry->place), message,
                              started.messages, 0, started.id};
    const std::uint32_t staged = started.firstMessage;
    started.firstMessage = message;
    for (std::uint32_t m = 0; m < started.messages; ++m, ++message) {
      std::byte* slot = buffers_.inboxSlot(message);
      std::memcpy(slot, staged_.data() + std::size_t(staged + m) * slotBytes, slotBytes);
      auto& header = envelopeOf(slot).header;
      header.type = started.actor->local(header.type);
    }
    if (i != 0 && round.started[i - 1].actor == started.actor) {
      ++buffers_.params(static_cast<std::uint32_t>(dispatches.size() - 1)).activationCount;
      continue;
    }
    const auto entry = static_cast<std::uint32_t>(dispatches.size());
    buffers_.params(entry) = {i, 1, slotBytes, buffers_.outboxCapacity()};
    bindings.push_back(buffers_.bindings(entry, states_.buffer(), states_.capacity()));
    dispatches.push_back({.pipeline = started.actor->pipeline, .bindings = bindings.back()});
  }
  std::uint32_t first = 0;
  for (std::uint32_t entry = 0; entry < dispatches.size(); ++entry) {
    const std::uint32_t activations = buffers_.params(entry).activationCount;
    const std::uint32_t perGroup = round.started[first].actor->perGroup;
    dispatches[entry].groups = {(activations + perGroup - 1) / perGroup, 1, 1};
    first += activations;
  }
  if (Status status = buffers_.upload(round.messages); !status)
    return status;
  if (Status status = device_->submit(dispatches); !status)
    return status;
  return buffers_.download(count, round.sends);
}

/// Everything that was sent and counts, sorted by sender and in each sender's order.
Status Rounds::routeSends(const Round& round) {
  for (std::uint32_t i = 0; i < round.started.size(); ++i)
    ordinalOf_[round.started[i].id.index] = i;
  order_.clear();
  for (std::uint32_t i = 0; i < buffers_.sendCount(); ++i) {
    std::byte* slot = buffers_.outboxSlot(i);
    const abi::Envelope& envelope = envelopeOf(slot);
    const std::uint32_t sender = envelope.source.source.index;
    const std::uint32_t ordinal = sender < ordinalOf_.size() ? ordinalOf_[sender] : 0;
    if (sender >= ordinalOf_.size() || ordinal >= round.started.size() ||
        round.started[ordinal].id.index != sender)
      return internal("a message of a round names actor " + std::to_string(sender) +
                      ", which did not run, as its sender");
    // Tags count from 1; those of a handler that failed lie beyond what counts.
    if (envelope.header.tag <= buffers_.result(ordinal).sends)
      order_.emplace_back(std::uint64_t(ordinal) << 32 | envelope.header.tag, slot);
  }
  std::ranges::sort(order_, {}, [](const auto& entry) { return entry.first; });
  for (const auto& [key, slot] : order_)
    if (Status status = route(round.started[key >> 32], slot); !status)
      return status;
  return Status::ok();
}

Status Rounds::route(const Started& sender, std::byte* slot) {
  abi::Envelope& envelope = envelopeOf(slot);
  const TypeIndex type = sender.actor->dense(envelope.header.type);
  if (type == kNoType)
    return internal("a message of a round has type " + std::to_string(envelope.header.type) +
                    ", which its module does not have");
  envelope.header.type = type;
  const std::byte* payload = slot + abi::kPayloadOffset;
  if (envelope.header.targetIndex == abi::kHostIndex) {
    ++counts_.replies;
    Mailbox::Delivery(mailbox_).deliver(envelope, payload);
    return Status::ok();
  }
  ++counts_.sent;
  envelope.source.correlation = 0;
  enqueue(envelope, payload, registry_.type(type).size);
  return Status::ok();
}

Status Rounds::finishActivation(const Started& started, const abi::ActivationResult& result) {
  const auto asked = [&](std::uint32_t i) -> const abi::Envelope& {
    return envelopeOf(buffers_.inboxSlot(started.firstMessage + i));
  };
  const bool failed = result.status == abi::kFailed;
  if (result.status > abi::kFailed || result.handled > started.messages ||
      (result.status == abi::kActive && result.handled != started.messages))
    return internal("an activation of `" + std::string(started.actor->type->info->name) +
                    "` ended with status " + std::to_string(result.status) + " after " +
                    std::to_string(result.handled) + " of " + std::to_string(started.messages) +
                    " messages");
  for (std::uint32_t i = 0; i < result.handled; ++i) {
    const bool failing = failed && i + 1 == result.handled;
    ++counts_.handled;
    // Answered questions are closed to it.
    if (failing ? asked(i).source.source.index == abi::kHostIndex
                : asked(i).source.correlation != 0)
      outcome(asked(i), {failing ? StatusCode::Failed : StatusCode::NoReply, result.failCode});
  }
  for (std::uint32_t i = result.handled; i < started.messages; ++i)
    deadLetter(asked(i), StatusCode::Closed);
  if (failed) {
    ++counts_.failed;
    directory_.fail(*started.entry, result.failCode);
  } else if (result.status == abi::kStopped) {
    ++counts_.stopped;
    directory_.move(*started.entry, Life::Draining);
    directory_.end(*started.entry); // its sends are routed
  }
  return Status::ok();
}

void Rounds::outcome(const abi::Envelope& asked, Outcome what) {
  abi::Envelope envelope = asked;
  envelope.header.flags = kFlagStatus;
  envelope.header.type = kNoType;
  envelope.source.source = {asked.header.targetIndex, asked.header.targetGeneration, 0};
  Mailbox::Delivery(mailbox_).deliver(envelope, reinterpret_cast<const std::byte*>(&what));
}

void Rounds::enqueue(const abi::Envelope& envelope, const void* payload, std::uint32_t bytes) {
  const ActorId target{envelope.header.targetIndex, envelope.header.targetGeneration, 0};
  const DirectoryEntry* entry = directory_.find(target);
  if (!entry || entry->life() != Life::Active)
    return deadLetter(envelope, StatusCode::Closed);
  if (!entry->type->handler(envelope.header.type))
    return deadLetter(envelope, StatusCode::WrongType);
  if (queue_.bytes() > options_.spillBytes)
    return deadLetter(envelope, StatusCode::Exhausted);
  queue_.push(envelope, payload, bytes);
}

void Rounds::deadLetter(const abi::Envelope& envelope, StatusCode why) {
  ++counts_.deadLetters;
  if (envelope.source.correlation != 0)
    outcome(envelope, {why, 0});
}

void Rounds::deadLettersOf(std::uint32_t actor, StatusCode ofOrders) {
  while (queue_.waiting(actor) != 0) {
    const auto& envelope = *reinterpret_cast<const abi::Envelope*>(queue_.front(actor));
    if (envelope.header.flags & kFlagControl)
      outcome(envelope, {ofOrders, 0});
    else
      deadLetter(envelope, StatusCode::Closed);
    queue_.pop(actor);
  }
}

} // namespace ring::runtime

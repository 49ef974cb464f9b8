// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The host's side of a backend that runs rounds; one round itself is in RoundStep.cpp.
#include "runtime/core/Rounds.h"

#include <algorithm>
#include <string>
#include <thread>

namespace ring::runtime {

Rounds::Rounds(const RuntimeOptions& options, std::unique_ptr<ComputeDevice> device,
               ShaderLanguage language)
    : CoreBase(options, 1, States::Elsewhere), device_(std::move(device)),
      modules_(*device_, language, registry_), memory_(*device_),
      states_(*device_, options.stateBytes, "actors' states"), buffers_(*device_),
      ordinalOf_(options.maxActors), queue_(options.maxActors) {}

Rounds::~Rounds() {
  Status ignored = stop(detail::Deadline::max());
  static_cast<void>(ignored);
}

std::string Rounds::backendName() const {
  const DeviceInfo& info = device_->info();
  return info.description.empty() ? info.name : info.name + " (" + info.description + ")";
}

Status Rounds::brokenStatus() {
  std::lock_guard lock(queueMutex_);
  return broken_ ? *broken_ : Status::ok();
}

void Rounds::breakWith(const Status& status) {
  {
    std::lock_guard lock(queueMutex_);
    if (!broken_)
      broken_ = status;
  }
  mailbox_.resolveAll(status.code());
}

Status Rounds::make(const TypeInfo& info, Beginnings images, detail::Where,
                    std::span<ActorId> ids) {
  std::lock_guard device(deviceMutex_);
  {
    std::lock_guard lock(queueMutex_);
    if (closed_)
      return Status(StatusCode::Closed, "the runtime is stopped");
    if (broken_)
      return *broken_;
  }
  Result<const ActorType*> type = registry_.actor(info);
  if (!type)
    return type.status();
  Result<const RoundActor*> actor = modules_.actor(**type);
  if (!actor)
    return actor.status();
  const std::uint32_t sends =
      (*actor)->sendsOf.empty() ? 0 : *std::ranges::max_element((*actor)->sendsOf);
  const std::uint64_t slotBytes = std::max<std::uint64_t>(
      queue_.slotBytes(), abi::kPayloadOffset + (*actor)->largestMessage + abi::kChunkBytes);
  if (sends * slotBytes > buffers_.maxBoxBytes())
    return Status(StatusCode::Unsupported, "a handler of `" + std::string(info.name) +
                                               "` may send " + std::to_string(sends) +
                                               " messages of up to " +
                                               std::to_string((*actor)->largestMessage) +
                                               " bytes; this device has room for " +
                                               std::to_string(buffers_.maxBoxBytes()) + " bytes");
  if (Status status = directory_.place(**type, images, {ShardRange()}, ids); !status)
    return status;
  for (std::size_t i = 0; i < ids.size(); ++i)
    if (Status status = bringState(ids[i], info, images.at(i)); !status) {
      endMade(ids);
      return status;
    }
  actorOf_[*type] = *actor;
  std::lock_guard lock(queueMutex_);
  queue_.widen(std::max((*actor)->largestMessage, (*type)->maxMessageBytes));
  return Status::ok();
}

/// Into the device's memory, of the actor's own. With deviceMutex_.
Status Rounds::bringState(ActorId id, const TypeInfo& actor, const void* image) {
  if (const auto old = stateOf_.find(id.index); old != stateOf_.end()) {
    states_.release(old->second); // of an actor that ended
    stateOf_.erase(old);
  }
  const Result<std::uint64_t> offset =
      states_.allocate(actor.size, std::max<std::uint32_t>(actor.align, 16));
  if (!offset)
    return offset.status();
  stateOf_[id.index] = *offset; // the entry's until another actor takes it
  directory_.entry(id.index).place = *offset;
  return states_.write(*offset, {static_cast<const std::byte*>(image), actor.size});
}

Status Rounds::post(ActorId target, const TypeInfo& message, const void* payload,
                    std::uint64_t correlation) {
  Result<TypeIndex> type = registry_.message(message);
  if (!type)
    return type.status();
  bool full = false;
  {
    std::lock_guard lock(queueMutex_);
    if (closed_)
      return Status(StatusCode::Closed, "the runtime is stopped");
    if (broken_)
      return *broken_;
    full = queue_.bytes() > options_.spillBytes / 4;
  }
  if (full)
    if (Status status = waitForCredit(); !status)
      return status;
  std::byte record[sizeof(abi::Envelope)] = {};
  writeEnvelope(record, target, *type, correlation != 0 ? abi::kFlagRequest : std::uint8_t(0),
                kHostId, correlation);
  {
    std::lock_guard lock(queueMutex_);
    ++counts_.sent;
    enqueue(envelopeOf(record), payload, message.size);
  }
  mailbox_.event().notify(); // a thread may wait for work that it can do
  return Status::ok();
}

Status Rounds::waitForCredit() {
  const auto hasRoom = [&] {
    std::lock_guard lock(queueMutex_);
    return queue_.bytes() <= options_.spillBytes / 8 || closed_ || broken_;
  };
  pumpUntil(hasRoom, detail::Deadline::max(), std::chrono::milliseconds(1));
  if (mailbox_.isOverBound())
    return Status(StatusCode::Exhausted,
                  "more than " + std::to_string(options_.replyBytes) +
                      " bytes of replies wait; take them from `replies()` or set "
                      "`RuntimeOptions::replyBytes`");
  return brokenStatus();
}

bool Rounds::pump() {
  std::unique_lock device(deviceMutex_, std::try_to_lock);
  if (!device)
    return false; // another thread runs a round
  {
    std::lock_guard lock(queueMutex_);
    if (queue_.isEmpty() || broken_)
      return false;
  }
  beats_.fetch_add(1, std::memory_order_relaxed); // only whether it changes is looked at
  if (Status status = runRound(); !status)
    breakWith(status);
  beats_.fetch_add(1, std::memory_order_relaxed);
  mailbox_.event().notify();
  return true;
}

Status Rounds::drain() {
  const auto done = [&] {
    std::unique_lock device(deviceMutex_, std::try_to_lock); // no round is under way
    std::lock_guard lock(queueMutex_);
    return broken_ || (device && queue_.isEmpty());
  };
  pumpUntil(done, detail::Deadline::max(), std::chrono::milliseconds(1));
  return brokenStatus();
}

/// Gives an order to whoever runs the actor's round, in the order of messages, and waits until it
/// is obeyed.
Status Rounds::control(Control what, ActorId id) {
  const AskTicket ticket = mailbox_.open(nullptr);
  if (!mailbox_.isOpen(ticket)) // too many questions: it is answered
    return askWait(ticket, detail::Deadline::max(), nullptr);
  std::byte record[sizeof(abi::Envelope)] = {};
  writeEnvelope(record, id, static_cast<TypeIndex>(what), kFlagControl, kHostId,
                Mailbox::correlation(ticket));
  Status status = Status::ok();
  {
    std::lock_guard lock(queueMutex_);
    if (closed_)
      status = Status(StatusCode::Closed, "the runtime is stopped");
    else if (broken_)
      status = *broken_;
    else if (!directory_.find(id))
      status = Status(StatusCode::NotFound, "the actor is gone");
    else
      queue_.push(envelopeOf(record), nullptr, 0);
  }
  if (status)
    return askWait(ticket, detail::Deadline::max(), nullptr);
  mailbox_.abandon(ticket);
  return status;
}

Status Rounds::readState(ActorId id, const TypeInfo& actor, void* state) {
  if (id.index >= directory_.capacity())
    return Status(StatusCode::NotFound, "the actor is gone");
  const auto handled = [&] {
    std::unique_lock device(deviceMutex_, std::try_to_lock);
    std::lock_guard lock(queueMutex_);
    return broken_ || (device && queue_.waiting(id.index) == 0);
  };
  pumpUntil(handled, detail::Deadline::max(), std::chrono::milliseconds(1));
  std::lock_guard device(deviceMutex_);
  if (Status status = brokenStatus(); !status)
    return status;
  if (Status status = directory_.check(id, actor); !status)
    return status;
  return states_.read(directory_.entry(id.index).place,
                      {static_cast<std::byte*>(state), actor.size});
}

Status Rounds::stop(detail::Deadline deadline) {
  {
    std::lock_guard lock(queueMutex_);
    if (stopped_)
      return Status::ok();
    closed_ = true;
  }
  const auto done = [&] {
    std::unique_lock device(deviceMutex_, std::try_to_lock);
    std::lock_guard lock(queueMutex_);
    return broken_ || (device && queue_.isEmpty());
  };
  const bool drained = pumpUntil(done, deadline, std::chrono::milliseconds(1));
  {
    std::lock_guard device(deviceMutex_);
    std::lock_guard lock(queueMutex_);
    while (!queue_.isEmpty())
      deadLettersOf(queue_.takeActor(), StatusCode::Closed);
    stopped_ = true;
  }
  mailbox_.resolveAll(StatusCode::Closed);
  if (!drained)
    return Status(StatusCode::Timeout,
                  "not all messages were handled in time; the rest are dead letters");
  return brokenStatus();
}

Statistics Rounds::statistics() {
  std::lock_guard lock(queueMutex_);
  Statistics counts = counts_;
  counts.spawned = spawned_.load(std::memory_order_relaxed);
  counts.killed = killed_.load(std::memory_order_relaxed);
  counts.restarted = restarted_.load(std::memory_order_relaxed);
  return counts;
}

Result<Health> Rounds::health(std::chrono::nanoseconds limit) {
  const detail::Deadline deadline = detail::deadlineAfter(limit);
  Health health{1, {}};
  const std::uint64_t beat = beats_.load(std::memory_order_relaxed);
  while (beat % 2 != 0 && beats_.load(std::memory_order_relaxed) == beat) {
    if (std::chrono::steady_clock::now() >= deadline) {
      health.stuck.push_back({}); // a round has no actor of its own
      break;
    }
    std::this_thread::sleep_for(kHealthPause);
  }
  return health;
}

Result<detail::MemoryId> Rounds::allocate(detail::MemoryKind kind, std::uint64_t bytes,
                                          std::uint32_t elementBytes) {
  std::lock_guard device(deviceMutex_);
  return memory_.allocate(kind, bytes, elementBytes);
}

void Rounds::hold(detail::MemoryId memory) {
  std::lock_guard device(deviceMutex_);
  memory_.hold(memory);
}

void Rounds::release(detail::MemoryId memory) {
  std::lock_guard device(deviceMutex_);
  memory_.release(memory);
}

Status Rounds::upload(detail::MemoryId memory, std::uint64_t offset,
                      std::span<const std::byte> from) {
  std::lock_guard device(deviceMutex_);
  return memory_.upload(memory, offset, from);
}

Status Rounds::download(detail::MemoryId memory, std::uint64_t offset, std::span<std::byte> to) {
  std::lock_guard device(deviceMutex_);
  return memory_.download(memory, offset, to);
}

Status Rounds::launch(const detail::FunctionInfo& kernel, const std::array<std::uint32_t, 3>& grid,
                      std::span<const detail::Argument> arguments) {
  if (Status status = checkLaunch(kernel, grid, arguments); !status)
    return status;
  std::lock_guard device(deviceMutex_);
  Result<PipelineId> pipeline = modules_.function(kernel);
  return pipeline ? memory_.launch(kernel, *pipeline, grid, arguments) : pipeline.status();
}

Status Rounds::sweep(const detail::FunctionInfo& stencil, const detail::SweepRange* range,
                     std::span<const detail::Argument> arguments) {
  detail::SweepRange cells{};
  if (Status status = checkSweep(stencil, range, arguments, cells); !status)
    return status;
  if (!hasCells(cells))
    return Status::ok();
  std::lock_guard device(deviceMutex_);
  Result<PipelineId> pipeline = modules_.function(stencil);
  return pipeline ? memory_.sweep(stencil, *pipeline, cells, arguments) : pipeline.status();
}

Status Rounds::finish() {
  std::lock_guard device(deviceMutex_);
  return device_->wait();
}

} // namespace ring::runtime

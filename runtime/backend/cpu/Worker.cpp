// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The worker's loop. Order of work in a turn: what waits outside full rings, other workers, the
// host, itself; each in batches, so that none starves.
#include "runtime/backend/cpu/Worker.h"

#include "runtime/backend/cpu/Placement.h"
#include "runtime/core/SpinLock.h"
#include "runtime/core/Threads.h"

#include <algorithm>
#include <chrono>
#include <type_traits>

namespace ring::runtime::cpu {
namespace {

// Messages handled before their slots go back and what they sent is shown: many where handlers are
// short, so that shared lines move seldom; one where a handler takes longer than its answer may.
constexpr std::size_t kMaxBatch = 64;
constexpr std::chrono::microseconds kBatchTime(20);
constexpr std::size_t kFew = 8;
constexpr unsigned kGatherPauses = 4;
constexpr unsigned kIdleYields = 2; // turns without work after spinning and before sleeping

} // namespace

Worker::Worker(Shared& shared, std::uint32_t index, std::uint32_t workers, std::size_t ringChunks)
    : shared_(shared), index_(index), toHost_(ringChunks) {
  for (std::uint32_t source = 0; source < kClients + workers; ++source)
    inbound_.push_back(source == kClients + index ? nullptr : std::make_unique<Ring>(ringChunks));
}

Worker::~Worker() { join(); }

void Worker::prepare() {
  std::vector<std::unique_ptr<Lane>> lanes;
  for (std::uint32_t to = 0; to < shared_.workers.size(); ++to)
    lanes.push_back(std::make_unique<Lane>(
        to == index_ ? nullptr : &shared_.workers[to]->inbound(kClients + index_),
        shared_.spillBytes));
  lanes.push_back(std::make_unique<Lane>(&toHost_, shared_.spillBytes));
  activation_ = std::make_unique<detail::Activation>(shared_.registry, std::move(lanes), index_,
                                                     toHost_.maxRecordBytes(), tally_);
}

Status Worker::start() {
  left_.store(false, std::memory_order_relaxed); // the thread's start orders it
  Status status = startThread(thread_, "a worker", [this] { run(); });
  if (!status)
    left_.store(true, std::memory_order_relaxed);
  return status;
}

void Worker::join() {
  if (thread_.joinable())
    thread_.join();
}

void Worker::run() {
  detail::beginHandlers();
  if (shared_.pin)
    pinThisThread(index_);
  unsigned idle = 0;
  // relaxed: seen in the end, and nothing else hangs on it
  while (!shared_.discard.load(std::memory_order_relaxed)) {
    if (const std::size_t work = turn(); work != 0) {
      // Messages come one by one and without a break: to look at once again would only take the
      // lines away from who writes to them. Let a few gather.
      if (work < kFew && idle <= 2)
        for (unsigned i = 0; i < kGatherPauses; ++i)
          pause();
      idle = 0;
      continue;
    }
    if (++idle <= shared_.idleSpins) {
      pause();
      continue;
    }
    if (idle == shared_.idleSpins + 1)
      shared_.hostEvent.notify();                                       // a drain may wait for this
    if (shared_.leave.load(std::memory_order_acquire) && nothingToDo()) // pairs with stop()
      break;
    if (idle <= shared_.idleSpins + kIdleYields)
      std::this_thread::yield();
    else
      sleep();
  }
  left_.store(true, std::memory_order_release); // pairs with hasLeft()
  shared_.hostEvent.notify();
}

std::size_t Worker::turn() {
  std::size_t work = 0;
  auto& lanes = activation_->lanes();
  for (std::uint32_t to = 0; to < lanes.size(); ++to) {
    if (to == index_ || lanes[to]->waitingBytes() == 0)
      continue;
    const std::size_t moved = lanes[to]->refill();
    tally_.spilled += moved;
    public_.spilled.store(tally_.spilled, std::memory_order_relaxed);
    work += moved;
    if (lanes[to]->publish())
      to < shared_.workers.size() ? shared_.workers[to]->wake() : shared_.hostEvent.notify();
  }
  for (std::uint32_t source = kClients; source < inbound_.size(); ++source)
    if (inbound_[source])
      work += drainBatch(*inbound_[source]);
  // The host waits where too much is under way here; workers must not, or two could wait for each
  // other.
  if (waitingBytes() <= shared_.spillBytes / 2)
    for (std::uint32_t client = 0; client < kClients; ++client)
      work += drainBatch(*inbound_[client]);
  work += drainBatch(activation_->lanes()[index_]->queue());
  return work;
}

/// Handles a batch from a Ring or a RecordQueue.
template <class Queue> std::size_t Worker::drainBatch(Queue& queue) {
  std::byte* record = queue.tryPeek();
  if (!record)
    return 0;
  using Clock = std::chrono::steady_clock;
  Clock::time_point start; // a message that comes alone pays for no clock
  std::size_t count = 0;
  do {
    if (count == 1)
      start = Clock::now();
    handle(record);
    queue.advance();
    record = ++count < batch_ ? queue.tryPeek() : nullptr;
  } while (record);
  if constexpr (std::is_same_v<Queue, Ring>)
    queue.release();
  finishBatch();
  if (count > 1 && Clock::now() - start > kBatchTime)
    batch_ = std::max<std::size_t>(batch_ / 2, 1);
  else if (count == batch_)
    batch_ = std::min(batch_ * 2, kMaxBatch);
  return count;
}

void Worker::finishBatch() {
  publishMade();
  activation_->publish([&](std::uint32_t lane) {
    lane < shared_.workers.size() ? shared_.workers[lane]->wake() : shared_.hostEvent.notify();
  });
  publishDone();
}

bool Worker::nothingToDo() {
  for (const auto& ring : inbound_)
    if (ring && !ring->isEmpty())
      return false;
  for (const auto& lane : activation_->lanes())
    if (lane->waitingBytes() != 0)
      return false;
  return true;
}

void Worker::sleep() {
  const std::uint64_t key = event_.prepare();
  // Waiting bytes mean that a receiver is full: it does not wake its senders, so look again soon.
  const bool stuck = waitingBytes() != 0;
  if (shared_.leave.load(std::memory_order_acquire) || (!stuck && !nothingToDo())) {
    event_.cancel();
    std::this_thread::yield();
    return;
  }
  event_.wait(key, stuck ? std::chrono::steady_clock::now() + std::chrono::microseconds(50)
                         : EventCount::Deadline::max());
}

bool Worker::flushToHost() {
  Lane& lane = *activation_->lanes().back();
  lane.refill();
  lane.publish();
  return lane.waitingBytes() != 0;
}

std::uint64_t Worker::discardRest() {
  std::uint64_t count = 0;
  for (const auto& ring : inbound_)
    for (; ring && ring->tryPeek(); ++count)
      ring->advance();
  auto& lanes = activation_->lanes();
  for (std::size_t to = 0; to + 1 < lanes.size(); ++to)
    for (; lanes[to]->queue().tryPeek(); ++count)
      lanes[to]->queue().advance();
  return count;
}

std::uint64_t Worker::waitingBytes() const {
  std::uint64_t bytes = 0;
  for (const auto& lane : activation_->lanes())
    bytes += lane->waitingBytes();
  return bytes;
}

void Worker::handle(std::byte* record) {
  abi::Envelope& envelope = envelopeOf(record);
  const std::byte* payload = record + abi::kPayloadOffset;
  ++tally_.done;
  if (envelope.header.flags & kFlagControl) [[unlikely]]
    return answer(envelope, control(envelope, payload));
  if (envelope.header.targetIndex >= shared_.directory.capacity()) [[unlikely]]
    return deadLetter(envelope, StatusCode::Closed);
  DirectoryEntry& entry = shared_.directory.entry(envelope.header.targetIndex);
  // acquire: pairs with Directory::place and activate; the entry's fields are those of this actor
  const std::uint32_t word = entry.word.load(std::memory_order_acquire);
  if (word != DirectoryEntry::pack(envelope.header.targetGeneration, Life::Active)) [[unlikely]]
    return deadLetter(envelope, StatusCode::Closed);
  const HandlerInfo* handler = entry.type->handler(envelope.header.type);
  if (!handler) [[unlikely]]
    return deadLetter(envelope, StatusCode::WrongType);
  runHandler(*handler, entry, envelope, payload);
}

void Worker::runHandler(const HandlerInfo& handler, DirectoryEntry& entry, abi::Envelope& envelope,
                        const std::byte* payload) {
  const bool fromHost = envelope.source.source.index == abi::kHostIndex;
  activation_->begin(envelope);
  Context context(*activation_, {envelope.header.targetIndex, envelope.header.targetGeneration, 0},
                  envelope.source.source);
  ++tally_.handled;
  // relaxed: a reader only looks whether it changes
  begun_.store(tally_.done * kActors + envelope.header.targetIndex, std::memory_order_relaxed);
  try {
    handler.invoke(entry.state, payload, context);
  } catch (const detail::FailSignal& signal) {
    activation_->rollback();
    ++tally_.failed;
    if (fromHost)
      activation_->report({StatusCode::Failed, signal.code});
    activation_->commit();
    shared_.directory.fail(entry, signal.code);
    return;
  }
  if (envelope.source.correlation != 0 && !activation_->replied())
    activation_->report({StatusCode::NoReply, 0});
  activation_->commit();
  if (activation_->stopped()) [[unlikely]] {
    shared_.directory.move(entry, Life::Draining);
    shared_.directory.end(entry); // its sends are on their lanes
    ++tally_.stopped;
  }
}

void Worker::deadLetter(const abi::Envelope& envelope, StatusCode why) {
  ++tally_.dead;
  if (envelope.source.correlation != 0)
    answer(envelope, why);
}

void Worker::answer(const abi::Envelope& envelope, StatusCode code) {
  activation_->begin(envelope);
  activation_->report({code, 0});
  activation_->commit();
}

StatusCode Worker::control(const abi::Envelope& envelope, const std::byte* payload) {
  const ActorId id{envelope.header.targetIndex, envelope.header.targetGeneration, 0};
  Directory& directory = shared_.directory;
  switch (static_cast<Control>(envelope.header.type)) {
  case Control::ReadState: {
    StateRequest* request;
    std::memcpy(&request, payload, sizeof(request));
    return directory.copyState(id, *request->type, request->bytes.get()).code();
  }
  case Control::Kill:
    return directory.kill(id) ? StatusCode::Ok : StatusCode::NotFound;
  case Control::Restart:
    return directory.restart(id) ? StatusCode::Ok : StatusCode::NotFound;
  }
  std::abort(); // no control
}

void Worker::publishMade() {
  // Before the receivers see what was made: so that no scan finds it done and not made. The rings'
  // release orders it.
  public_.replies.store(tally_.replies, std::memory_order_relaxed);
  public_.created.store(tally_.created, std::memory_order_relaxed);
}

void Worker::publishDone() {
  public_.handled.store(tally_.handled, std::memory_order_relaxed);
  public_.dead.store(tally_.dead, std::memory_order_relaxed);
  public_.failed.store(tally_.failed, std::memory_order_relaxed);
  public_.stopped.store(tally_.stopped, std::memory_order_relaxed);
  // release: who sees these done sees all that they made; pairs with tally()
  public_.done.store(tally_.done, std::memory_order_release);
}

Tally Worker::tally() const {
  Tally t;
  t.done = public_.done.load(std::memory_order_acquire); // pairs with publishDone()
  t.created = public_.created.load(std::memory_order_relaxed);
  t.handled = public_.handled.load(std::memory_order_relaxed);
  t.replies = public_.replies.load(std::memory_order_relaxed);
  t.dead = public_.dead.load(std::memory_order_relaxed);
  t.failed = public_.failed.load(std::memory_order_relaxed);
  t.stopped = public_.stopped.load(std::memory_order_relaxed);
  t.spilled = public_.spilled.load(std::memory_order_relaxed);
  return t;
}

std::optional<Worker::Running> Worker::running() const {
  // `done` first: a handler that ended between the two looks as if it ran, and has another number
  // or is done at the next look.
  const std::uint64_t done =
      public_.done.load(std::memory_order_acquire); // pairs with publishDone()
  const std::uint64_t begun = begun_.load(std::memory_order_relaxed);
  const std::uint64_t actor = begun % kActors;
  // Both numbers come round; one is never far from the other.
  if (static_cast<std::int64_t>(begun - actor - done * kActors) <= 0)
    return std::nullopt;
  return Running{begun / kActors, static_cast<std::uint32_t>(actor)};
}

} // namespace ring::runtime::cpu

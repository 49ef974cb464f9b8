// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The host's side of the workers: sending, taking replies, draining, stopping.
#include "runtime/backend/cpu/CpuBackend.h"

#include "runtime/backend/cpu/Placement.h"

#include <algorithm>
#include <string>

namespace ring::runtime::cpu {
namespace {

/// Its address tells threads apart.
thread_local const char threadMark = 0;

std::uint32_t workerCount(const RuntimeOptions& options) {
  return options.workers != 0 ? options.workers : std::max(1u, availableCores() - 1);
}

} // namespace

CpuBackend::CpuBackend(const RuntimeOptions& options)
    : CoreBase(options, workerCount(options), States::Here),
      shared_{registry_,
              directory_,
              mailbox_.event(),
              options.spillBytes,
              options.pinWorkers,
              workerCount(options) < availableCores() ? 1000u : 50u,
              {},
              false,
              false},
      owner_(&threadMark), shardOf_(workerCount(options)),
      maxRecordBytes_(options.mailboxSlots * std::size_t(64) / 4), launcher_(workerCount(options)) {
  const std::uint32_t count = workerCount(options);
  const std::size_t chunks = std::size_t(options.mailboxSlots) * 64 / Ring::kChunkBytes;
  for (std::uint32_t index = 0; index < count; ++index)
    shared_.workers.push_back(std::make_unique<Worker>(shared_, index, count, chunks));
  for (const auto& worker : shared_.workers)
    worker->prepare();
}

Result<std::shared_ptr<detail::RuntimeCore>> CpuBackend::open(const RuntimeOptions& options) {
  std::shared_ptr<CpuBackend> made(new CpuBackend(options));
  for (const auto& worker : made->shared_.workers)
    if (Status status = worker->start(); !status)
      return status;
  return std::shared_ptr<detail::RuntimeCore>(std::move(made));
}

CpuBackend::~CpuBackend() {
  Status ignored = stop(detail::Deadline::max());
  static_cast<void>(ignored);
}

Status CpuBackend::checkMessages(const TypeInfo& actor) const {
  const std::size_t limit = maxRecordBytes_ - abi::kPayloadOffset;
  for (const HandlerInfo& handler : actor.handlers)
    if (const TypeInfo& message = handler.message(); message.size > limit)
      return Status(StatusCode::Exhausted,
                    "message `" + std::string(message.name) + "` of `" + std::string(actor.name) +
                        "` has " + std::to_string(message.size) + " bytes; with " +
                        std::to_string(options_.mailboxSlots) + " slots a ring the limit is " +
                        std::to_string(limit) + "; set `RuntimeOptions::mailboxSlots`");
  return Status::ok();
}

Status CpuBackend::make(const TypeInfo& actor, Beginnings images, detail::Where where,
                        std::span<ActorId> ids) {
  if (closed_.load(std::memory_order_acquire))
    return Status(StatusCode::Closed, "the runtime is stopped");
  Result<const ActorType*> type = registry_.actor(actor);
  if (!type)
    return type.status();
  if (Status status = checkMessages(actor); !status)
    return status;
  ShardRange preferred{0, 0};
  if (where.kind == detail::Where::Beside) {
    const std::uint32_t worker = directory_.shardOf(where.actor);
    preferred = {worker, worker + 1};
  }
  return directory_.place(**type, images, {preferred, ShardRange()}, ids);
}

std::byte* CpuBackend::waitForCredit(Ring& ring, std::size_t recordBytes, Status& why) {
  for (unsigned turns = 0;; ++turns) {
    if (std::byte* record = ring.tryReserve(recordBytes))
      return record;
    if (closed_.load(std::memory_order_acquire)) {
      why = Status(StatusCode::Closed, "the runtime is stopped");
      return nullptr;
    }
    // The worker may wait for room for its replies: take them in.
    bool overBound = false;
    pumpReplies(true, overBound);
    if (overBound) {
      why = Status(StatusCode::Exhausted,
                   "more than " + std::to_string(options_.replyBytes) +
                       " bytes of replies wait; take them from `replies()` or set "
                       "`RuntimeOptions::replyBytes`");
      return nullptr;
    }
    if (turns < 200)
      pause();
    else if (turns < 2000)
      std::this_thread::yield();
    else // a handler takes long
      std::this_thread::sleep_for(std::chrono::microseconds(50));
  }
}

/// Puts one record into the ring of the target's worker; write(record) fills it.
template <class Write>
Status CpuBackend::enter(ActorId target, std::size_t recordBytes, bool isControl, Write&& write) {
  if (closed_.load(std::memory_order_acquire)) [[unlikely]]
    return Status(StatusCode::Closed, "the runtime is stopped");
  const std::uint32_t source = &threadMark == owner_ ? kOwnerClient : kSharedClient;
  Client& client = clients_[source];
  std::unique_lock<std::mutex> lock;
  if (source == kSharedClient)
    lock = std::unique_lock(client.mutex);
  Worker& worker = *shared_.workers[shardOf_(target.index)];
  Ring& ring = worker.inbound(source);
  std::byte* record = ring.tryReserve(recordBytes);
  if (!record) [[unlikely]] {
    Status why = Status::ok();
    record = waitForCredit(ring, recordBytes, why);
    if (!record)
      return why;
  }
  write(record);
  const auto add = [](std::atomic<std::uint64_t>& counter) { // this client's thread writes alone
    counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  };
  add(client.sent); // before the record is seen: `done` is never ahead
  if (isControl)
    add(client.controls);
  ring.commit();
  ring.publish();
  worker.wake();
  return Status::ok();
}

Status CpuBackend::post(ActorId target, const TypeInfo& message, const void* payload,
                        std::uint64_t correlation) {
  TypeIndex type = registry_.find(message);
  if (type == kNoType) [[unlikely]] {
    Result<TypeIndex> added = registry_.message(message);
    if (!added)
      return added.status();
    type = *added;
  }
  const std::size_t bytes = abi::kPayloadOffset + message.size;
  if (bytes > maxRecordBytes_) [[unlikely]]
    return Status(StatusCode::Exhausted, "message `" + std::string(message.name) + "` has " +
                                             std::to_string(message.size) +
                                             " bytes; set `RuntimeOptions::mailboxSlots`");
  return enter(target, bytes, false, [&](std::byte* record) {
    writeEnvelope(record, target, type, correlation != 0 ? abi::kFlagRequest : std::uint8_t(0),
                  kHostId, correlation);
    copyMessage(record + abi::kPayloadOffset, payload, message.size);
  });
}

bool CpuBackend::pumpReplies(bool heedBound, bool& overBound) {
  std::uint64_t taken = 0;
  bool any = false;
  for (const auto& worker : shared_.workers)
    any |= !worker->toHost().isEmpty();
  if (!any)
    return false;
  Mailbox::Delivery delivery(mailbox_);
  for (const auto& worker : shared_.workers) {
    Ring& ring = worker->toHost();
    while (!(heedBound && mailbox_.isOverBound())) {
      std::byte* record = ring.tryPeek();
      if (!record)
        break;
      delivery.deliver(envelopeOf(record), record + abi::kPayloadOffset);
      ring.advance();
      ++taken;
    }
    ring.release();
  }
  overBound = heedBound && mailbox_.isOverBound();
  repliesTaken_.fetch_add(taken, std::memory_order_release); // pairs with isQuiescent()
  return taken != 0;
}

bool CpuBackend::pump() {
  bool ignored = false;
  return pumpReplies(false, ignored);
}

bool CpuBackend::isQuiescent() const {
  // What is done is read before what was made: equal numbers mean that at the moment between the
  // two nothing was under way.
  std::uint64_t done = 0, made = 0, replies = 0;
  for (const auto& worker : shared_.workers)
    done += worker->tally().done;
  for (const auto& worker : shared_.workers) {
    const Tally tally = worker->tally();
    made += tally.created;
    replies += tally.replies;
  }
  for (const Client& client : clients_)
    made += client.sent.load(std::memory_order_acquire);
  return done == made && repliesTaken_.load(std::memory_order_acquire) == replies;
}

bool CpuBackend::drainUntil(detail::Deadline deadline) {
  return pumpUntil([&] { return isQuiescent(); }, deadline, std::chrono::microseconds(200));
}

Status CpuBackend::drain() {
  drainUntil(detail::Deadline::max());
  return Status::ok();
}

/// Gives an order to the actor's worker, in the order of messages, and waits until it is obeyed.
Status CpuBackend::control(Control what, ActorId id, const StateRequest* request) {
  const AskTicket ticket = mailbox_.open(nullptr);
  Status status = Status::ok();
  if (mailbox_.isOpen(ticket)) // else there are too many questions, and it is answered
    status = enter(id, abi::kPayloadOffset + sizeof(request), true, [&](std::byte* record) {
      writeEnvelope(record, id, static_cast<TypeIndex>(what), kFlagControl, kHostId,
                    Mailbox::correlation(ticket));
      std::memcpy(record + abi::kPayloadOffset, &request, sizeof(request));
    });
  if (status)
    return askWait(ticket, detail::Deadline::max(), nullptr);
  mailbox_.abandon(ticket);
  return status;
}

Status CpuBackend::readState(ActorId id, const TypeInfo& actor, void* state) {
  auto request = std::make_unique<StateRequest>();
  request->type = &actor;
  request->bytes = std::make_unique<std::byte[]>(actor.size);
  StateRequest* asked = request.get();
  {
    std::lock_guard lock(requestsMutex_);
    requests_.push_back(std::move(request));
  }
  Status status = control(Control::ReadState, id, asked);
  if (status)
    std::memcpy(state, asked->bytes.get(), actor.size);
  // At Closed a worker may still hold the request; it is freed with the runtime.
  if (status.code() != StatusCode::Closed) {
    std::lock_guard lock(requestsMutex_);
    std::erase_if(requests_, [&](const auto& r) { return r.get() == asked; });
  }
  return status;
}

void CpuBackend::takeTheRest() {
  // The threads have ended: this one may play all their parts.
  for (const auto& worker : shared_.workers) {
    worker->join();
    while (worker->flushToHost())
      pump();
  }
  pump();
  for (const auto& worker : shared_.workers)
    leftDead_.fetch_add(worker->discardRest(), std::memory_order_relaxed);
}

Status CpuBackend::stop(detail::Deadline deadline) {
  std::lock_guard lock(stopMutex_);
  if (stopped_.load(std::memory_order_relaxed))
    return Status::ok();
  closed_.store(true, std::memory_order_release);
  // Once the rest is being thrown away, nothing is left to wait for but handlers that still run.
  const bool drained = !shared_.discard.load(std::memory_order_relaxed) && drainUntil(deadline);
  if (!drained)
    shared_.discard.store(true, std::memory_order_relaxed);
  shared_.leave.store(true, std::memory_order_release); // pairs with Worker::run()
  for (const auto& worker : shared_.workers)
    worker->wake();
  // A worker leaves once its handler returns; after the deadline one grace to throw the rest away.
  const detail::Deadline grace =
      deadline == detail::Deadline::max()
          ? deadline
          : std::max(deadline, std::chrono::steady_clock::now()) + std::chrono::milliseconds(100);
  const auto allLeft = [&] {
    return std::all_of(shared_.workers.begin(), shared_.workers.end(),
                       [](const auto& worker) { return worker->hasLeft(); });
  };
  const bool left = pumpUntil(allLeft, grace, std::chrono::microseconds(200));
  if (left) {
    takeTheRest();
    stopped_.store(true, std::memory_order_release);
  }
  mailbox_.resolveAll(StatusCode::Closed);
  if (!left)
    return Status(StatusCode::Timeout, "a handler still runs; the runtime waits for it when it is "
                                       "destroyed");
  if (!drained)
    return Status(StatusCode::Timeout, "not all messages were handled in time; the rest are dead "
                                       "letters");
  return Status::ok();
}

Statistics CpuBackend::statistics() {
  Statistics all;
  for (const Client& client : clients_)
    all.sent += client.sent.load(std::memory_order_acquire) -
                client.controls.load(std::memory_order_relaxed);
  for (const auto& worker : shared_.workers) {
    const Tally tally = worker->tally();
    all.sent += tally.created;
    all.handled += tally.handled;
    all.replies += tally.replies;
    all.deadLetters += tally.dead;
    all.failed += tally.failed;
    all.stopped += tally.stopped;
    all.spilled += tally.spilled;
  }
  all.deadLetters += leftDead_.load(std::memory_order_relaxed);
  // What a thread was about to send while the rest was thrown away lies in a ring that nobody
  // reads.
  if (stopped_.load(std::memory_order_acquire) && all.sent > all.handled + all.deadLetters)
    all.deadLetters = all.sent - all.handled;
  all.spawned = spawned_.load(std::memory_order_relaxed);
  all.killed = killed_.load(std::memory_order_relaxed);
  all.restarted = restarted_.load(std::memory_order_relaxed);
  return all;
}

Result<Health> CpuBackend::health(std::chrono::nanoseconds limit) {
  const detail::Deadline deadline = detail::deadlineAfter(limit);
  Health health{static_cast<std::uint32_t>(shared_.workers.size()), {}};
  std::vector<std::pair<std::uint32_t, Worker::Running>> silent;
  for (std::uint32_t i = 0; i < health.shards; ++i)
    if (const auto running = shared_.workers[i]->running())
      silent.emplace_back(i, *running);
  while (!silent.empty()) {
    const bool isLast = std::chrono::steady_clock::now() >= deadline;
    std::erase_if(silent, [&](const auto& worker) {
      return shared_.workers[worker.first]->running() != worker.second;
    });
    if (isLast)
      break;
    std::this_thread::sleep_for(kHealthPause);
  }
  for (const auto& [shard, running] : silent) {
    // relaxed: an entry whose handler runs is not given to another actor
    const std::uint32_t word = directory_.entry(running.actor).word.load(std::memory_order_relaxed);
    health.stuck.push_back({shard, ActorId{running.actor, DirectoryEntry::generationOf(word), 0}});
  }
  return health;
}

} // namespace ring::runtime::cpu

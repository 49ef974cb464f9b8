// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Actors of the resident kernel as the host sees them: spawning, sending, replies, their end.
#include "runtime/backend/cuda/Resident.h"

#include <cstring>
#include <string>
#include <thread>

namespace ring::runtime::cuda {

namespace {

/// Threads are numbered as they come; each keeps its client, so its order is kept.
std::uint32_t threadNumber() {
  static std::atomic<std::uint32_t> next{0};
  thread_local const std::uint32_t mine = next.fetch_add(1, std::memory_order_relaxed);
  return mine;
}

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
  }
  return StatusCode::Internal;
}

constexpr std::uint32_t kCreditEvery = 256;
/// Idle turns from one look after the kernel to the next: 1% of their time, and some tenths of a
/// second where the host sleeps between them.
constexpr std::uint32_t kLookEvery = 4096;

} // namespace

Resident::Client& Resident::clientOfThread() {
  // The first warp of each of the first warp blocks polls a client's ring: a small GPU has fewer.
  const std::uint32_t index =
      threadNumber() % std::min(abi::kMaxClients, kernel_.placement().warpBlocks);
  std::uint32_t inUse = clientsInUse_.load(std::memory_order_acquire);
  while (index >= inUse)
    if (clientsInUse_.compare_exchange_weak(inUse, index + 1, std::memory_order_acq_rel)) {
      kernel_.useClients(index + 1);
      break;
    }
  return clients_[index];
}

/// Waits for the device, taking replies in meanwhile: it may wait for room for them.
/// Who sends a command has kernelMutex_, and looks after the kernel.
Status Resident::waitForRoom(Client& client, std::unique_lock<SpinLock>& lock, bool isCommand) {
  lock.unlock();
  for (unsigned turns = 0; turns < 200; ++turns) {
    if (isCommand ? readAllReplies() : pump())
      break;
    pause();
  }
  std::this_thread::yield();
  if (Status status = isCommand ? checkKernel() : brokenStatus(); !status)
    return status;
  if (!isCommand && closed_.load(std::memory_order_acquire))
    return Status(StatusCode::Closed, "the runtime is stopped");
  if (Mailbox::Delivery(mailbox_).isOverBound())
    return Status(StatusCode::Exhausted,
                  "more than " + std::to_string(options_.replyBytes) +
                      " bytes of replies wait; take them from `replies()` or set "
                      "`RuntimeOptions::replyBytes`");
  lock = std::unique_lock(client.writing);
  return Status::ok();
}

Status Resident::enter(ActorId target, std::uint16_t type, std::uint8_t flags, std::uint64_t origin,
                       const void* payload, std::uint32_t bytes, bool isCommand) {
  Client& client = clientOfThread();
  const auto index = static_cast<std::uint16_t>(&client - clients_.data());
  abi::MessageHeader header{};
  header.targetIndex = target.index;
  header.targetGeneration = target.generation;
  header.type = type;
  header.flags = flags;
  header.sourceShard = index;
  std::unique_lock lock(client.writing);
  if (bytes > client.commands.maxPayload()) // no actor of the program handles one so large
    return Status(StatusCode::WrongType,
                  "no actor on the GPU takes a message of " + std::to_string(bytes) + " bytes");
  while (!client.commands.tryPush(header, origin, payload, bytes))
    if (Status status = waitForRoom(client, lock, isCommand); !status)
      return status;
  if (!isCommand)
    ++client.sent;
  return Status::ok();
}

Status Resident::post(ActorId target, const TypeInfo& message, const void* payload,
                      std::uint64_t correlation) {
  Result<TypeIndex> type = registry_.message(message);
  if (!type)
    return type.status();
  if (closed_.load(std::memory_order_acquire))
    return Status(StatusCode::Closed, "the runtime is stopped");
  if (!kernel_.isRunning()) {
    std::lock_guard kernel(kernelMutex_); // it is parked for a moment, or there never was an actor
    if (Status status = brokenStatus(); !status)
      return status;
    if (!kernel_.isLoaded())
      return Status(StatusCode::NotFound, "there are no actors");
  }
  const std::uint8_t flags =
      abi::kFlagFromHost | (correlation != 0 ? abi::kFlagRequest : std::uint8_t(0));
  return enter(target, *type, flags, correlation, payload, message.size, false);
}

/// Sends a command and waits until it is done. With kernelMutex_, which keeps the staging memory.
Status Resident::command(abi::Command what, ActorId target,
                         const abi::CommandArguments& arguments) {
  const AskTicket ticket = mailbox_.open(nullptr);
  if (Status status = enter(target, static_cast<std::uint16_t>(what),
                            abi::kFlagFromHost | abi::kFlagRequest | abi::kFlagCommand,
                            Mailbox::correlation(ticket), &arguments, sizeof(arguments), true);
      !status) {
    mailbox_.abandon(ticket);
    return status;
  }
  for (unsigned turns = 1;; ++turns) {
    if (std::optional<Status> answer = mailbox_.tryTake(ticket, nullptr))
      return *answer;
    readAllReplies();
    if (turns % 4096 != 0)
      continue;
    if (Status died = checkKernel(); !died) {
      mailbox_.abandon(ticket);
      return died;
    }
    std::this_thread::yield();
  }
}

/// Makes the resident kernel one that has this type, and runs it.
Status Resident::prepare(const ActorType& type) {
  if (std::find(types_.begin(), types_.end(), &type) != types_.end())
    return kernel_.launch();
  std::vector<const ActorType*> types = types_;
  types.push_back(&type);
  Result<Program> program = compose(types, registry_, kernel_.placement());
  if (!program)
    return program.status();
  if (Status status = loadProgram(std::move(*program)); !status)
    return status;
  types_ = std::move(types);
  kernel_.useClients(clientsInUse_.load(std::memory_order_acquire));
  return kernel_.launch();
}

/// The one before goes on where this one cannot be loaded.
Status Resident::loadProgram(Program program) {
  const Result<std::vector<char>> cubin = kernel_.compile(program);
  if (!cubin)
    return cubin.status();
  const auto load = [&] { return kernel_.load(std::move(program), *cubin); };
  if (!kernel_.outgrows(program))
    return whileParked(load);
  // Nothing may be under way in rings that are made anew; commands were waited for.
  std::vector<std::unique_lock<SpinLock>> writers;
  std::uint64_t posted = 0, done = 0, sent = 0;
  for (Client& client : clients_) {
    writers.emplace_back(client.writing);
    posted += client.sent;
  }
  while (kernel_.isLoaded() && !(isStill(done, sent) && done == posted + sent)) {
    if (!readAllReplies())
      std::this_thread::yield();
    static_cast<void>(checkKernel().isOk());
    if (Status status = brokenStatus(); !status)
      return status;
  }
  const auto loadAndBegin = [&]() -> Status {
    if (Status status = load(); !status)
      return status;
    for (std::uint32_t i = 0; i < abi::kMaxClients; ++i) {
      clients_[i].commands = kernel_.makeWriter(i);
      std::lock_guard lock(clients_[i].reading);
      clients_[i].own = kernel_.makeOwnReader(i);
      clients_[i].shared = kernel_.makeSharedReader(i);
      clients_[i].credited = 0;
    }
    return Status::ok();
  };
  return whileParked(loadAndBegin);
}

Status Resident::place(const ActorType& type, ActorId id, const void* image) {
  const std::uint32_t bytes = type.info->size;
  if (const auto old = placeOf_.find(id.index); old != placeOf_.end()) {
    places_.giveBack(old->second.first, old->second.second); // of an actor that ended
    placeOf_.erase(old);
  }
  const std::optional<std::uint32_t> place = places_.take(bytes);
  if (!place)
    return Status(StatusCode::Exhausted, "`" + std::string(type.info->name) + "` has a state of " +
                                             std::to_string(bytes) + " bytes and " +
                                             std::to_string(places_.freeBytes()) + " of " +
                                             std::to_string(options_.stateBytes) +
                                             " are free; set `RuntimeOptions::stateBytes`");
  placeOf_[id.index] = {*place, bytes};
  if (bytes > kernel_.staging().bytes()) {
    if (Status status = whileParked([&] { return kernel_.growStaging(bytes); }); !status)
      return status;
    if (Status status = brokenStatus(); !status)
      return status;
  }
  std::memcpy(kernel_.staging().host<void>(), image, bytes);
  const auto number = std::find(types_.begin(), types_.end(), &type) - types_.begin();
  return command(abi::Command::Spawn, id,
                 {kernel_.staging().address(), bytes, *place, static_cast<std::uint32_t>(number)});
}

Result<ActorId> Resident::spawn(const TypeInfo& info, const void* image) {
  if (closed_.load(std::memory_order_acquire))
    return Status(StatusCode::Closed, "the runtime is stopped");
  if (Status status = brokenStatus(); !status)
    return status;
  Result<const ActorType*> type = registry_.actor(info);
  if (!type)
    return type.status();
  if (info.align > 16)
    return Status(StatusCode::Unsupported, "`" + std::string(info.name) + "` is aligned to " +
                                               std::to_string(info.align) +
                                               " bytes; the limit is 16 on CUDA");
  std::lock_guard kernel(kernelMutex_);
  if (closed_.load(std::memory_order_acquire)) // stop() may have parked the kernel meanwhile
    return Status(StatusCode::Closed, "the runtime is stopped");
  if (alive_.load() >= options_.maxActors)
    return Status(StatusCode::Exhausted, "all " + std::to_string(options_.maxActors) +
                                             " actors are in use; set "
                                             "`RuntimeOptions::maxActors`");
  if (Status status = prepare(**type); !status)
    return status;
  const Placement& placement = kernel_.placement();
  const bool isBlock = info.scope == Scope::Block;
  Result<ActorId> id = directory_.place(**type, image, isBlock ? placement.warpShards() : 0,
                                        isBlock ? placement.shards() : placement.warpShards());
  if (!id)
    return id;
  if (Status status = place(**type, *id, image); !status) {
    directory_.forget(*id);
    return status;
  }
  {
    std::lock_guard lock(endMutex_);
    directory_.activate(*id);
  }
  ++alive_;
  spawned_.fetch_add(1, std::memory_order_relaxed);
  return id;
}

Status Resident::readState(ActorId id, const TypeInfo& actor, void* state) {
  std::lock_guard kernel(kernelMutex_);
  if (Status status = brokenStatus(); !status)
    return status;
  if (Status status = directory_.copyState(id, actor, state); !status)
    return status; // checks who it is; what it copied is the image
  if (!kernel_.isRunning()) {
    // stop() has parked it for good: its last write is in the arena.
    const auto place = placeOf_.at(id.index);
    return kernel_.readState(place.first, {static_cast<std::byte*>(state), actor.size});
  }
  if (Status status =
          command(abi::Command::ReadState, id, {kernel_.staging().address(), actor.size, 0, 0});
      !status)
    return status.code() == StatusCode::Closed ? Status(StatusCode::NotFound, "the actor is gone")
                                               : status;
  std::memcpy(state, kernel_.staging().host<void>(), actor.size);
  return Status::ok();
}

void Resident::end(ActorId actor, bool failed, std::uint32_t failCode) {
  std::lock_guard lock(endMutex_);
  DirectoryEntry* entry = directory_.find(actor);
  if (!entry)
    return;
  entry->failCode = failCode;
  if (!failed)
    directory_.move(*entry, Life::Draining);
  directory_.end(*entry, failed ? Life::Failed : Life::Terminated);
  --alive_;
}

void Resident::take(Mailbox::Delivery& delivery, const ReplyReader::View& view,
                    const std::uint32_t* payload) {
  const ActorId from{view.header.targetIndex, view.header.targetGeneration, 0};
  abi::Envelope envelope{};
  envelope.source = {from, view.origin};
  if (!(view.header.flags & abi::kFlagOutcome)) {
    envelope.header.type = view.header.type;
    envelope.header.flags = abi::kFlagReply;
    delivery.deliver(envelope, reinterpret_cast<const std::byte*>(payload));
    replies_.fetch_add(1, std::memory_order_acq_rel);
    return;
  }
  abi::ResidentOutcome told;
  std::memcpy(&told, payload, sizeof(told));
  if (view.header.flags & abi::kFlagEnded) {
    end(from, told.code == abi::ResidentOutcomeCode::Failed, told.failCode);
  } else {
    const Outcome outcome{codeOf(told.code), told.failCode};
    envelope.header.flags = kFlagStatus;
    envelope.header.type = kNoType;
    delivery.deliver(envelope, reinterpret_cast<const std::byte*>(&outcome));
  }
  outcomes_.fetch_add(1, std::memory_order_acq_rel);
}

bool Resident::readReplies(std::uint32_t index) {
  Client& client = clients_[index];
  std::unique_lock lock(client.reading, std::try_to_lock);
  if (!lock)
    return false; // another thread reads them
  ReplyReader::View view;
  alignas(16) std::uint32_t payload[256 * abi::kWordsPerChunk];
  std::optional<Mailbox::Delivery> delivery;
  bool any = false;
  for (ReplyReader* reader : {&client.own, &client.shared})
    for (unsigned count = 0; count < 1024 && reader->tryPop(view, payload); ++count) {
      if (!delivery)
        delivery.emplace(mailbox_);
      take(*delivery, view, payload);
      any = true;
      if (client.own.read() + client.shared.read() - client.credited >= kCreditEvery) {
        kernel_.giveCredit(index, client.own.read(), client.shared.read());
        client.credited = client.own.read() + client.shared.read();
        if (delivery->isOverBound())
          return any; // the rest stays in the ring
      }
    }
  return any;
}

bool Resident::readAllReplies() {
  bool any = false;
  const std::uint32_t clients = clientsInUse_.load(std::memory_order_acquire);
  for (std::uint32_t i = 0; i < clients; ++i)
    any |= readReplies(i);
  return any;
}

bool Resident::pump() {
  if (readAllReplies())
    return true;
  if (idleTurns_.fetch_add(1, std::memory_order_relaxed) % kLookEvery == 0) {
    std::unique_lock kernel(kernelMutex_, std::try_to_lock);
    if (kernel) // else its owner finds out
      static_cast<void>(checkKernel().isOk());
  }
  return false;
}

} // namespace ring::runtime::cuda

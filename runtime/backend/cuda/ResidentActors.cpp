// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Actors of the resident kernel as the host sees them: spawning, sending, replies.
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
  case abi::ResidentOutcomeCode::NoRoom:
    return StatusCode::Exhausted;
  }
  return StatusCode::Internal;
}

constexpr std::uint32_t kCreditEvery = 256;
/// Turns from one look at the rings of all threads to the next: theirs is the first.
constexpr std::uint32_t kOthersEvery = 16;
/// Turns without a reply from one look after the kernel to the next: 1% of their time, and some
/// tenths of a second where the host sleeps between them.
constexpr std::uint32_t kLookEvery = 4096;

} // namespace

std::uint32_t Resident::clientOfThread() {
  const std::uint32_t index = threadNumber() % kernel_.placement().clients();
  std::uint32_t inUse = clientsInUse_.load(std::memory_order_acquire);
  while (index >= inUse)
    if (clientsInUse_.compare_exchange_weak(inUse, index + 1, std::memory_order_acq_rel)) {
      kernel_.useClients(index + 1);
      break;
    }
  return index;
}

/// Waits for the device, taking replies in meanwhile: it may wait for room for them.
/// Who sends a command has kernelMutex_, and looks after the kernel.
Status Resident::waitForRoom(Client& client, std::unique_lock<SpinLock>& lock, std::uint32_t actor,
                             bool isCommand) {
  for (unsigned turns = 0; turns < 200; ++turns) {
    if (writerTo(client, actor).hasRoom())
      return Status::ok();
    lock.unlock();
    if (isCommand)
      readAllReplies();
    else
      pump();
    pause();
    lock.lock();
  }
  lock.unlock();
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
                       const void* payload, std::uint32_t bytes) {
  const std::uint32_t index = clientOfThread();
  Client& client = clients_[index];
  abi::MessageHeader header{};
  header.targetIndex = target.index;
  header.targetGeneration = target.generation;
  header.type = type;
  header.flags = flags;
  header.sourceShard = static_cast<std::uint16_t>(index);
  std::unique_lock lock(client.writing);
  if (bytes > client.lanes[0].maxPayload()) // no actor of the program handles one so large
    return Status(StatusCode::WrongType,
                  "no actor on the GPU takes a message of " + std::to_string(bytes) + " bytes");
  const bool isCommand = (flags & abi::kFlagCommand) != 0;
  while (!writerTo(client, target.index).tryPush(header, origin, payload, bytes))
    if (Status status = waitForRoom(client, lock, target.index, isCommand); !status)
      return status;
  if (!isCommand)
    ++client.sent;
  return Status::ok();
}

Status Resident::openForSends() {
  if (closed_.load(std::memory_order_acquire))
    return Status(StatusCode::Closed, "the runtime is stopped");
  if (kernel_.isRunning())
    return Status::ok();
  std::lock_guard kernel(kernelMutex_); // it is parked for a moment, or there never was an actor
  if (Status status = brokenStatus(); !status)
    return status;
  if (!kernel_.isLoaded())
    return Status(StatusCode::NotFound, "there are no actors");
  return Status::ok();
}

Status Resident::post(ActorId target, const TypeInfo& message, const void* payload,
                      std::uint64_t correlation) {
  Result<TypeIndex> type = registry_.message(message);
  if (!type)
    return type.status();
  if (Status status = openForSends(); !status)
    return status;
  const std::uint8_t flags =
      abi::kFlagFromHost | (correlation != 0 ? abi::kFlagRequest : std::uint8_t(0));
  return enter(target, *type, flags, correlation, payload, message.size);
}

Status Resident::sendBatch(const detail::Batch& batch, std::size_t& sent) {
  Result<TypeIndex> type = registry_.message(*batch.message);
  if (!type)
    return type.status();
  if (Status status = openForSends(); !status)
    return status;
  const std::uint32_t index = clientOfThread(), bytes = batch.message->size;
  Client& client = clients_[index];
  abi::MessageHeader header{};
  header.type = *type;
  header.flags = abi::kFlagFromHost;
  header.sourceShard = static_cast<std::uint16_t>(index);
  std::unique_lock lock(client.writing);
  if (bytes > client.lanes[0].maxPayload())
    return Status(StatusCode::WrongType,
                  "no actor on the GPU takes a message of " + std::to_string(bytes) + " bytes");
  const CommandBatch commands{header, batch, ofShards_, kernel_.placement().lanes() - 1};
  while (sent < batch.count) {
    const std::size_t pushed = CommandWriter::pushBatch(client.lanes, commands, sent);
    client.sent += pushed - sent;
    sent = pushed;
    if (sent == batch.count)
      break;
    // A large message, or one that finds no room.
    const ActorId target = batch.target(sent);
    header.targetIndex = target.index;
    header.targetGeneration = target.generation;
    while (!writerTo(client, target.index).tryPush(header, 0, batch.payload(sent), bytes))
      if (Status status = waitForRoom(client, lock, target.index, false); !status)
        return status;
    ++client.sent;
    ++sent;
  }
  return Status::ok();
}

/// Sends a command and waits until it is done. With kernelMutex_, which keeps the staging memory.
Status Resident::command(abi::Command what, ActorId target,
                         const abi::CommandArguments& arguments) {
  const AskTicket ticket = mailbox_.open(nullptr);
  if (!mailbox_.isOpen(ticket)) // too many questions: it is answered
    return askTake(ticket, nullptr);
  if (Status status = enter(target, static_cast<std::uint16_t>(what),
                            abi::kFlagFromHost | abi::kFlagRequest | abi::kFlagCommand,
                            Mailbox::correlation(ticket), &arguments, sizeof(arguments));
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
    for (std::uint32_t i = 0; i < kernel_.placement().clients(); ++i) {
      clients_[i].lanes.clear();
      for (std::uint32_t lane = 0; lane < kernel_.placement().lanes(); ++lane)
        clients_[i].lanes.push_back(kernel_.makeWriter(i, lane));
      std::lock_guard lock(clients_[i].reading);
      clients_[i].own = kernel_.makeOwnReader(i);
      clients_[i].shared = kernel_.makeSharedReader(i);
      clients_[i].credited = 0;
    }
    return Status::ok();
  };
  return whileParked(loadAndBegin);
}

Status Resident::exhausted(const ActorType& type) const {
  return Status(StatusCode::Exhausted, "`" + std::string(type.info->name) + "` has a state of " +
                                           std::to_string(type.info->size) + " bytes and " +
                                           std::to_string(places_.freeBytes()) + " of " +
                                           std::to_string(options_.stateBytes) +
                                           " are free; set `RuntimeOptions::stateBytes`");
}

Status Resident::place(const ActorType& type, ActorId id, const void* image) {
  const std::uint32_t bytes = type.info->size;
  if (const auto old = placeOf_.find(id.index); old != placeOf_.end()) {
    places_.giveBack(old->second.first, old->second.second); // of an actor that ended
    placeOf_.erase(old);
  }
  const std::optional<std::uint32_t> place = places_.take(bytes);
  if (!place)
    return exhausted(type);
  placeOf_[id.index] = {*place, bytes};
  const auto number = std::find(types_.begin(), types_.end(), &type) - types_.begin();
  abi::CommandArguments arguments{0, bytes, *place, static_cast<std::uint32_t>(number),
                                  abi::kKeepsNoImage};
  // Most actors of a type begin alike: the device keeps the last image and copies its own.
  LastImage& last = lastImages_[&type];
  if (last.is(image)) {
    arguments.from = kernel_.addressOf(*last.place);
    return command(abi::Command::Spawn, id, arguments);
  }
  if (Status status = stage(image, bytes); !status)
    return status;
  arguments.from = kernel_.staging().address();
  if (!last.place)
    last.place = places_.take(bytes); // without one the next image is read from the host again
  arguments.keep = last.place.value_or(abi::kKeepsNoImage);
  last.bytes.assign(static_cast<const std::byte*>(image),
                    static_cast<const std::byte*>(image) + bytes);
  return command(abi::Command::Spawn, id, arguments);
}

/// Puts an image where the device can read it.
Status Resident::stage(const void* image, std::uint32_t bytes) {
  if (bytes > kernel_.staging().bytes()) {
    if (Status status = whileParked([&] { return kernel_.growStaging(bytes); }); !status)
      return status;
    if (Status status = brokenStatus(); !status)
      return status;
  }
  std::memcpy(kernel_.staging().host<void>(), image, bytes);
  return Status::ok();
}

Result<ActorId> Resident::spawn(const TypeInfo& info, const void* image, detail::Where where) {
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
    return directory_.exhausted(options_.maxActors);
  if (Status status = prepare(**type); !status)
    return status;
  const Placement& placement = kernel_.placement();
  // Warps that poll the host's memory look at their mailboxes less often: the others come first.
  std::uint32_t end = placement.warpShards();
  std::uint32_t first =
      std::min(clientsInUse_.load(std::memory_order_relaxed) * placement.lanes(), end / 2);
  if (info.scope == Scope::Block) {
    first = placement.warpShards();
    end = placement.shards();
  } else if (where == detail::Where::Direct) {
    first = clientOfThread() * placement.lanes();
    end = first + placement.lanes();
  }
  Result<ActorId> id = directory_.place(**type, image, first, end);
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

void Resident::take(Mailbox::Delivery& delivery, const ReplyReader::View& view,
                    const std::uint32_t* payload) {
  const ActorId from{view.header.targetIndex, view.header.targetGeneration, 0};
  abi::Envelope envelope{};
  envelope.source = {from, view.origin};
  envelope.header.sourceShard = view.header.sourceShard;
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
    hearEnd(from, told);
  } else {
    const Outcome outcome{codeOf(told.code), told.failCode};
    envelope.header.flags = kFlagStatus;
    envelope.header.type = kNoType;
    delivery.deliver(envelope, reinterpret_cast<const std::byte*>(&outcome));
  }
  outcomes_.fetch_add(1, std::memory_order_acq_rel);
}

/// The next replies of a client, up to views.size(); tells the device now and then how far they
/// were read. With client.reading.
std::size_t Resident::popReplies(std::uint32_t index, std::span<ReplyReader::View> views,
                                 std::uint32_t* payloads) {
  Client& client = clients_[index];
  // Neither ring waits for the other: they take turns at being the first.
  client.isSharedNext = !client.isSharedNext;
  ReplyReader& first = client.isSharedNext ? client.shared : client.own;
  ReplyReader& second = client.isSharedNext ? client.own : client.shared;
  std::size_t count = first.popBatch(views, payloads);
  if (count < views.size())
    count += second.popBatch(views.subspan(count), payloads + count * second.payloadWords());
  const std::uint64_t read = client.own.read() + client.shared.read();
  if (read - client.credited >= kCreditEvery) {
    kernel_.giveCredit(index, client.own.read(), client.shared.read());
    client.credited = read;
  }
  return count;
}

bool Resident::readReplies(std::uint32_t index) {
  Client& client = clients_[index];
  std::unique_lock lock(client.reading, std::try_to_lock);
  if (!lock)
    return false; // another thread reads them
  ReplyBatch batch;
  std::size_t count = popReplies(index, batch.first(1), batch.payloads);
  if (count == 0)
    return false;
  Mailbox::Delivery delivery(mailbox_);
  const std::uint32_t stride = client.own.payloadWords();
  for (std::size_t taken = 0; count > 0;) {
    for (std::size_t i = 0; i < count; ++i)
      take(delivery, batch.views[i], batch.payloads + i * stride);
    taken += count;
    if (taken >= 2048 || delivery.isOverBound())
      break; // the rest stays in the ring
    count = popReplies(index, batch.upTo(stride), batch.payloads);
  }
  return true;
}

/// The calling thread's own replies are shown as they come out of the ring, some at a time, since
/// the visitor may use the runtime; all else goes through the mailbox.
std::size_t Resident::visitReplies(detail::ReplyVisitor visitor, void* closure,
                                   detail::Whose whose) {
  const std::uint32_t mine = clientOfThread();
  const bool isOwn = whose == detail::Whose::Own;
  const std::uint32_t clients = clientsInUse_.load(std::memory_order_acquire);
  for (std::uint32_t i = 0; i < clients && !isOwn; ++i)
    if (i != mine)
      readReplies(i);
  // What somebody else has taken out of the ring meanwhile.
  std::size_t used = mailbox_.visit(
      visitor, closure,
      isOwn ? std::optional<std::uint16_t>(static_cast<std::uint16_t>(mine)) : std::nullopt);
  Client& client = clients_[mine];
  ReplyBatch batch;
  // What is there now, and no more: a visitor that answers is not to be kept for ever.
  for (std::size_t left = kernel_.isLoaded() ? kernel_.program().sharedSlots() : 0; left > 0;) {
    std::size_t count = 0, shown = 0;
    std::uint32_t stride = 0;
    if (std::unique_lock lock(client.reading, std::try_to_lock); lock) {
      stride = client.own.payloadWords();
      count = popReplies(mine, batch.upTo(stride), batch.payloads);
    }
    if (count == 0)
      break;
    left -= std::min(left, count);
    for (std::size_t i = 0; i < count; ++i)
      shown += show(batch.views[i], batch.payloads + i * stride, visitor, closure);
    replies_.fetch_add(shown, std::memory_order_acq_rel);
    used += shown;
  }
  return used;
}

/// True where the visitor used it; else it is in the mailbox.
bool Resident::show(const ReplyReader::View& view, const std::uint32_t* payload,
                    detail::ReplyVisitor visitor, void* closure) {
  if (!(view.header.flags & abi::kFlagOutcome) && view.origin == 0 &&
      visitor(closure, registry_.type(view.header.type),
              {view.header.targetIndex, view.header.targetGeneration, 0}, payload))
    return true;
  Mailbox::Delivery delivery(mailbox_);
  take(delivery, view, payload);
  return false;
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

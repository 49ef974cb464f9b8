// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Commands to actors' shards and their answers. Who waits for one has no lock, so that a shard that
// does not return holds up nobody else's; beyond its time a command is left to whoever comes next,
// with all that the device may still read or write for it.
#include "runtime/backend/cuda/Resident.h"

#include <string>
#include <thread>
#include <utility>

namespace ring::runtime::cuda {

namespace {

std::string milliseconds(std::chrono::nanoseconds time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(time).count()) +
         " ms";
}

} // namespace

/// Memory that the device can read and write, for an order that is under way.
Result<StagePieces::Piece> Resident::stage(Order& order, std::uint32_t bytes) {
  constexpr std::uint64_t kLeast = 1 << 20;
  for (;;) {
    if (std::optional<StagePieces::Piece> piece = pieces_.take(bytes))
      return *piece;
    if (order.underWay() == 0)
      break;
    if (Status status = hearAnswer(order); !status) // it gives its own piece back
      return status;
  }
  Result<GpuMemory> more = whileParked([&] {
    return GpuMemory::allocate(gpu_, GpuMemory::Kind::Pinned,
                               std::max<std::uint64_t>(bytes, kLeast), "images of states");
  });
  if (!more)
    return more.status();
  pieces_.add(std::move(*more));
  if (Status status = brokenStatus(); !status) // the kernel could not go on
    return status;
  return *pieces_.take(bytes);
}

/// False where its lane is full.
bool Resident::pushCommand(const Pending& pending, const abi::CommandArguments& arguments) {
  const std::uint32_t index = clientOfThread();
  Client& client = clients_[index];
  abi::MessageHeader header{};
  header.targetIndex = pending.target.index;
  header.targetGeneration = pending.target.generation;
  header.type = static_cast<std::uint16_t>(pending.what);
  header.flags = abi::kFlagFromHost | abi::kFlagRequest | abi::kFlagCommand;
  header.sourceShard = static_cast<std::uint16_t>(index);
  std::lock_guard lock(client.writing);
  return writerTo(client, pending.target.index)
      .tryPush(header, Mailbox::correlation(pending.ticket), &arguments, sizeof(arguments));
}

/// Puts a command into its lane. Timeout where that has no room until the deadline; without the
/// kernel's lock while it waits.
Status Resident::tryCommand(Order& order, const Pending& pending,
                            const abi::CommandArguments& arguments) {
  while (!pushCommand(pending, arguments)) {
    if (Status status = checkKernel(); !status)
      return status;
    order.kernel.unlock();
    readAllReplies();
    std::this_thread::yield();
    lockAgain(order);
    if (Status status = brokenStatus(); !status)
      return status;
    if (order.epoch != epoch_.load(std::memory_order_acquire))
      return {StatusCode::DeviceLost, "the GPU was replaced"};
    if (std::chrono::steady_clock::now() >= order.deadline)
      return overdue(order, nullptr, pending.target);
  }
  return Status::ok();
}

/// With kernelMutex_ again. Who has it may wait until no command is open (loadProgram), so it is
/// told of those of this order that are answered.
void Resident::lockAgain(Order& order) {
  while (order.answered < order.sent.size()) {
    if (order.kernel.try_lock())
      return;
    readAllReplies();
    for (; order.answered < order.sent.size(); ++order.answered) {
      Pending& pending = order.sent[order.answered];
      if (pending.fate != Fate::UnderWay || pending.isAnswered)
        continue;
      if (!mailbox_.ready(pending.ticket))
        break;
      pending.isAnswered = true;
      openCommands_.fetch_sub(1, std::memory_order_acq_rel);
    }
    std::this_thread::yield();
  }
  order.kernel.lock();
}

/// As many as keep all shards busy; fewer than a client's replies have room for.
std::size_t Resident::mostUnderWay() const {
  return std::min(256u, kernel_.program().ownSlots() / 2);
}

/// Until one command more may be under way.
Status Resident::makeRoom(Order& order) {
  return order.underWay() < mostUnderWay() ? Status::ok() : hearAnswer(order);
}

/// Waits for answers where too many questions are open.
Status Resident::openQuestion(Order& order, Pending& pending) {
  for (;;) {
    pending.ticket = mailbox_.open(nullptr);
    if (mailbox_.isOpen(pending.ticket))
      return Status::ok();
    Status full = askTake(pending.ticket, nullptr); // it is answered
    if (order.underWay() == 0)
      return full;
    if (Status status = hearAnswer(order); !status)
      return status;
  }
}

/// Sends a command; where that fails, what `pending` holds is settled.
Status Resident::sendCommand(Order& order, Pending pending,
                             const abi::CommandArguments& arguments) {
  if (pending.reads)
    ++pending.reads->readers;
  if (pending.writes)
    pending.writes->isWritten = true;
  pending.epoch = order.epoch;
  Status status = openQuestion(order, pending);
  if (status && !(status = tryCommand(order, pending, arguments)))
    mailbox_.abandon(pending.ticket);
  if (!status) {
    settle(pending, status);
    return status;
  }
  openCommands_.fetch_add(1, std::memory_order_acq_rel);
  order.sent.push_back(pending);
  return status;
}

/// Waits until the first command under way is done; what it holds is settled then. Lets the
/// kernel's lock go meanwhile.
Status Resident::hearAnswer(Order& order) {
  Pending& pending = order.sent[order.heard++];
  std::optional<Status> answer = mailbox_.tryTake(pending.ticket, nullptr);
  if (!answer)
    answer = awaitAnswer(order, pending);
  if (!answer)
    return overdue(order, &pending, pending.target);
  if (!pending.isAnswered)
    openCommands_.fetch_sub(1, std::memory_order_acq_rel);
  if (order.epoch != epoch_.load(std::memory_order_acquire))
    answer = Status(StatusCode::DeviceLost, "the GPU was replaced");
  settle(pending, *answer);
  return *std::move(answer);
}

/// Nothing where there is none until the deadline.
std::optional<Status> Resident::awaitAnswer(Order& order, Pending& pending) {
  order.kernel.unlock();
  std::optional<Status> answer;
  for (unsigned turns = 1; !(answer = mailbox_.tryTake(pending.ticket, nullptr)); ++turns) {
    readAllReplies();
    if (turns % 4096 != 0 && !order.isOverdue)
      continue;
    if (std::unique_lock kernel(kernelMutex_, std::try_to_lock); kernel)
      static_cast<void>(checkKernel().isOk()); // resolves the question where it is gone
    if (std::chrono::steady_clock::now() >= order.deadline) {
      lockAgain(order);
      return mailbox_.tryTake(pending.ticket, nullptr);
    }
    std::this_thread::yield();
  }
  if (!std::exchange(pending.isAnswered, true))
    openCommands_.fetch_sub(1, std::memory_order_acq_rel); // before the lock: see lockAgain
  lockAgain(order);
  return answer;
}

/// Waits until nothing of the order is under way. Gives `first`, else what failed first.
Status Resident::hearAll(Order& order, Status first) {
  while (order.underWay() > 0)
    if (Status status = hearAnswer(order); first)
      first = std::move(status);
  return first;
}

/// What to say of an order whose time is over; keeps what is pending of it.
Status Resident::overdue(Order& order, Pending* pending, ActorId target) {
  if (pending) {
    pending->fate = Fate::Late;
    late_.push_back(*pending);
    if (std::exchange(order.isOverdue, true))
      return {StatusCode::Timeout, "it was sent with one that did not end in time"};
  }
  order.kernel.unlock();
  const Result<std::vector<std::uint32_t>> silent =
      kernel_.silentShards(std::chrono::milliseconds(20));
  std::string message = "shard " + std::to_string(ofShards_(target.index)) + ", where actor " +
                        std::to_string(target.index) + " is, did not " +
                        (pending ? "answer" : "take an order") + " within " +
                        milliseconds(options_.orderTimeout) + " (`RuntimeOptions::orderTimeout`)";
  if (silent && !silent->empty()) {
    constexpr std::size_t kMost = 8;
    message += "; shards that give no sign of life:";
    for (std::size_t i = 0; i < std::min(silent->size(), kMost); ++i)
      message += " " + std::to_string((*silent)[i]);
    if (silent->size() > kMost)
      message += " and " + std::to_string(silent->size() - kMost) + " more";
  }
  lockAgain(order);
  return {StatusCode::Timeout, std::move(message)};
}

/// The device reads and writes nothing for this command any more. With kernelMutex_.
void Resident::settle(Pending& pending, const Status& answer) {
  pending.fate = answer ? Fate::Done : Fate::Refused;
  if (pending.epoch == epoch_.load(std::memory_order_acquire)) // else it is of a GPU that is gone
    pieces_.giveBack(pending.piece);
  if (pending.reads)
    --pending.reads->readers;
  if (pending.writes) {
    pending.writes->isWritten = false;
    pending.writes->isThere = answer.isOk();
  }
}

/// Ends what the caller of a late command would have ended.
void Resident::settleLate(Pending& pending, const Status& answer) {
  openCommands_.fetch_sub(1, std::memory_order_acq_rel);
  settle(pending, answer);
  std::lock_guard lock(endMutex_);
  DirectoryEntry& entry = directory_.entry(pending.target.index);
  if (DirectoryEntry::generationOf(entry.word.load(std::memory_order_acquire)) !=
      pending.target.generation)
    return;
  switch (pending.what) {
  case abi::Command::Spawn: // nobody knows it; it is killed below
    if (!answer)
      forget(pending.target);
    break;
  case abi::Command::Kill:
    if (entry.life() == Life::Initializing)
      forget(pending.target); // of such a spawn
    else if (answer && directory_.findLiving(pending.target))
      end(entry, pending.target.index);
    break;
  case abi::Command::Restart:
    if (answer.code() == StatusCode::Failed && directory_.findLiving(pending.target))
      countFailure(entry, pending.target.index, -1, 0);
    break;
  case abi::Command::ReadState:
    break;
  }
}

/// Orders the end of an actor whose spawn came too late. False where that finds no room yet.
bool Resident::killStray(Pending& pending) {
  Pending kill{abi::Command::Kill, pending.target};
  kill.ticket = mailbox_.open(nullptr);
  kill.epoch = epoch_.load(std::memory_order_acquire);
  if (!mailbox_.isOpen(kill.ticket) || !pushCommand(kill, {})) {
    mailbox_.abandon(kill.ticket);
    return false;
  }
  openCommands_.fetch_add(1, std::memory_order_acq_rel);
  pending = kill;
  return true;
}

/// Looks for answers to commands that nobody waits for any more. With kernelMutex_.
void Resident::collectLate() {
  if (late_.empty())
    return;
  readAllReplies();
  const std::uint64_t epoch = epoch_.load(std::memory_order_acquire);
  std::erase_if(late_, [&](Pending& pending) {
    if (!pending.isStray) {
      const std::optional<Status> answer = mailbox_.tryTake(pending.ticket, nullptr);
      if (!answer)
        return false;
      settleLate(pending, *answer);
      pending.isStray = pending.what == abi::Command::Spawn && answer->isOk();
      if (!pending.isStray)
        return true;
    }
    if (std::lock_guard lock(endMutex_);
        pending.epoch != epoch && !directory_.findLiving(pending.target)) {
      forget(pending.target); // it went down with its GPU
      return true;
    }
    static_cast<void>(killStray(pending));
    return false;
  });
}

} // namespace ring::runtime::cuda

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Commands to actors' shards and their answers. Who waits for one has no lock, so that a shard that
// does not return holds up nobody else's; beyond its time a command is left to whoever comes next,
// with all that the device may still read or write for it.
#include "runtime/backend/cuda/Resident.h"

#include <string>
#include <thread>

namespace ring::runtime::cuda {

namespace {

std::string milliseconds(std::chrono::nanoseconds time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(time).count()) +
         " ms";
}

} // namespace

/// Memory that the device can read and write, for an order that is under way.
Result<StagePieces::Piece> Resident::stage(std::uint32_t bytes) {
  constexpr std::uint64_t kLeast = 1 << 20;
  if (std::optional<StagePieces::Piece> piece = pieces_.take(bytes))
    return *piece;
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
    order.kernel.lock();
    if (Status status = brokenStatus(); !status)
      return status;
    if (order.epoch != epoch_.load(std::memory_order_acquire))
      return {StatusCode::DeviceLost, "the GPU was replaced"};
    if (std::chrono::steady_clock::now() >= order.deadline)
      return overdue(order, nullptr, pending.target);
  }
  return Status::ok();
}

/// Sends a command and waits until it is done; what `pending` holds is settled then. Lets the
/// kernel's lock go meanwhile.
Status Resident::command(Order& order, Pending pending, const abi::CommandArguments& arguments) {
  if (pending.reads)
    ++pending.reads->readers;
  if (pending.writes)
    pending.writes->isWritten = true;
  const auto settled = [&](Status status) {
    settle(pending, status);
    return status;
  };
  pending.epoch = order.epoch;
  pending.ticket = mailbox_.open(nullptr);
  if (!mailbox_.isOpen(pending.ticket)) // too many questions: it is answered
    return settled(askTake(pending.ticket, nullptr));
  if (Status status = tryCommand(order, pending, arguments); !status) {
    mailbox_.abandon(pending.ticket);
    return settled(std::move(status));
  }
  openCommands_.fetch_add(1, std::memory_order_acq_rel);
  order.kernel.unlock();
  std::optional<Status> answer;
  for (unsigned turns = 1; !(answer = mailbox_.tryTake(pending.ticket, nullptr)); ++turns) {
    readAllReplies();
    if (turns % 4096 != 0)
      continue;
    if (std::unique_lock kernel(kernelMutex_, std::try_to_lock); kernel)
      static_cast<void>(checkKernel().isOk()); // resolves the question where it is gone
    if (std::chrono::steady_clock::now() >= order.deadline) {
      order.kernel.lock();
      if ((answer = mailbox_.tryTake(pending.ticket, nullptr)))
        break;
      return overdue(order, &pending, pending.target);
    }
    std::this_thread::yield();
  }
  openCommands_.fetch_sub(1, std::memory_order_acq_rel);
  if (!order.kernel.owns_lock())
    order.kernel.lock();
  if (order.epoch != epoch_.load(std::memory_order_acquire))
    return settled({StatusCode::DeviceLost, "the GPU was replaced"});
  return settled(std::move(*answer));
}

/// What to say of an order whose time is over; keeps what is pending of it.
Status Resident::overdue(Order& order, Pending* pending, ActorId target) {
  if (pending) {
    order.isLate = true;
    late_.push_back(*pending);
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
  order.kernel.lock();
  return {StatusCode::Timeout, std::move(message)};
}

/// The device reads and writes nothing for this command any more. With kernelMutex_.
void Resident::settle(Pending& pending, const Status& answer) {
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
      directory_.forget(pending.target);
    break;
  case abi::Command::Kill:
    if (entry.life() == Life::Initializing)
      directory_.forget(pending.target); // of such a spawn
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
    if (pending.epoch != epoch) { // it went down with its GPU
      std::lock_guard lock(endMutex_);
      directory_.forget(pending.target);
      return true;
    }
    static_cast<void>(killStray(pending));
    return false;
  });
}

} // namespace ring::runtime::cuda

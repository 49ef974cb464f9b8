// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Messages and commands of the host on their way into the lanes of its clients.
#include "runtime/backend/cuda/Resident.h"
#include "runtime/core/Threads.h"

#include <string>
#include <thread>

namespace ring::runtime::cuda {

/// Each thread keeps its client, so its order is kept. Few are in use, since the device looks at
/// the rings of all that are.
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
Status Resident::waitForRoom(Client& client, std::unique_lock<SpinLock>& lock,
                             std::uint32_t actor) {
  for (unsigned turns = 0; turns < 200; ++turns) {
    if (writerTo(client, actor).hasRoom())
      return Status::ok();
    lock.unlock();
    pump();
    pause();
    lock.lock();
  }
  lock.unlock();
  std::this_thread::yield();
  if (!kernel_.isRunning()) // until it is: a lost GPU takes its time to be replaced
    std::lock_guard kernel(kernelMutex_);
  if (Status status = brokenStatus(); !status)
    return status;
  if (closed_.load(std::memory_order_acquire))
    return Status(StatusCode::Closed, "the runtime is stopped");
  if (mailbox_.isOverBound())
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
  while (!writerTo(client, target.index).tryPush(header, origin, payload, bytes))
    if (Status status = waitForRoom(client, lock, target.index); !status)
      return status;
  ++client.sent;
  return Status::ok();
}

Status Resident::openForSends() {
  if (closed_.load(std::memory_order_acquire))
    return Status(StatusCode::Closed, "the runtime is stopped");
  if (kernel_.isRunning())
    return Status::ok();
  if (Status status = notParkedHere(); !status)
    return status;
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
      if (Status status = waitForRoom(client, lock, target.index); !status)
        return status;
    ++client.sent;
    ++sent;
  }
  return Status::ok();
}

} // namespace ring::runtime::cuda

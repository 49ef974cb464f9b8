// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads and writes the rings as runtime/device/cuda/resident does, one message at a time.
#include "test/shims/cuda/FakeDevice.h"

#include "runtime/backend/cuda/HostRing.h"
#include "runtime/backend/cuda/WideAccess.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace ring::test {
namespace {

std::uint32_t defined(const std::string& source, const std::string& name) {
  const std::string text = "#define " + name + " ";
  const std::size_t at = source.find(text);
  if (at == std::string::npos)
    std::abort(); // no composed program
  return static_cast<std::uint32_t>(std::stoul(source.substr(at + text.size())));
}

abi::Chunk loadChunk(const abi::Chunk* from) {
  abi::Chunk chunk;
  chunk.tag = __atomic_load_n(&from->tag, __ATOMIC_ACQUIRE); // the host's store is one access
  std::memcpy(chunk.words, from->words, sizeof(chunk.words));
  return chunk;
}

} // namespace

FakeDevice::FakeDevice(const std::string& source, const abi::ResidentTable& table,
                       const FakeGpu& gpu)
    : table_(table), slotChunks_(defined(source, "RING_SLOT_CHUNKS")),
      laneSlots_(defined(source, "RING_LANE_SLOTS")),
      laneStride_(defined(source, "RING_LANE_STRIDE")),
      ownSlots_(defined(source, "RING_OWN_SLOTS")),
      sharedSlots_(defined(source, "RING_SHARED_SLOTS")), shards_(defined(source, "RING_SHARDS")),
      lanes_(defined(source, "RING_LANES")), clients_(defined(source, "RING_CLIENTS")), gpu_(gpu),
      thread_([this, counted = running_.fetch_add(1)] {
        static_cast<void>(counted);
        run();
      }) {}

FakeDevice::~FakeDevice() {
  isDead_.store(true, std::memory_order_release); // a fault ends it where it is
  join();
}

void FakeDevice::join() {
  if (thread_.joinable())
    thread_.join();
}

void FakeDevice::run() {
  const auto* mode = &const_cast<const abi::HostWord*>(table_.host)->mode;
  const auto* clients = &const_cast<const abi::HostWord*>(table_.host)->clients;
  const auto* counted = &const_cast<const abi::HostWord*>(table_.host)->count;
  while (!isDead_.load(std::memory_order_acquire) &&
         (staysStuck() || __atomic_load_n(mode, __ATOMIC_ACQUIRE) == abi::kModeRun)) {
    if (__atomic_load_n(mode, __ATOMIC_ACQUIRE) != abi::kModeRun) {
      std::this_thread::yield(); // the other shards have left
      continue;
    }
    bool any = false;
    const std::uint32_t count = std::min(__atomic_load_n(clients, __ATOMIC_ACQUIRE), clients_);
    for (std::uint32_t shard = 0; shard < count * lanes_; ++shard) {
      if (gpu_.isMute || isStuck(shard)) {
        if (hasOrder(shard))
          isAwaited_.store(true, std::memory_order_release);
      } else {
        any |= poll(shard);
      }
    }
    tellCounters(__atomic_load_n(counted, __ATOMIC_ACQUIRE));
    if (!any)
      std::this_thread::yield();
  }
  running_.fetch_sub(1, std::memory_order_acq_rel);
  isRunning_.store(false, std::memory_order_release);
}

void FakeDevice::tellCounters(std::uint32_t count) {
  for (std::uint32_t shard = 0; shard < shards_; ++shard)
    if (!isStuck(shard))
      __atomic_store_n(&table_.records[shard].counted, count, __ATOMIC_RELEASE);
}

bool FakeDevice::hasOrder(std::uint32_t shard) const {
  const std::uint64_t read = table_.records[shard].commandsRead;
  return loadChunk(table_.commands + std::size_t(shard) * laneStride_ +
                   read % laneSlots_ * slotChunks_)
             .tag == abi::tagOf(read, laneSlots_);
}

bool FakeDevice::poll(std::uint32_t shard) {
  abi::ResidentShard& record = table_.records[shard];
  const std::uint64_t read = record.commandsRead;
  const abi::Chunk* slot =
      table_.commands + std::size_t(shard) * laneStride_ + read % laneSlots_ * slotChunks_;
  const std::uint32_t tag = abi::tagOf(read, laneSlots_);
  if (!hasOrder(shard))
    return false;
  abi::Chunk chunk = loadChunk(slot);
  const std::uint32_t used = chunk.words[2] >> 8 & 0xff;
  std::vector<std::uint32_t> stream;
  for (std::uint32_t i = 0; i < used; ++i) {
    chunk = loadChunk(slot + i);
    if (chunk.tag != tag)
      return false;
    stream.insert(stream.end(), chunk.words, chunk.words + abi::kWordsPerChunk);
  }
  if (const ReplyRing ring = replyRing(shard);
      gpu_.echoes != 0 && ring.ticket - ring.read >= ring.count)
    return false; // it waits for the host
  take(shard, stream);
  ++record.commandsRead;
  __atomic_store_n(&table_.commandsRead[shard].ticket, record.commandsRead, __ATOMIC_RELEASE);
  return true;
}

void FakeDevice::take(std::uint32_t shard, const std::vector<std::uint32_t>& stream) {
  abi::MessageHeader header{};
  std::memcpy(&header.targetIndex, stream.data(), 12);
  std::uint64_t correlation;
  std::memcpy(&correlation, stream.data() + 3, sizeof(correlation));
  const bool isCommand = (header.flags & abi::kFlagCommand) != 0;
  abi::ResidentOutcomeCode code;
  if (isCommand) {
    abi::CommandArguments arguments;
    std::memcpy(&arguments, stream.data() + abi::kPayloadWord, sizeof(arguments));
    code = obey(header, arguments);
  } else {
    code = handle(header);
  }
  abi::ResidentCounters& counters = table_.records[shard].counters;
  if (correlation != 0) {
    answer(shard, header, correlation, code);
    __atomic_fetch_add(&counters.replies, 1, __ATOMIC_RELEASE);
  } else if (!isCommand && gpu_.echoes != 0 && code == abi::ResidentOutcomeCode::NoReply) {
    reply(shard, stream);
    __atomic_fetch_add(&counters.replies, 1, __ATOMIC_RELEASE);
  }
  if (isCommand || gpu_.fails == 1)
    tellFailures();
  if (!isCommand)
    __atomic_fetch_add(&counters.handled, 1, __ATOMIC_RELEASE);
}

abi::ResidentOutcomeCode FakeDevice::handle(const abi::MessageHeader& header) {
  abi::ResidentEntry& entry = table_.directory[header.targetIndex];
  if (entry.generation != header.targetGeneration || entry.life != abi::kEntryActive)
    return abi::ResidentOutcomeCode::Gone;
  if (gpu_.fails == 0)
    return abi::ResidentOutcomeCode::NoReply;
  entry.life = abi::kEntryFailed;
  failed_.push_back(header);
  return abi::ResidentOutcomeCode::Failed;
}

/// To client 0, as a shard does.
void FakeDevice::tellFailures() {
  if (gpu_.fails == 1)
    due_.swap(failed_);
  for (const abi::MessageHeader& header : due_) {
    answer(0, header, 0, abi::ResidentOutcomeCode::Failed, abi::kFlagEnded);
    __atomic_fetch_add(&table_.records[0].counters.replies, 1, __ATOMIC_RELEASE);
  }
  due_.clear();
  due_.swap(failed_);
}

abi::ResidentOutcomeCode FakeDevice::obey(const abi::MessageHeader& header,
                                          const abi::CommandArguments& arguments) {
  abi::ResidentEntry& entry = table_.directory[header.targetIndex];
  auto* host = reinterpret_cast<void*>(arguments.from);
  if (header.type == static_cast<std::uint16_t>(abi::Command::Spawn)) {
    entry = {arguments.place, header.targetGeneration,
             static_cast<std::uint16_t>(arguments.actorType), abi::kEntryActive, 0};
    std::memcpy(table_.states + std::uint64_t(entry.place) * 16, host, arguments.bytes);
    if (arguments.keep != abi::kKeepsNoImage)
      std::memcpy(table_.states + std::uint64_t(arguments.keep) * 16, host, arguments.bytes);
    return abi::ResidentOutcomeCode::Ok;
  }
  if (entry.generation != header.targetGeneration || entry.life == abi::kEntryFree)
    return abi::ResidentOutcomeCode::Gone;
  if (header.type != static_cast<std::uint16_t>(abi::Command::ReadState))
    return revise(entry, header, arguments);
  std::memcpy(host, table_.states + std::uint64_t(entry.place) * 16, arguments.bytes);
  return abi::ResidentOutcomeCode::Ok;
}

/// Kills or restarts.
abi::ResidentOutcomeCode FakeDevice::revise(abi::ResidentEntry& entry,
                                            const abi::MessageHeader& header,
                                            const abi::CommandArguments& arguments) {
  if (entry.life == abi::kEntryTerminated)
    return abi::ResidentOutcomeCode::Gone;
  if (header.type == static_cast<std::uint16_t>(abi::Command::Kill)) {
    entry.life = abi::kEntryTerminated;
    return abi::ResidentOutcomeCode::Ok;
  }
  std::memcpy(table_.states + std::uint64_t(entry.place) * 16,
              reinterpret_cast<const void*>(arguments.from), arguments.bytes);
  const bool hadFailed = entry.life == abi::kEntryFailed;
  entry.life = abi::kEntryActive;
  return hadFailed ? abi::ResidentOutcomeCode::Failed : abi::ResidentOutcomeCode::Ok;
}

/// Tests leave fewer answers in a ring than it has slots.
void FakeDevice::answer(std::uint32_t shard, const abi::MessageHeader& to,
                        std::uint64_t correlation, abi::ResidentOutcomeCode code,
                        std::uint8_t flags) {
  const abi::ResidentOutcome outcome{code, 0};
  abi::MessageHeader header = to;
  header.flags = abi::kFlagOutcome | flags;
  header.chunks = static_cast<std::uint8_t>(abi::chunksOf(sizeof(outcome)));
  std::uint32_t stream[3 * abi::kWordsPerChunk] = {};
  std::memcpy(stream, &header.targetIndex, 12);
  std::memcpy(stream + 3, &correlation, sizeof(correlation));
  std::memcpy(stream + abi::kPayloadWord, &outcome, sizeof(outcome));
  write(shard, stream, header.chunks);
}

/// The message itself, as its actor's reply.
void FakeDevice::reply(std::uint32_t shard, std::vector<std::uint32_t> stream) {
  abi::MessageHeader header{};
  std::memcpy(&header.targetIndex, stream.data(), 12);
  header.flags = abi::kFlagReply | abi::kFlagToHost;
  std::memcpy(stream.data(), &header.targetIndex, 12);
  write(shard, stream.data(), header.chunks);
}

/// The client's own ring or the shared one, as the shard has it.
FakeDevice::ReplyRing FakeDevice::replyRing(std::uint32_t shard) const {
  const std::uint32_t client = shard / lanes_;
  const bool isOwn = shard % lanes_ == 0;
  const std::uint32_t slots = isOwn ? ownSlots_ : sharedSlots_;
  const runtime::cuda::Wide credit = runtime::cuda::loadWide(table_.credit + client);
  const std::uint32_t* read = credit.words + (isOwn ? 0 : 2);
  return {(isOwn ? table_.own : table_.shared) + std::size_t(client) * slots * slotChunks_, slots,
          isOwn ? table_.records[shard].ownTicket : table_.rings[shards_ + client].ticket,
          read[0] | std::uint64_t(read[1]) << 32};
}

void FakeDevice::write(std::uint32_t shard, const std::uint32_t* stream, std::uint32_t chunks) {
  const ReplyRing ring = replyRing(shard);
  abi::Chunk* slot = ring.slots + ring.ticket % ring.count * slotChunks_;
  const std::uint32_t tag = abi::tagOf(ring.ticket, ring.count);
  for (std::uint32_t i = 0; i < chunks; ++i) {
    const std::uint32_t* words = stream + i * abi::kWordsPerChunk;
    runtime::cuda::storeWide(slot + i, {{tag, words[0], words[1], words[2]}});
  }
  ++ring.ticket;
}

} // namespace ring::test

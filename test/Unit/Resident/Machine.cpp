// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Memory is laid out as by runtime/backend/cuda/ResidentKernel.cpp.
#include "test/Unit/Resident/Machine.h"

#include "runtime/backend/cuda/WideAccess.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>

namespace ring::test {

namespace {

constexpr uint32_t kPlaceUnits = 16; ///< of 16 bytes: what an actor's state has room for
constexpr uint64_t kStep = 128;      ///< turns between two looks of the host
constexpr uint64_t kSpillBytes = 0;  ///< the pool has room for batches and no more
constexpr uint64_t kCommand = uint64_t(1) << 48;
constexpr uint16_t kGeneration = 1;

cuda::Program programOf(const Configuration& configuration) {
  cuda::Program program;
  program.slotChunks = configuration.slotChunks;
  program.maxSends = configuration.maxSends;
  return program;
}

warps::Options gridOf(const Configuration& configuration, const MachineOptions& options) {
  warps::Options grid;
  grid.blocks = configuration.blocks();
  grid.warpsOfBlock = abi::kWarpsPerBlock;
  grid.clusterBlocks = configuration.nearSlots != 0 ? configuration.warpBlocks() : 1;
  grid.sharedBytes = std::size_t(abi::kWarpsPerBlock) *
                     (programOf(configuration).stagedAtOnce() * configuration.stageBytes +
                      configuration.nearSlots * configuration.slotBytes() +
                      configuration.sharedSends * (configuration.streamWords() + 1) * 4);
  grid.seed = options.seed;
  grid.isFair = options.isFair;
  return grid;
}

} // namespace

Machine::Machine(const Configuration& configuration, const Options& options)
    : configuration_(configuration), options_(options),
      waiting_(
          cuda::WaitingLayout::of(programOf(configuration), configuration.shards, kSpillBytes)),
      grid_(gridOf(configuration, options), configuration.kernel), directory_(options.actors),
      states_(std::size_t(options.actors) * kPlaceUnits),
      rings_(configuration.shards + configuration.clients), records_(configuration.shards),
      commandsRead_(configuration.clients * configuration.lanes), credit_(configuration.clients) {
  const std::size_t shards = configuration.shards, chunks = configuration.slotChunks;
  slots_.resize(shards * configuration.mailboxSlots * chunks);
  messages_.resize(std::size_t(waiting_.blocks) * waiting_.blockMessages *
                   programOf(configuration).waitingBytes() / 16);
  outboxes_.resize(shards * 32 * configuration.maxSends * configuration.streamWords() / 4 + 1);
  near_.resize(std::size_t(configuration.warpShards) * configuration.nearSlots * chunks);
  clients_.resize(configuration.clients *
                  (std::size_t(configuration.lanes) * configuration.laneStride +
                   (configuration.ownSlots + configuration.sharedSlots) * chunks));
  for (std::vector<abi::Chunk>* mailboxes : {&slots_, &near_})
    for (abi::Chunk& chunk : *mailboxes)
      chunk.tag = options.staleTag;
  makeRecords();
  makeEnds();
  word_.clients = configuration.clients;
}

void Machine::makeRecords() {
  for (std::size_t i = 0; i < rings_.size(); ++i)
    rings_[i].ticket = rings_[i].limit = firstTicket(
        i < configuration_.shards ? configuration_.mailboxSlots : configuration_.sharedSlots);
  for (abi::ResidentShard& record : records_) {
    record.read = firstTicket(configuration_.mailboxSlots);
    record.commandsRead = firstTicket(configuration_.laneSlots);
    record.ownTicket = firstTicket(configuration_.ownSlots);
    record.nearRead = record.nearTicket =
        static_cast<uint32_t>(firstTicket(configuration_.nearSlots));
  }
  beginning_ = waiting_.begin(records_, options_.firstLap);
  for (abi::CommandsRead& read : commandsRead_)
    read.ticket = firstTicket(configuration_.laneSlots);
}

void Machine::makeEnds() {
  const std::size_t chunks = configuration_.slotChunks;
  abi::Chunk* const own = clients_.data() + std::size_t(configuration_.clients) *
                                                configuration_.lanes * configuration_.laneStride;
  abi::Chunk* const shared = own + configuration_.clients * configuration_.ownSlots * chunks;
  for (uint32_t client = 0; client < configuration_.clients; ++client) {
    for (uint32_t i = 0; i < configuration_.lanes; ++i) {
      const uint32_t lane = client * configuration_.lanes + i;
      writers_.emplace_back(clients_.data() + std::size_t(lane) * configuration_.laneStride,
                            configuration_.laneSlots, &commandsRead_[lane].ticket,
                            configuration_.slotChunks, firstTicket(configuration_.laneSlots));
    }
    own_.emplace_back(own + client * configuration_.ownSlots * chunks, configuration_.ownSlots,
                      configuration_.slotChunks, firstTicket(configuration_.ownSlots));
    shared_.emplace_back(shared + client * configuration_.sharedSlots * chunks,
                         configuration_.sharedSlots, configuration_.slotChunks,
                         firstTicket(configuration_.sharedSlots));
    giveCredit(client);
  }
}

void Machine::fillTable() {
  abi::ResidentTable& table = *configuration_.table;
  table = {};
  table.host = &word_;
  table.told = &told_;
  table.actors = options_.actors;
  table.queueBlocks = waiting_.queueBlocks;
  table.manyHeld = waiting_.manyHeld;
  table.directory = directory_.data();
  table.states = reinterpret_cast<std::uint8_t*>(states_.data());
  table.rings = rings_.data();
  table.slots = slots_.data();
  table.records = records_.data();
  table.waiting = reinterpret_cast<std::uint8_t*>(messages_.data());
  table.heldKept = waiting_.heldKept;
  table.freeBlocks = reinterpret_cast<uint64_t*>(beginning_.links.data());
  table.nextBlock = beginning_.links.data() + cuda::WaitingLayout::kTopsBytes / 4;
  table.queues = beginning_.queues.data();
  table.outboxes = reinterpret_cast<uint32_t*>(outboxes_.data());
  table.nearSaved = near_.data();
  table.nearShards = configuration_.nearSlots != 0 ? configuration_.warpShards : 0;
  table.commands = clients_.data();
  table.own = clients_.data() + std::size_t(configuration_.clients) * configuration_.lanes *
                                    configuration_.laneStride;
  table.shared = table.own + std::size_t(configuration_.clients) * configuration_.ownSlots *
                                 configuration_.slotChunks;
  table.commandsRead = commandsRead_.data();
  table.credit = credit_.data();
}

void Machine::launch() {
  word_.mode = abi::kModeRun;
  told_ = {abi::kModeRun, static_cast<std::uint16_t>(word_.clients), word_.count, {}, told_.held};
  fillTable();
  grid_.launch();
}

void Machine::park() {
  word_.mode = abi::kModePark;
  until("the kernel to leave", [&] { return !grid_.isRunning(); });
}

void Machine::run(uint64_t turns) {
  if ((turns_ += turns) > options_.turns)
    throw std::runtime_error("no turns are left\n" + report());
  grid_.run(turns);
}

void Machine::until(const char* what, const std::function<bool()>& done) {
  while (!done()) {
    if (!isSlow)
      poll(~0u);
    if ((turns_ += kStep) > options_.turns)
      throw std::runtime_error(std::string("waited too long for ") + what + "\n" + report());
    grid_.run(kStep);
  }
}

void Machine::untilQuiet() {
  abi::ResidentCounters before = counters();
  until("messages that are under way", [&] {
    run(kStep);
    const abi::ResidentCounters now = counters();
    const bool isSame = std::memcmp(&now, &before, sizeof(now)) == 0;
    before = now;
    return isSame && sent_ + now.sent == now.handled + now.deadLetters &&
           (isSlow || now.replies == repliesRead_);
  });
}

abi::ResidentCounters Machine::counters() {
  if (grid_.isRunning()) {
    ++word_.count;
    until("the shards' counters", [&] {
      return std::ranges::all_of(records_, [&](const abi::ResidentShard& record) {
        return record.counted == word_.count;
      });
    });
  }
  abi::ResidentCounters sum{};
  for (const abi::ResidentShard& record : records_)
    sum.add(record.counters);
  return sum;
}

std::size_t Machine::chunksOf(uint32_t shard, uint32_t tag) const {
  const bool isNear = configuration_.nearSlots != 0 && shard < configuration_.warpShards;
  const std::size_t chunks = std::size_t(configuration_.slotChunks) *
                             (isNear ? configuration_.nearSlots : configuration_.mailboxSlots);
  const auto first =
      (isNear ? near_ : slots_).begin() + static_cast<std::ptrdiff_t>(shard * chunks);
  return static_cast<std::size_t>(
      std::count_if(first, first + static_cast<std::ptrdiff_t>(chunks),
                    [&](const abi::Chunk& chunk) { return chunk.tag == tag; }));
}

bool Machine::push(uint32_t client, ActorId to, uint32_t type, const void* payload, uint32_t bytes,
                   uint64_t correlation) {
  abi::MessageHeader header{};
  header.targetIndex = to.index;
  header.targetGeneration = to.generation;
  header.type = static_cast<std::uint16_t>(type);
  header.flags = abi::kFlagFromHost;
  header.sourceShard = static_cast<std::uint16_t>(client);
  if (!lane(client, to).tryPush(header, correlation, payload, bytes))
    return false;
  ++sent_;
  return true;
}

bool Machine::trySendItem(uint32_t client, ActorId to, Item item) {
  std::vector<uint32_t> words{item.sender, item.number};
  for (uint32_t i = 0; i < configuration_.itemWords; ++i)
    words.push_back(wordOf(item.sender, item.number, i));
  return push(client, to, kItem, words.data(), static_cast<uint32_t>(words.size() * 4), 0);
}

abi::ResidentOutcomeCode Machine::command(abi::Command command, ActorId actor, ActorKind kind,
                                          const void* image, uint32_t bytes) {
  std::vector<abi::Chunk> pinned((bytes + 15) / 16);
  if (bytes != 0)
    std::memcpy(pinned.data(), image, bytes);
  return order(command, actor, kind, pinned.data(), bytes);
}

/// The device reads or writes `pinned`.
abi::ResidentOutcomeCode Machine::order(abi::Command command, ActorId actor, ActorKind kind,
                                        abi::Chunk* pinned, uint32_t bytes) {
  abi::CommandArguments arguments{};
  arguments.from = reinterpret_cast<std::uintptr_t>(pinned);
  arguments.bytes = bytes;
  arguments.place = actor.index * kPlaceUnits;
  arguments.actorType = kind;
  arguments.keep = abi::kKeepsNoImage;
  abi::MessageHeader header{};
  header.targetIndex = actor.index;
  header.targetGeneration = actor.generation;
  header.type = static_cast<std::uint16_t>(command);
  header.flags = abi::kFlagCommand | abi::kFlagFromHost;
  const uint64_t number = kCommand + ++commands_;
  until("room for a command",
        [&] { return lane(0, actor).tryPush(header, number, &arguments, sizeof(arguments)); });
  until("the answer to a command", [&] {
    if (isSlow)
      poll(~0u);
    return std::ranges::any_of(answers_,
                               [&](const Reply& answer) { return answer.origin == number; });
  });
  return std::ranges::find(answers_, number, &Reply::origin)->outcome();
}

ActorId Machine::spawnImage(ActorKind kind, uint32_t shard, uint32_t number, const void* state,
                            uint32_t bytes) {
  const ActorId actor{number * configuration_.shards + shard, kGeneration, 0};
  if (actor.index >= options_.actors || bytes > kPlaceUnits * 16)
    throw std::runtime_error("no room for actor " + std::to_string(actor.index));
  if (command(abi::Command::Spawn, actor, kind, state, bytes) != abi::ResidentOutcomeCode::Ok)
    throw std::runtime_error("cannot spawn actor " + std::to_string(actor.index));
  return actor;
}

void Machine::readImage(ActorId actor, void* state, uint32_t bytes) {
  std::vector<abi::Chunk> pinned((bytes + 15) / 16);
  if (order(abi::Command::ReadState, actor, kEcho, pinned.data(), bytes) !=
      abi::ResidentOutcomeCode::Ok)
    throw std::runtime_error("cannot read actor " + std::to_string(actor.index));
  std::memcpy(state, pinned.data(), bytes);
}

void Machine::poll(uint32_t most) {
  for (uint32_t client = 0; client < configuration_.clients; ++client) {
    for (cuda::ReplyReader* reader : {&own_[client], &shared_[client]}) {
      cuda::ReplyReader::View view;
      std::vector<uint32_t> payload(reader->payloadWords());
      for (uint32_t i = 0; i < most && reader->tryPop(view, payload.data()); ++i) {
        const Reply reply{
            client, view.header, view.origin, {payload.begin(), payload.begin() + view.words}};
        ++repliesRead_;
        (reply.isOutcome() && reply.origin >= kCommand ? answers_ : replies).push_back(reply);
      }
    }
    giveCredit(client);
  }
}

void Machine::giveCredit(uint32_t client) {
  const uint64_t own = own_[client].read(), shared = shared_[client].read();
  cuda::storeWide(&credit_[client],
                  {{static_cast<uint32_t>(own), static_cast<uint32_t>(own >> 32),
                    static_cast<uint32_t>(shared), static_cast<uint32_t>(shared >> 32)}});
}

} // namespace ring::test

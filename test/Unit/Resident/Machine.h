// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A device that runs a resident kernel, and its host: the memory that ResidentKernel.cpp lays out,
// and the host's ends of the rings, in one thread. Whatever waits lets the device run meanwhile,
// for so many turns at most; then it throws std::runtime_error with who waits where.
#ifndef RINGKERNEL_TEST_UNIT_RESIDENT_MACHINE_H
#define RINGKERNEL_TEST_UNIT_RESIDENT_MACHINE_H

#include "test/Unit/Resident/Messages.h"
#include "test/Unit/Resident/Warps.h"

#include "runtime/backend/cuda/HostRing.h"
#include "runtime/backend/cuda/WaitingPool.h"

#include <cstring>
#include <functional>
#include <vector>

namespace ring::test {

namespace cuda = runtime::cuda;

struct Reply {
  uint32_t client;
  abi::MessageHeader header;
  uint64_t origin;
  std::vector<uint32_t> payload;
  bool isOutcome() const { return (header.flags & abi::kFlagOutcome) != 0; }
  abi::ResidentOutcomeCode outcome() const { return abi::ResidentOutcomeCode(payload[0]); }
};

struct MachineOptions {
  uint64_t seed = 1;
  bool isFair = false;
  uint32_t actors = 4096;
  std::int64_t firstLap = 0;   ///< rings begin as if they had been around so often
  uint32_t staleTag = 0;       ///< that all chunks of mailboxes begin with
  uint64_t turns = 20'000'000; ///< of all that waits together
};

class Machine {
public:
  using Options = MachineOptions;
  Machine(const Configuration& configuration, const Options& options);

  const Configuration& configuration() const { return configuration_; }
  uint32_t random(uint32_t below) { return grid_.random(below); }

  void launch();
  /// The kernel leaves; replies are read meanwhile.
  void park();
  void run(uint64_t turns);
  /// A shard of warps has no turns until it may go on.
  void setStill(uint32_t shard, bool isStill) { grid_.setStill(shard, isStill); }
  /// Runs until `done`; the host reads replies all the time.
  void until(const char* what, const std::function<bool()>& done);
  /// Until no message is under way: what was sent was handled or is a dead letter.
  void untilQuiet();

  /// An actor that is there when this returns: number `number` of those in `shard`.
  template <class State>
  ActorId spawn(ActorKind kind, uint32_t shard, uint32_t number, const State& state) {
    return spawnImage(kind, shard, number, &state, sizeof(State));
  }
  /// A command to an actor's shard, with a copy of `image`; gives what is answered.
  abi::ResidentOutcomeCode command(abi::Command command, ActorId actor, ActorKind kind = kEcho,
                                   const void* image = nullptr, uint32_t bytes = 0);
  /// As Command::ReadState brings it.
  template <class State> State read(ActorId actor) {
    alignas(16) State state;
    readImage(actor, &state, sizeof(State));
    return state;
  }
  /// The same straight out of the device's memory.
  template <class State> State peek(ActorId actor) const {
    State state;
    std::memcpy(&state, states_.data() + entry(actor).place, sizeof(State));
    return state;
  }
  const abi::ResidentEntry& entry(ActorId actor) const { return directory_[actor.index]; }

  /// False where the ring is full. `correlation` 0: nobody asks.
  template <class Message>
  bool trySend(uint32_t client, ActorId to, MessageType type, const Message& message,
               uint64_t correlation = 0) {
    return push(client, to, type, &message, sizeof(Message), correlation);
  }
  template <class Message>
  void send(uint32_t client, ActorId to, MessageType type, const Message& message,
            uint64_t correlation = 0) {
    until("room in a client's ring",
          [&] { return trySend(client, to, type, message, correlation); });
  }
  bool trySendItem(uint32_t client, ActorId to, Item item);

  /// What the host has read of its replies, outcomes of commands left out.
  std::vector<Reply> replies;
  /// Reads so many replies of each ring, at most; until() does it by itself unless isSlow.
  void poll(uint32_t most);
  bool isSlow = false;

  /// As Runtime::statistics has them: each shard tells between two of its batches.
  abi::ResidentCounters counters();
  /// Chunks of the mailbox that a shard is sent to by its block and cluster, or where there is none
  /// by all, with this tag; of a parked machine.
  std::size_t chunksOf(uint32_t shard, uint32_t tag) const;
  /// Of a parked machine with no message under way: what of the memory of messages that wait is not
  /// as in the beginning. Empty where all is.
  std::string leaks() const;
  uint64_t sentByHost() const { return sent_; }
  uint64_t repliesRead() const { return repliesRead_; }
  std::string report() const { return grid_.report(); }

private:
  ActorId spawnImage(ActorKind kind, uint32_t shard, uint32_t number, const void* state,
                     uint32_t bytes);
  void readImage(ActorId actor, void* state, uint32_t bytes);
  abi::ResidentOutcomeCode order(abi::Command command, ActorId actor, ActorKind kind,
                                 abi::Chunk* pinned, uint32_t bytes);
  bool push(uint32_t client, ActorId to, uint32_t type, const void* payload, uint32_t bytes,
            uint64_t correlation);
  cuda::CommandWriter& lane(uint32_t client, ActorId to) {
    return writers_[client * configuration_.lanes +
                    to.index % configuration_.shards % configuration_.lanes];
  }
  void makeRecords();
  void makeEnds();
  void fillTable();
  void giveCredit(uint32_t client);
  uint64_t firstTicket(uint32_t slots) const {
    return static_cast<uint64_t>(options_.firstLap) * slots;
  }

  const Configuration& configuration_;
  const Options options_;
  const cuda::WaitingLayout waiting_;
  warps::Grid grid_;
  uint64_t turns_ = 0;

  cuda::WaitingLayout::Beginning beginning_;
  abi::HostWord word_{};
  abi::Told told_{};
  std::vector<abi::ResidentEntry> directory_;
  std::vector<abi::Chunk> states_; ///< units of 16 bytes
  std::vector<abi::ResidentRing> rings_;
  std::vector<abi::ResidentShard> records_;
  std::vector<abi::Chunk> slots_, messages_, outboxes_, near_, clients_;
  std::vector<abi::CommandsRead> commandsRead_;
  std::vector<abi::ReplyCredit> credit_;

  std::vector<cuda::CommandWriter> writers_;
  std::vector<cuda::ReplyReader> own_, shared_;
  uint64_t sent_ = 0, repliesRead_ = 0, commands_ = 0;
  std::vector<Reply> answers_; ///< of commands
};

} // namespace ring::test

#endif // RINGKERNEL_TEST_UNIT_RESIDENT_MACHINE_H

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A backend over any ComputeDevice: actors run in rounds by ringkernel/abi/Rounds.h, kernels and
// stencils by Launch.h. The host keeps the messages, sorts them by actor, starts a round, and
// routes what came out. Rounds run on whichever thread polls, drains, asks or sends too much; one
// at a time.
#ifndef RINGKERNEL_RUNTIME_CORE_ROUNDS_H
#define RINGKERNEL_RUNTIME_CORE_ROUNDS_H

#include "runtime/core/CoreBase.h"
#include "runtime/core/DeviceArena.h"
#include "runtime/core/LaunchChecks.h"
#include "runtime/core/RoundBuffers.h"
#include "runtime/core/RoundMemory.h"
#include "runtime/core/RoundModules.h"
#include "runtime/core/RoundQueue.h"
#include <ringkernel/device.h>

#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace ring::runtime {

class Rounds final : public CoreBase {
public:
  Rounds(const RuntimeOptions& options, std::unique_ptr<ComputeDevice> device,
         ShaderLanguage language);
  ~Rounds() override;

  std::string backendName() const override;
  Status send(ActorId target, const TypeInfo& message, const void* payload) override {
    return post(target, message, payload, 0);
  }
  Status kill(ActorId id) override { return counted(control(Control::Kill, id), killed_); }
  Status restart(ActorId id) override { return counted(control(Control::Restart, id), restarted_); }
  Status readState(ActorId id, const TypeInfo& actor, void* state) override;
  Status drain() override;
  Status stop(detail::Deadline deadline) override;
  Statistics statistics() override;
  Result<Health> health(std::chrono::nanoseconds limit) override;

  Result<detail::MemoryId> allocate(detail::MemoryKind kind, std::uint64_t bytes,
                                    std::uint32_t elementBytes) override;
  void hold(detail::MemoryId memory) override;
  void release(detail::MemoryId memory) override;
  Status upload(detail::MemoryId memory, std::uint64_t offset,
                std::span<const std::byte> from) override;
  Status download(detail::MemoryId memory, std::uint64_t offset, std::span<std::byte> to) override;
  Status launch(const detail::FunctionInfo& kernel, const std::array<std::uint32_t, 3>& grid,
                std::span<const detail::Argument> arguments) override;
  Status sweep(const detail::FunctionInfo& stencil, const detail::SweepRange* range,
               std::span<const detail::Argument> arguments) override;
  Status finish() override;

protected:
  Status make(const TypeInfo& actor, Beginnings images, detail::Where,
              std::span<ActorId> ids) override;
  bool pump() override;
  Status post(ActorId target, const TypeInfo& message, const void* payload,
              std::uint64_t correlation) override;

private:
  /// One actor's part of a round.
  struct Started {
    ActorId id;
    DirectoryEntry* entry;
    const RoundActor* actor;
    std::uint32_t messages;
    std::uint32_t firstMessage; ///< slot of staged_, then of the inbox
  };
  struct Round {
    std::vector<Started> started; ///< by actor type; as the activations
    std::uint32_t messages = 0;
    std::uint32_t sends = 0; ///< the most that the messages may send
    std::uint32_t slots = 0; ///< the most that a box may have
    /// Actors that begin anew before it, and who asked for that.
    std::vector<std::pair<DirectoryEntry*, abi::Envelope>> restarted;
  };

  Status bringState(ActorId id, const TypeInfo& actor, const void* image);
  Status runRound();
  void collect(Round& round);
  void takeMessages(std::uint32_t index, DirectoryEntry& entry, const RoundActor& actor,
                    Round& round);
  Status control(Control what, ActorId id);
  void obey(const abi::Envelope& envelope, Round& round);
  Status restartAll(const Round& round);
  Status start(Round& round);
  Status routeSends(const Round& round);
  Status route(const Started& sender, std::byte* slot);
  Status finishActivation(const Started& started, const abi::ActivationResult& result);
  void outcome(const abi::Envelope& asked, Outcome what);
  void enqueue(const abi::Envelope& envelope, const void* payload, std::uint32_t bytes);
  void deadLetter(const abi::Envelope& envelope, StatusCode why);
  /// What waits for an actor will not be handled; its orders are answered with `ofOrders`.
  void deadLettersOf(std::uint32_t actor, StatusCode ofOrders);
  Status waitForCredit();
  Status brokenStatus();
  void breakWith(const Status& status);

  const std::unique_ptr<ComputeDevice> device_;
  std::atomic<std::uint64_t> beats_{0}; ///< odd while a round is under way
  // Taken in this order: the device, then the queue, then the mailbox.
  std::mutex deviceMutex_;
  RoundModules modules_;
  RoundMemory memory_;
  DeviceArena states_;
  std::unordered_map<std::uint32_t, std::uint64_t> stateOf_; ///< index -> offset in states_
  std::unordered_map<const ActorType*, const RoundActor*> actorOf_;
  RoundBuffers buffers_;
  std::vector<std::byte> staged_;                           ///< of a round: its messages
  std::vector<std::uint32_t> ordinalOf_;                    ///< of a round: activation by actor
  std::vector<std::pair<std::uint64_t, std::byte*>> order_; ///< of a round: its sends

  std::mutex queueMutex_; // all that follows
  RoundQueue queue_;
  Statistics counts_;
  bool closed_ = false, stopped_ = false;
  std::optional<Status> broken_; ///< what the device died of
};

} // namespace ring::runtime

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The sending half of a worker: what a handler's Context leads to. Sends go straight to their
// lanes, reserved; they are committed when the handler has returned and forgotten when it failed.
#ifndef RINGKERNEL_RUNTIME_BACKEND_CPU_ACTIVATION_H
#define RINGKERNEL_RUNTIME_BACKEND_CPU_ACTIVATION_H

#include "runtime/backend/cpu/Lane.h"
#include "runtime/core/Modulo.h"
#include "runtime/core/Record.h"
#include "runtime/core/Registry.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace ring::runtime::cpu {

/// Counts of one worker, since the start.
struct Tally {
  std::uint64_t created = 0; ///< messages put on lanes to workers
  std::uint64_t done = 0;    ///< records that came in and are finished, however
  std::uint64_t handled = 0, replies = 0, dead = 0, failed = 0, stopped = 0, spilled = 0;
};

} // namespace ring::runtime::cpu

namespace ring::detail {

/// From here on this thread runs handlers and nothing else of the user's.
void beginHandlers();

/// On lines of its own: it changes with every message.
class alignas(64) Activation {
public:
  using Lane = runtime::cpu::Lane;

  /// `lanes`: to each worker, that to `self` without a ring, and, last, to the host.
  Activation(runtime::Registry& registry, std::vector<std::unique_ptr<Lane>> lanes,
             std::uint32_t self, std::size_t maxRecordBytes, runtime::cpu::Tally& tally)
      : registry_(registry), workers_(static_cast<std::uint32_t>(lanes.size() - 1)),
        shardOf_(workers_), selfLane_(self), maxRecordBytes_(maxRecordBytes), tally_(tally),
        lanes_(std::move(lanes)), marks_(lanes_.size()) {}

  std::vector<std::unique_ptr<Lane>>& lanes() { return lanes_; }

  /// Before a handler runs on `message`.
  void begin(const abi::Envelope& message) {
    message_ = &message;
    replied_ = stopped_ = false;
    trySends_ = created_ = replies_ = dead_ = 0;
  }
  /// After it returned: its sends are messages now.
  void commit();
  /// After it failed: its sends never were.
  void rollback();
  bool replied() const { return replied_; }
  bool stopped() const { return stopped_; }

  /// Tells the host what became of the current message.
  void report(runtime::Outcome outcome);

  /// Shows all receivers what was committed; notify(lane) for each that has something new.
  template <class Notify> void publish(Notify&& notify) {
    for (const std::uint32_t lane : dirty_) {
      marks_[lane] = 0;
      if (lanes_[lane]->publish())
        notify(lane);
    }
    dirty_.clear();
  }

  // What Context calls.
  void reply(const TypeInfo& type, const void* message);
  bool send(ActorId target, const TypeInfo& type, const void* message);
  bool trySend(ActorId target, const TypeInfo& type, const void* message);
  void stop() { stopped_ = true; }

private:
  bool put(ActorId target, const TypeInfo& type, const void* message, std::uint8_t flags,
           std::uint64_t correlation);
  void touch(std::uint32_t lane);
  runtime::TypeIndex indexOf(const TypeInfo& type);
  std::uint32_t laneOf(ActorId target) const {
    return target.index == abi::kHostIndex ? workers_ : shardOf_(target.index);
  }
  ActorId self() const {
    return {message_->header.targetIndex, message_->header.targetGeneration, 0};
  }

  runtime::Registry& registry_;
  const std::uint32_t workers_;
  const runtime::Modulo shardOf_;
  const std::uint32_t selfLane_;
  const std::size_t maxRecordBytes_;
  runtime::cpu::Tally& tally_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  const TypeInfo* lastType_ = nullptr; ///< most sends are of the type of the one before
  runtime::TypeIndex lastIndex_ = runtime::kNoType;
  std::vector<std::uint32_t> touched_; ///< by the current handler, the lane to itself apart
  bool selfTouched_ = false;
  std::vector<std::uint32_t> dirty_;
  std::vector<std::uint8_t> marks_; ///< by lane: kTouched, kDirty

  const abi::Envelope* message_ = nullptr;
  bool replied_ = false, stopped_ = false;
  std::uint32_t trySends_ = 0;
  std::uint64_t created_ = 0, replies_ = 0, dead_ = 0; ///< of the current handler
};

} // namespace ring::detail

#endif

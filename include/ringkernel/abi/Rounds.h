// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One round of actors on a device without a resident kernel (MSL, WGSL, and CUDA where no kernel
// may stay). The host sorts the messages by actor, stable in each sender's order, and starts one
// activation for each actor with messages; the end of the dispatch is the only synchronisation.
//
// An actor's entry point is `NAME_round` with these storage buffers, by binding slot:
//   0 RoundParams (one an entry point, at an offset)    3 inbox: slots of `slotBytes`
//   1 RoundControl                                      4 outbox: slots of `slotBytes`
//   2 Activation[]                                      5 state arena (bytes)
//                                                       6 ActivationResult[], beside activations
// A slot is an Envelope and, from kPayloadOffset, the payload. A sender takes its slot by one
// relaxed add on `outboxCount`; nobody reads the outbox in the same round. Thread actors: one lane
// an activation, kRoundWorkgroup lanes a workgroup. Warp and Block actors: one workgroup an
// activation.
#ifndef RINGKERNEL_ABI_ROUNDS_H
#define RINGKERNEL_ABI_ROUNDS_H

#include <ringkernel/abi/Atomic.h>
#include <ringkernel/abi/Message.h>

namespace ring::abi {

inline constexpr std::uint32_t kRoundWorkgroup = 64; ///< lanes of a workgroup of Thread actors
inline constexpr std::uint32_t kWarpLanes = 32;      ///< lanes of a Warp actor
inline constexpr std::uint32_t kBlockLanes = 256;    ///< lanes of a Block actor
/// A handler may trySend this often beyond its compiled maximum of sends, then trySend gives false.
inline constexpr std::uint32_t kTrySendsPerMessage = 8;

struct RoundParams {
  std::uint32_t firstActivation; ///< of this entry point
  std::uint32_t activationCount;
  std::uint32_t slotBytes;      ///< a multiple of 16
  std::uint32_t outboxCapacity; ///< slots
};

struct RoundControl {
  Atomic<std::uint32_t> outboxCount; ///< tickets taken
  std::uint32_t reserved[3];
};

struct Activation {
  std::uint32_t stateOffset;  ///< bytes into the arena, a multiple of 16
  std::uint32_t firstMessage; ///< index of an inbox slot
  std::uint32_t messageCount; ///< consecutive slots, handled in order
  std::uint32_t reserved;
  ActorId self;
};

/// ActivationResult::status
inline constexpr std::uint32_t kActive = 0;
inline constexpr std::uint32_t kStopped = 1; ///< stop(): later messages are not handled
inline constexpr std::uint32_t kFailed = 2;  ///< fail(code): the last handled message failed
inline constexpr std::uint32_t kOverflow =
    3; ///< the outbox was too small: an error of the launcher

struct ActivationResult {
  std::uint32_t status;
  std::uint32_t failCode;
  std::uint32_t handled; ///< messages taken, the failing one included
  std::uint32_t sends;   ///< messages sent that count; those with a larger tag are to be dropped
};

static_assert(sizeof(RoundParams) == 16 && sizeof(RoundControl) == 16);
static_assert(sizeof(Activation) == 24 && sizeof(ActivationResult) == 16);

} // namespace ring::abi

#endif

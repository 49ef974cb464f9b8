// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The untyped face of a running runtime: what the templates of runtime.h call and each backend
// implements. Not for users. Nothing here knows a backend.
#ifndef RINGKERNEL_DETAIL_RUNTIMEAPI_H
#define RINGKERNEL_DETAIL_RUNTIMEAPI_H

#include <ringkernel/registration.h>
#include <ringkernel/status.h>

#include <array>
#include <chrono>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ring {

/// Counters since the start. Each is exact once drain() has returned.
struct Statistics {
  std::uint64_t sent = 0;        ///< messages taken from the host or from handlers
  std::uint64_t handled = 0;     ///< handler calls that returned or failed
  std::uint64_t replies = 0;     ///< messages to the host
  std::uint64_t deadLetters = 0; ///< messages that no handler took
  std::uint64_t failed = 0;      ///< calls of fail(code)
  std::uint64_t stopped = 0;     ///< actors that ended by stop()
  std::uint64_t spawned = 0;     ///< actors
  std::uint64_t killed = 0;      ///< actors that ended by Runtime::kill
  std::uint64_t restarted = 0;   ///< calls of Runtime::restart that found their actor
  std::uint64_t spilled = 0;     ///< messages that waited outside a full ring, or behind such
  /// Dead letters because mailboxes were full in a circle: each waited for the next.
  std::uint64_t dropped = 0;
  /// Messages that were not known to be handled when their GPU was lost (Runtime::takeLost).
  std::uint64_t lost = 0;
  std::uint64_t recoveries = 0; ///< GPUs' processes that were replaced (RuntimeOptions::isolation)
  std::uint64_t rounds = 0;     ///< dispatches of a backend that works in rounds; 0 elsewhere
};

/// A shard runs the handlers of its actors one after another (of Thread actors on a GPU, some at
/// once): a worker thread on the CPU, a warp or a block of the resident kernel, the whole device on
/// a backend that works in rounds.
struct StuckShard {
  std::uint32_t shard = 0;      ///< its number, from 0
  std::optional<ActorId> actor; ///< whose handler runs, where the backend can tell: on the CPU
};

/// What Runtime::health found.
struct Health {
  std::uint32_t shards = 0;      ///< that were asked
  std::vector<StuckShard> stuck; ///< those that gave no sign of life within the limit, by number
};

/// A message that went down with the process of the GPU (RuntimeOptions::isolation): the host has
/// sent it, and no answer or sign says that it was handled.
struct LostMessage {
  ActorId target{};
  std::string_view type;          ///< the message's qualified C++ name
  std::uint64_t typeId = 0;       ///< as in its registration
  std::vector<std::byte> payload; ///< the message; empty where only the question is known
  bool isQuestion = false;        ///< it was asked, not sent; the answer is DeviceLost
  bool mayBeHandled = false;      ///< its handler may have run, or have begun

  /// The message, where it is an `M`.
  template <class M> std::optional<M> as() const {
    if (typeId != detail::Registered<M>::info().typeId || payload.size() != sizeof(M))
      return std::nullopt;
    struct Bytes {
      std::byte raw[sizeof(M)];
    } bytes;
    std::memcpy(bytes.raw, payload.data(), sizeof(M));
    return __builtin_bit_cast(M, bytes);
  }
};

class Reply;

namespace detail {

using Deadline = std::chrono::steady_clock::time_point;

/// `timeout` from now; the end of time where that lies beyond it.
inline Deadline deadlineAfter(std::chrono::nanoseconds timeout) {
  const Deadline now = std::chrono::steady_clock::now();
  return timeout >= Deadline::max() - now ? Deadline::max() : now + timeout;
}

/// One question that waits for its answer. Ids are not reused within a runtime.
struct AskTicket {
  std::uint32_t slot = 0;
  std::uint32_t generation = 0; ///< 0: none
};

/// Memory of a backend that kernels or stencils use. 0: none.
enum class MemoryId : std::uint32_t {};

/// What memory is for: spans of kernels, or fields of stencils (which one sweep finds together).
enum class MemoryKind : std::uint8_t { Buffer, Field };

/// An argument of a launch or a sweep: memory, or a value.
struct Argument {
  MemoryId memory{};
  std::size_t count = 0; ///< elements of a span
  Extent extent;         ///< of a field
  std::uint32_t dims = 0;
  const void* value = nullptr;
};

/// Sees one message to the host; gives true where it used it up.
using ReplyVisitor = bool (*)(void* closure, const TypeInfo& type, ActorId from,
                              const void* message);

/// Where an actor is placed: on the emptiest shard; on one that the calling thread's messages reach
/// without a hop; beside another actor, on a shard that exchanges messages with that one's in the
/// least time. A wish: where the backend has no such shard, or no room there, on any.
struct Where {
  enum Kind : std::uint8_t { Anywhere, Direct, Beside };
  Where(Kind kind = Anywhere, ActorId actor = {}) : kind(kind), actor(actor) {}
  Kind kind;
  ActorId actor; ///< of Beside; one that is gone counts by its former place
};

/// Actors of one type that are made together.
struct Spawns {
  const TypeInfo* actor;
  std::size_t count;
  const void* image = nullptr; ///< what all begin with, where there is no `make`
  /// Puts what the i-th begins with into `image`: zeroed, aligned as the type. Called once for
  /// each, in order, on the calling thread, with no lock held.
  void (*make)(void* closure, std::size_t i, void* image) = nullptr;
  void* closure = nullptr;
};

/// Messages of one type to one actor or to one each; strides in bytes, 0: always the same.
struct Batch {
  const TypeInfo* message;
  std::size_t count;
  const void* payloads;
  const ActorId* targets;
  std::size_t targetStride;

  const void* payload(std::size_t i) const {
    return static_cast<const std::byte*>(payloads) + i * message->size;
  }
  const ActorId& target(std::size_t i) const {
    return *reinterpret_cast<const ActorId*>(reinterpret_cast<const std::byte*>(targets) +
                                             i * targetStride);
  }
};

/// A point in the work of a stream.
class EventCore {
public:
  EventCore() = default;
  EventCore(const EventCore&) = delete;
  EventCore& operator=(const EventCore&) = delete;
  virtual ~EventCore() = default;

  virtual Result<bool> isDone() = 0;
  virtual Status wait(Deadline deadline) = 0;
  /// From `start`, of the same runtime, to this one.
  virtual Result<std::chrono::nanoseconds> since(const EventCore& start) = 0;
  /// The smallest difference that since() tells.
  virtual std::chrono::nanoseconds resolution() const = 0;
};

/// What was captured; it holds the memory and the events that are in it.
class GraphCore {
public:
  GraphCore() = default;
  GraphCore(const GraphCore&) = delete;
  GraphCore& operator=(const GraphCore&) = delete;
  virtual ~GraphCore() = default;
};

/// Work in order, of one thread at a time. Events and graphs are of the same runtime. Its end waits
/// for the work.
class StreamCore {
public:
  StreamCore() = default;
  StreamCore(const StreamCore&) = delete;
  StreamCore& operator=(const StreamCore&) = delete;
  virtual ~StreamCore() = default;

  virtual Status launch(const FunctionInfo& kernel, const std::array<std::uint32_t, 3>& grid,
                        std::span<const Argument> arguments) = 0;
  virtual Status sweep(const FunctionInfo& stencil, const SweepRange* range,
                       std::span<const Argument> arguments) = 0;
  virtual Status upload(MemoryId memory, std::span<const std::byte> from) = 0;
  virtual Status download(MemoryId memory, std::span<std::byte> to) = 0;
  virtual Status record(const std::shared_ptr<EventCore>& event) = 0;
  virtual Status wait(const std::shared_ptr<EventCore>& event) = 0;
  virtual Status launch(const std::shared_ptr<GraphCore>& graph) = 0;
  virtual Result<bool> isDone() = 0;
  virtual Status finish() = 0;
};

/// Which messages to the host: all, or those that answer what the calling thread sent.
enum class Whose : std::uint8_t { All, Own };

class RuntimeCore {
public:
  RuntimeCore() = default;
  RuntimeCore(const RuntimeCore&) = delete;
  RuntimeCore& operator=(const RuntimeCore&) = delete;
  virtual ~RuntimeCore() = default;

  virtual std::string backendName() const = 0;

  // Actors. Any thread may call; the order of one thread's sends to one actor is kept.
  virtual Result<ActorId> spawn(const TypeInfo& actor, const void* image, Where where) = 0;
  /// All of them or none.
  virtual Result<std::vector<ActorId>> spawnMany(const Spawns& spawns, Where where) = 0;
  virtual Status send(ActorId target, const TypeInfo& message, const void* payload) = 0;
  /// Sends in order; `sent`, 0 before, counts those that have gone, also where it fails.
  virtual Status sendBatch(const Batch& batch, std::size_t& sent) = 0;
  virtual AskTicket ask(ActorId target, const TypeInfo& message, const void* payload,
                        const TypeInfo& reply) = 0;
  /// Ends the actor once all that the caller sent it was handled; NotFound where it is gone.
  virtual Status kill(ActorId id) = 0;
  /// Gives the actor its first state at the same place; it is Active then. NotFound where it is
  /// gone.
  virtual Status restart(ActorId id) = 0;
  /// Copies the state of an actor of type `actor` once all that the caller sent it was handled.
  virtual Status readState(ActorId id, const TypeInfo& actor, void* state) = 0;

  // Answers.
  virtual bool askReady(AskTicket ticket) = 0;
  /// Waits for the answer and takes it; Timeout leaves the question open.
  virtual Status askWait(AskTicket ticket, Deadline deadline, void* reply) = 0;
  /// Resumes `waiter` in poll() once there is an answer; false: there is one already.
  virtual bool askSuspend(AskTicket ticket, std::coroutine_handle<> waiter) = 0;
  /// Takes the answer of a question that is ready.
  virtual Status askTake(AskTicket ticket, void* reply) = 0;
  virtual void askAbandon(AskTicket ticket) = 0;
  /// Moves up to replies.size() messages out, in order of each sender; gives how many.
  virtual std::size_t takeReplies(std::span<Reply> replies) = 0;
  /// Shows all waiting messages to `visitor`; those it did not use stay, in order. Gives how many
  /// it used.
  virtual std::size_t visitReplies(ReplyVisitor visitor, void* closure, Whose whose) = 0;

  /// Resumes coroutines whose answers came, and does a round where the backend works in rounds.
  virtual std::size_t poll() = 0;
  virtual Status drain() = 0;
  virtual Status stop(Deadline deadline) = 0;
  virtual Statistics statistics() = 0;
  /// Needs none of the locks under which other calls wait for an actor.
  virtual Result<Health> health(std::chrono::nanoseconds limit) = 0;
  /// What a lost device took with it, once.
  virtual std::vector<LostMessage> takeLost() { return {}; }

  // Memory, kernels and stencils.
  virtual Result<MemoryId> allocate(MemoryKind kind, std::uint64_t bytes,
                                    std::uint32_t elementBytes) = 0;
  virtual void release(MemoryId memory) = 0;
  virtual Status upload(MemoryId memory, std::uint64_t offset, std::span<const std::byte> from) = 0;
  virtual Status download(MemoryId memory, std::uint64_t offset, std::span<std::byte> to) = 0;
  virtual Status launch(const FunctionInfo& kernel, const std::array<std::uint32_t, 3>& grid,
                        std::span<const Argument> arguments) = 0;
  /// All cells inside the margins where `range` is null.
  virtual Status sweep(const FunctionInfo& stencil, const SweepRange* range,
                       std::span<const Argument> arguments) = 0;
  virtual Status finish() = 0;

  // Streams. Handles must not outlive the core.
  /// Keeps memory until one more release().
  virtual void hold(MemoryId memory) = 0;
  virtual Result<std::shared_ptr<StreamCore>> makeStream() = 0;
  virtual Result<std::shared_ptr<EventCore>> makeEvent() = 0;
  /// A stream that keeps what it is given and runs nothing.
  virtual std::shared_ptr<StreamCore> beginCapture() = 0;
  /// Ends the capture of a stream of beginCapture(); what was refused in it is told.
  virtual Result<std::shared_ptr<GraphCore>> endCapture(StreamCore& stream) = 0;
  /// Memory of the host that copies of a stream reach without a detour, zeroed, for any type.
  virtual Result<void*> allocatePinned(std::size_t bytes) = 0;
  virtual void releasePinned(void* memory) = 0;
  /// Calls call(closure) while no kernel is resident.
  virtual Status withParked(Status (*call)(void* closure), void* closure) = 0;
};

} // namespace detail
} // namespace ring

#endif

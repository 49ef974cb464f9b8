// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The one header of a host program: start a runtime, spawn actors, talk to them, run kernels and
// stencils. Nothing here throws; what may fail gives a Status or a Result.
#ifndef RINGKERNEL_RUNTIME_H
#define RINGKERNEL_RUNTIME_H

#include <ringkernel/registration.h>
#include <ringkernel/status.h>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <ringkernel/detail/Ask.h>
#include <ringkernel/detail/Fields.h>
#include <ringkernel/detail/RuntimeApi.h>
#include <ringkernel/detail/Streams.h>

namespace ring {

class ComputeDevice;
namespace detail {
struct RuntimeAccess;
/// A call with a number gives an A.
template <class Make, class A>
concept MakesActor = requires(Make& make, std::size_t i) {
  { make(i) } -> std::same_as<A>;
};
} // namespace detail

/// Where actors, kernels and stencils run. Auto: the first of CUDA, Metal, WebGPU that this build
/// has and this machine offers as hardware, else the CPU.
enum class Backend : std::uint8_t { Auto, Cuda, Metal, WebGpu, Cpu };

/// Whose process has the GPU's context, which a device fault ends. Process: a child's. A fault, a
/// hang or the child's death is recovered: a new child, all actors as they were spawned under the
/// same ActorRef, the messages that were lost named by Runtime::takeLost. CUDA only.
enum class Isolation : std::uint8_t { InProcess, Process };

/// The language that a ComputeDevice compiles.
enum class ShaderLanguage : std::uint8_t { Wgsl, Msl, Cuda };

/// `cuda`, `metal`, `webgpu`, `cpu`, `auto`; nothing for other names.
std::optional<Backend> parseBackend(std::string_view name);

/// Pools are sized at the start; one that is exhausted is a Status with its size and the option's
/// name.
struct RuntimeOptions {
  Backend backend = Backend::Auto;
  /// Threads that run actors on the CPU; 0: one a core less one, at least 1. At most 256.
  std::uint32_t workers = 0;
  /// Each worker stays on one core.
  bool pinWorkers = true;
  /// Actors at once, 1 to 2^24; failed ones count until they are killed.
  std::uint32_t maxActors = 1u << 16;
  /// Slots of 64 bytes of each ring between two threads, a power of two from 64 to 2^24. One
  /// message and its envelope of 32 bytes take at most a quarter of a ring: from 256 slots on every
  /// message fits that ringc accepts (abi::kMaxMessageBytes, 4048).
  std::uint32_t mailboxSlots = 4096;
  /// Bytes of all actors' states together, as of all pools from 1 to 2^48. What each began with is
  /// kept beside that on the host, for restarts; equal beginnings once.
  std::uint64_t stateBytes = std::uint64_t(256) << 20;
  /// Bytes that may wait outside full rings: of each worker on the CPU, of all actors in rounds; on
  /// CUDA four times as many, of the whole GPU. Beyond, messages become dead letters; on CUDA where
  /// actors that send several for one form a circle, or replies that nobody takes leave no room.
  std::uint64_t spillBytes = std::uint64_t(64) << 20;
  /// Bytes of replies that the host has not taken yet. Beyond, send is Exhausted until it has.
  std::uint64_t replyBytes = std::uint64_t(256) << 20;
  /// Questions open at once, 1 to 2^24.
  std::uint32_t maxAsks = 1u << 16;
  /// Process is for Backend::Cuda; Auto with it takes CUDA or nothing.
  Isolation isolation = Isolation::InProcess;
  /// Isolation::Process: a shard that gives no sign of life for so long, or a driver that does not
  /// return, ends the child. Longer than any handler and any kernel of yours takes. 0: never.
  std::chrono::nanoseconds hangLimit{0};
  /// Isolation::Process: recoveries within the window; one more, and the runtime is DeviceLost.
  std::uint32_t maxRecoveries = 5;
  std::chrono::nanoseconds recoveryWindow = std::chrono::minutes(1);
  /// Lost messages that are kept for Runtime::takeLost; others are counted only.
  std::uint32_t maxLost = 1u << 14;
  /// How long spawn, kill, restart and state wait for an actor's shard on a GPU, and for a kernel
  /// that is to leave it: Timeout then. At least 1 ms.
  std::chrono::nanoseconds orderTimeout = std::chrono::seconds(10);
  /// A library with the functions of webgpu.h; empty: RINGKERNEL_WEBGPU_LIBRARY of the
  /// environment, then the usual names.
  std::string webgpuLibrary = {};
};

/// Says where to spawn.
struct Direct {};
inline constexpr Direct direct;
struct Beside {
  ActorId actor;
};
inline Beside beside(ActorId actor) { return {actor}; }
template <class A> Beside beside(ActorRef<A> actor) { return {actor.id}; }

/// Actor handles the message `M`: a public `void on(const M&, ring::Context&)`, exactly.
template <class Actor, class M>
concept HandlesMessage = detail::HandlesExactly<Actor, M, Context>;

/// Runs actors, kernels and stencils. Movable; any thread may use it. After a fork it is the
/// parent's alone: a child must neither use nor destroy it, and ends with exec or _exit. One
/// thread's sends to one actor arrive in order; the thread that created the runtime sends without a
/// lock.
class Runtime {
public:
  /// Starts a runtime. InvalidArgument for options out of range; NotFound for a backend whose
  /// driver or device this machine lacks, Unsupported for one that this build lacks or that is too
  /// old, with the reason; Exhausted where a pool is larger than the device, and for a second
  /// runtime on CUDA while the process has one: their kernels would wait for each other.
  static Result<Runtime> create(const RuntimeOptions& options = {});
  /// The same on a device of the caller's own (ringkernel/device.h): actors run in rounds, from the
  /// modules' sources in `language`. `options.backend` is not read.
  static Result<Runtime> create(const RuntimeOptions& options,
                                std::unique_ptr<ComputeDevice> device, ShaderLanguage language);
  Runtime(Runtime&&) noexcept = default;
  Runtime& operator=(Runtime&& other) noexcept;
  /// Stops, with a deadline of 5 s; then waits for handlers that still run.
  ~Runtime();

  /// The backend, and the device where there is one: `cpu`, `webgpu (...)`.
  std::string backendName() const { return core_->backendName(); }

  /// Makes an actor: runs the constructor here and copies the bytes. Exhausted where `maxActors`
  /// or `stateBytes` is reached, Unsupported where its module was not compiled for this backend.
  template <class A, class... Args> Result<ActorRef<A>> spawn(Args&&... args) {
    return spawnAt<A>(detail::Where::Anywhere, std::forward<Args>(args)...);
  }
  /// The same, near to the calling thread: on a GPU one of the warps that read this thread's ring
  /// runs the actor, so its messages need no hop and its replies to them are the fastest there are.
  /// Such warps are few (32 for each of 16 threads), so keep it for actors that matter.
  template <class A, class... Args> Result<ActorRef<A>> spawn(Direct, Args&&... args) {
    return spawnAt<A>(detail::Where::Direct, std::forward<Args>(args)...);
  }

  /// The same, beside another actor, for two that talk much: on a GPU in the same block, whose
  /// warps reach each other's mailboxes in shared memory; on the CPU on the same worker. Where
  /// there is no room, and on other backends, anywhere. Say it of the second of a group, beside the
  /// first.
  template <class A, class... Args> Result<ActorRef<A>> spawn(Beside other, Args&&... args) {
    return spawnAt<A>({detail::Where::Beside, other.actor}, std::forward<Args>(args)...);
  }

  /// Makes `count` actors, all with the same arguments, for much less than as many spawns: on a GPU
  /// many are under way at once. All or none: where one cannot be made, those before it are ended
  /// again, and the Status is as of spawn(). Exhausted before any is made where `maxActors` has no
  /// room for all. The constructor runs once.
  template <class A, class... Args>
  Result<std::vector<ActorRef<A>>> spawnMany(std::size_t count, Args&&... args) {
    return spawnManyAt<A>(detail::Where::Anywhere, count, std::forward<Args>(args)...);
  }
  /// The same, near to the calling thread, as far as there is room.
  template <class A, class... Args>
  Result<std::vector<ActorRef<A>>> spawnMany(Direct, std::size_t count, Args&&... args) {
    return spawnManyAt<A>(detail::Where::Direct, count, std::forward<Args>(args)...);
  }
  /// The same, beside another actor, as far as there is room.
  template <class A, class... Args>
  Result<std::vector<ActorRef<A>>> spawnMany(Beside other, std::size_t count, Args&&... args) {
    return spawnManyAt<A>({detail::Where::Beside, other.actor}, count, std::forward<Args>(args)...);
  }
  /// As spawnMany(), where each actor begins with its own state: make(i) gives the i-th as an `A`.
  /// It is called once for each, in order, on this thread, also where others fail later; it must
  /// not throw.
  template <class A, class Make>
    requires detail::MakesActor<Make, A>
  Result<std::vector<ActorRef<A>>> spawnEach(std::size_t count, Make&& make) {
    return spawnEachAt<A>(detail::Where::Anywhere, count, make);
  }
  template <class A, class Make>
    requires detail::MakesActor<Make, A>
  Result<std::vector<ActorRef<A>>> spawnEach(Direct, std::size_t count, Make&& make) {
    return spawnEachAt<A>(detail::Where::Direct, count, make);
  }
  template <class A, class Make>
    requires detail::MakesActor<Make, A>
  Result<std::vector<ActorRef<A>>> spawnEach(Beside other, std::size_t count, Make&& make) {
    return spawnEachAt<A>({detail::Where::Beside, other.actor}, count, make);
  }

  /// Sends. Waits where the target's ring is full, taking in replies meanwhile. Closed after
  /// stop(); Exhausted where too many replies wait. An actor that is gone: a dead letter.
  template <class A, class M>
    requires HandlesMessage<A, M>
  Status send(ActorRef<A> target, const M& message) {
    return core_->send(target.id, detail::Registered<M>::info(), &message);
  }
  /// Sends to an actor whose type is known at run time only; a message it does not handle is a dead
  /// letter.
  template <class M> Status send(ActorId target, const M& message) {
    return core_->send(target, detail::Registered<M>::info(), &message);
  }
  /// Sends all of `messages` to one actor, in order, for less than as many sends. Where it fails,
  /// `sent` says how many of them have gone.
  template <class A, class M>
    requires HandlesMessage<A, M>
  Status sendBatch(ActorRef<A> target, std::span<const M> messages, std::size_t* sent = nullptr) {
    return batch<M>(messages, &target.id, 0, sent);
  }
  /// The same, messages[i] to targets[i]. InvalidArgument where there are not as many of each.
  template <class A, class M>
    requires HandlesMessage<A, M>
  Status sendBatch(std::span<const ActorRef<A>> targets, std::span<const M> messages,
                   std::size_t* sent = nullptr) {
    if (targets.size() != messages.size())
      return Status(StatusCode::InvalidArgument, std::to_string(targets.size()) + " targets for " +
                                                     std::to_string(messages.size()) + " messages");
    static_assert(std::is_standard_layout_v<ActorRef<A>>);
    const auto* first = reinterpret_cast<const ActorId*>(targets.data());
    return batch<M>(messages, first, sizeof(ActorRef<A>), sent);
  }
  /// Sends and keeps the place where the first reply comes.
  template <class R, class A, class M>
    requires HandlesMessage<A, M>
  Ask<R> ask(ActorRef<A> target, const M& message) {
    return ask<R>(target.id, message);
  }
  template <class R, class M> Ask<R> ask(ActorId target, const M& message) {
    return Ask<R>(core_, core_->ask(target, detail::Registered<M>::info(), &message,
                                    detail::Registered<R>::info()));
  }
  Replies replies() { return Replies(*core_); }

  /// Resumes coroutines whose answers came; on backends with rounds also starts the next round.
  /// Gives how many were resumed.
  std::size_t poll() { return core_->poll(); }
  /// Waits until all that was sent, and all that it caused, was handled.
  Status drain() { return core_->drain(); }
  /// Ends an actor after all that this thread sent it before, and returns when it has ended. What
  /// it sent stays sent; later messages to it are dead letters, questions Closed. A Failed actor is
  /// given up so. There is no gentler stop from outside: this one interrupts no handler and skips
  /// no message of this thread. NotFound where the actor is gone; Closed after stop(). Behind a
  /// handler that never returns it is Timeout on CUDA (RuntimeOptions::orderTimeout), and may still
  /// be done; elsewhere it waits for ever: health() tells.
  template <class A> Status kill(ActorRef<A> actor) { return core_->kill(actor.id); }
  Status kill(ActorId actor) { return core_->kill(actor); }
  /// Gives an actor the state again that it was spawned with, after all that this thread sent it
  /// before, and returns when that is done. The same ActorRef goes on, also of an actor that
  /// Failed; what was sent to it while it was Failed is lost (dead letters). NotFound where it was
  /// stopped or killed; Closed after stop().
  template <class A> Status restart(ActorRef<A> actor) { return core_->restart(actor.id); }
  Status restart(ActorId actor) { return core_->restart(actor); }
  /// A copy of the actor's state after all that this thread sent it. NotFound where it is gone.
  template <class A> Result<A> state(ActorRef<A> actor) {
    const auto image = std::make_unique<Image<A>>();
    Status status = core_->readState(actor.id, detail::Registered<A>::info(), image->bytes);
    if (!status)
      return status;
    return *std::launder(reinterpret_cast<const A*>(image->bytes));
  }
  /// The messages that went down with a GPU's process since the last call, up to
  /// RuntimeOptions::maxLost; Statistics::lost counts all. Empty without Isolation::Process.
  std::vector<LostMessage> takeLost() { return core_->takeLost(); }
  Statistics statistics() const { return core_->statistics(); }
  /// Asks every shard for a sign of life and waits for it up to `limit`: a shard in `stuck` runs
  /// one handler (or, in rounds, one round) for at least that long. Returns at once where all
  /// answer. Any thread may call it while others wait for an actor that never returns. DeviceLost
  /// where the GPU is; Timeout where the resident kernel is to leave it for a moment and a handler
  /// keeps it.
  Result<Health> health(std::chrono::nanoseconds limit = std::chrono::milliseconds(100)) const {
    return core_->health(limit);
  }

  /// Takes nothing more, lets what was sent be handled, ends. Timeout where that took longer; what
  /// was left is dead letters then, and open asks are Closed. Later calls do nothing.
  Status stop(std::chrono::nanoseconds deadline = std::chrono::seconds(5)) {
    return core_->stop(detail::deadlineAfter(deadline));
  }

  /// `size` values, zeroed. InvalidArgument for 0, Exhausted where there is no memory.
  template <class T> Result<Buffer<T>> buffer(std::size_t size) {
    Result<detail::MemoryId> id = allocate(detail::MemoryKind::Buffer, size, sizeof(T));
    if (!id)
      return id.status();
    return Buffer<T>(detail::Memory(core_, *id), size);
  }
  /// One value a cell, zeroed; extents from 1 to 2^31 - 1.
  template <class T> Result<Field<T>> field(Extents extents) {
    std::size_t cells = 1;
    for (const std::int32_t size : extents.size)
      if (size <= 0 || __builtin_mul_overflow(cells, std::size_t(size), &cells))
        return Status(StatusCode::InvalidArgument,
                      "an extent of a field is not within 1 to 2147483647");
    Result<detail::MemoryId> id = allocate(detail::MemoryKind::Field, cells, sizeof(T));
    if (!id)
      return id.status();
    return Field<T>(detail::Memory(core_, *id), extents);
  }

  /// Runs the kernel F over `grid` blocks: a Buffer for each span, a value for each value; Shared
  /// memory is made by the launcher.
  template <auto* F, class... Args> Status launch(Grid grid, Args&&... args) {
    return detail::launchOn<F>(*core_, grid, std::forward<Args>(args)...);
  }
  /// Sweeps the stencil F over all cells whose whole footprint lies inside: a Field for each cell,
  /// a value for each value. Fields must have the same extents, and no field may be given both to
  /// read and to write.
  template <auto* F, class First, class... Rest>
    requires(!std::same_as<std::remove_cvref_t<First>, Range>)
  Status sweep(First&& first, Rest&&... rest) {
    return detail::sweepOn<F>(*core_, nullptr, std::forward<First>(first),
                              std::forward<Rest>(rest)...);
  }
  /// The same over the cells of `range`; InvalidArgument where a footprint would leave the field.
  template <auto* F, class... Args> Status sweep(const Range& range, Args&&... args) {
    return detail::sweepOn<F>(*core_, &range, std::forward<Args>(args)...);
  }
  /// Waits for launches and sweeps; reports what went wrong in them. Streams are apart.
  Status finish() { return core_->finish(); }

  /// Another order of work, beside launch() and sweep(). Exhausted where the system has no more.
  Result<Stream> stream() { return wrap<Stream>(core_->makeStream()); }
  /// An event that was not recorded yet.
  Result<Event> event() { return wrap<Event>(core_->makeEvent()); }
  /// Calls work(Stream&), which gives a Status or nothing, with a stream that keeps what it is
  /// given and runs none of it: the graph. Values are copied. All else of the runtime can be used
  /// meanwhile, by this thread and others, other captures too. Gives what `work` gives, or the
  /// first refusal of its stream, where it is an error; finish() and isDone() of that stream are
  /// refused, as is every use of it once `work` has returned. Empty work is an empty graph.
  template <class Work> Result<Graph> capture(Work&& work) {
    const std::shared_ptr<detail::StreamCore> recorder = core_->beginCapture();
    Stream stream(detail::Handle<detail::StreamCore>(core_, recorder));
    Status status = Status::ok();
    if constexpr (std::is_void_v<std::invoke_result_t<Work, Stream&>>)
      work(stream);
    else
      status = work(stream);
    Result<std::shared_ptr<detail::GraphCore>> made = core_->endCapture(*recorder);
    if (!status)
      return status;
    return wrap<Graph>(std::move(made));
  }
  /// Memory of the host for `size` values, zeroed, that streams copy from and to without waiting.
  /// InvalidArgument for 0, Exhausted where there is none.
  template <class T> Result<Pinned<T>> pinned(std::size_t size) {
    static_assert(alignof(T) <= 64, "pinned memory is aligned to 64 bytes");
    std::size_t bytes = 0;
    if (size == 0 || __builtin_mul_overflow(size, sizeof(T), &bytes))
      return impossible(size, sizeof(T));
    Result<void*> memory = core_->allocatePinned(bytes);
    if (!memory)
      return memory.status();
    return Pinned<T>(core_, *memory, size);
  }
  /// Calls work(), which gives a Status or nothing, while nothing of this runtime is on the device:
  /// for calls of the driver that wait for the whole device, such as frees, module loads and
  /// profilers. Waits first for streams and launches; on CUDA the kernel of actors is parked and
  /// resumes afterwards, without loss, and what other threads want of the device waits meanwhile.
  /// On backends without a resident kernel there is nothing to park, and `work` is just called.
  /// `work` may use memory, kernels and streams of the runtime. It may not wait for an actor:
  /// spawn, send, ask, kill, restart and drain give InvalidArgument there on CUDA, and get() of an
  /// open question would wait for ever. It must not throw. Gives what `work` gives, else DeviceLost
  /// where the kernel could not resume.
  template <class Work> Status withParked(Work&& work) {
    return core_->withParked(
        [](void* closure) -> Status {
          auto& call = *static_cast<std::remove_reference_t<Work>*>(closure);
          if constexpr (std::is_void_v<std::invoke_result_t<Work>>) {
            call();
            return Status::ok();
          } else {
            return call();
          }
        },
        const_cast<void*>(static_cast<const void*>(&work)));
  }

private:
  friend struct detail::RuntimeAccess;
  explicit Runtime(std::shared_ptr<detail::RuntimeCore> core) : core_(std::move(core)) {}
  static Result<Runtime> onCpu(const RuntimeOptions& options);

  template <class A> struct alignas(A) Image {
    std::byte bytes[sizeof(A)];
  };
  /// What an actor begins with.
  template <class A, class... Args> static std::unique_ptr<Image<A>> imageOf(Args&&... args) {
    static_assert(std::is_trivially_copyable_v<A>, "an actor's state is trivially copyable");
    auto image = std::make_unique<Image<A>>(); // zeroed: padding too
    ::new (static_cast<void*>(image->bytes)) A(std::forward<Args>(args)...);
    return image;
  }
  template <class A, class... Args>
  Result<ActorRef<A>> spawnAt(detail::Where where, Args&&... args) {
    const auto image = imageOf<A>(std::forward<Args>(args)...);
    Result<ActorId> id = core_->spawn(detail::Registered<A>::info(), image->bytes, where);
    if (!id)
      return id.status();
    return ActorRef<A>{*id};
  }
  template <class A, class... Args>
  Result<std::vector<ActorRef<A>>> spawnManyAt(detail::Where where, std::size_t count,
                                               Args&&... args) {
    const auto image = imageOf<A>(std::forward<Args>(args)...);
    return refsOf<A>(
        core_->spawnMany({&detail::Registered<A>::info(), count, image->bytes}, where));
  }
  template <class A, class Make>
  Result<std::vector<ActorRef<A>>> spawnEachAt(detail::Where where, std::size_t count, Make& make) {
    static_assert(std::is_trivially_copyable_v<A>, "an actor's state is trivially copyable");
    const auto makeInto = [](void* closure, std::size_t i, void* image) {
      ::new (image) A((**static_cast<Make**>(closure))(i));
    };
    Make* maker = std::addressof(make); // its own address is no void*: a function
    return refsOf<A>(core_->spawnMany(
        {&detail::Registered<A>::info(), count, nullptr, makeInto, &maker}, where));
  }
  template <class A>
  static Result<std::vector<ActorRef<A>>> refsOf(const Result<std::vector<ActorId>>& ids) {
    if (!ids)
      return ids.status();
    std::vector<ActorRef<A>> refs;
    refs.reserve(ids->size());
    for (const ActorId id : *ids)
      refs.push_back({id});
    return refs;
  }
  template <class M>
  Status batch(std::span<const M> messages, const ActorId* targets, std::size_t stride,
               std::size_t* sent) {
    std::size_t gone = 0;
    Status status = core_->sendBatch(
        {&detail::Registered<M>::info(), messages.size(), messages.data(), targets, stride}, gone);
    if (sent)
      *sent = gone;
    return status;
  }
  static Status impossible(std::size_t count, std::size_t elementBytes) {
    return Status(StatusCode::InvalidArgument, "memory of " + std::to_string(count) +
                                                   " values of " + std::to_string(elementBytes) +
                                                   " bytes is not possible");
  }
  Result<detail::MemoryId> allocate(detail::MemoryKind kind, std::size_t count,
                                    std::size_t elementBytes) {
    std::size_t bytes = 0;
    if (count == 0 || __builtin_mul_overflow(count, elementBytes, &bytes))
      return impossible(count, elementBytes);
    return core_->allocate(kind, bytes, static_cast<std::uint32_t>(elementBytes));
  }
  /// The public handle of what the core made.
  template <class Public, class Core> Result<Public> wrap(Result<std::shared_ptr<Core>> made) {
    if (!made)
      return made.status();
    return Public(detail::Handle<Core>(core_, *std::move(made)));
  }

  std::shared_ptr<detail::RuntimeCore> core_;
};

} // namespace ring

#endif

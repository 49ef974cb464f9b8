// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The CUDA backend: actors live in one resident kernel and are reached through rings; kernels and
// stencils run beside it on streams of their own. What may wait for the whole device parks the
// kernel first. The kernel starts with the first actor.
#ifndef RINGKERNEL_RUNTIME_BACKEND_CUDA_RESIDENT_H
#define RINGKERNEL_RUNTIME_BACKEND_CUDA_RESIDENT_H

#include "runtime/backend/cuda/Device.h"
#include "runtime/backend/cuda/GpuMemory.h"
#include "runtime/backend/cuda/ResidentKernel.h"
#include "runtime/backend/cuda/Sole.h"
#include "runtime/backend/cuda/StreamHandles.h"
#include "runtime/backend/cuda/Streams.h"
#include "runtime/core/CoreBase.h"
#include "runtime/core/Modulo.h"
#include "runtime/core/RoundMemory.h"
#include "runtime/core/RoundModules.h"
#include "runtime/core/SpinLock.h"

#include <cstring>
#include <functional>
#include <map>
#include <thread>
#include <unordered_set>

namespace ring::runtime::cuda {

/// Memory for states: pieces of the arena, in units of 16 bytes, reused by size.
class StatePlaces {
public:
  explicit StatePlaces(std::uint64_t bytes) : units_(bytes / 16) {}
  /// Nothing where it is full.
  std::optional<std::uint32_t> take(std::uint32_t bytes);
  void giveBack(std::uint32_t place, std::uint32_t bytes);
  std::uint64_t freeBytes() const { return (units_ - next_) * 16; }

private:
  const std::uint64_t units_;
  std::uint64_t next_ = 0;
  std::map<std::uint32_t, std::vector<std::uint32_t>> free_; ///< by units
};

class Resident final : public CoreBase {
public:
  /// Opens the GPU and its compiler; NotFound or Unsupported where there is none.
  static Result<std::shared_ptr<detail::RuntimeCore>> open(const RuntimeOptions& options) {
    return openAt(options, 0);
  }
  /// The same with rings as old as `firstLap` says (ResidentKernel): what only years would show.
  static Result<std::shared_ptr<detail::RuntimeCore>> openAt(const RuntimeOptions& options,
                                                             std::int64_t firstLap);
  ~Resident() override;

  std::string backendName() const override;
  Result<ActorId> spawn(const TypeInfo& actor, const void* image, detail::Where where) override;
  Status send(ActorId target, const TypeInfo& message, const void* payload) override {
    return post(target, message, payload, 0);
  }
  Status sendBatch(const detail::Batch& batch, std::size_t& sent) override;
  Status kill(ActorId id) override;
  Status restart(ActorId id) override;
  Status readState(ActorId id, const TypeInfo& actor, void* state) override;
  std::size_t visitReplies(detail::ReplyVisitor visitor, void* closure,
                           detail::Whose whose) override;
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
                std::span<const detail::Argument> arguments) override {
    return launchOn(nullptr, kernel, grid, arguments);
  }
  Status sweep(const detail::FunctionInfo& stencil, const detail::SweepRange* range,
               std::span<const detail::Argument> arguments) override {
    return sweepOn(nullptr, stencil, range, arguments);
  }
  Status finish() override;
  Result<std::shared_ptr<detail::StreamCore>> makeStream() override;
  Result<std::shared_ptr<detail::EventCore>> makeEvent() override;
  Result<void*> allocatePinned(std::size_t bytes) override;
  void releasePinned(void* memory) override;
  Status withParked(Status (*call)(void*), void* closure) override;

  // For streams, events and graphs; a null stream is the runtime's own.
  Gpu& gpu() { return *gpu_; }
  StreamHandles& handles() { return handles_; }
  Status launchOn(StreamImpl* stream, const detail::FunctionInfo& kernel,
                  const std::array<std::uint32_t, 3>& grid,
                  std::span<const detail::Argument> arguments);
  Status sweepOn(StreamImpl* stream, const detail::FunctionInfo& stencil,
                 const detail::SweepRange* range, std::span<const detail::Argument> arguments);
  Status uploadOn(StreamImpl* stream, detail::MemoryId memory, std::span<const std::byte> from);
  Status downloadOn(StreamImpl* stream, detail::MemoryId memory, std::span<std::byte> to);
  Status launchGraphOn(StreamImpl* stream, CudaGraph& graph);
  void endGraph(GraphExecImpl* exec);

protected:
  Result<std::shared_ptr<detail::GraphCore>> makeGraph(std::vector<SharedWork> work) override;
  bool pump() override;
  /// The device writes rings and wakes nobody.
  std::chrono::microseconds nap() const override { return std::chrono::microseconds(100); }
  Status post(ActorId target, const TypeInfo& message, const void* payload,
              std::uint64_t correlation) override;

private:
  /// The rings of some of the host's threads.
  struct alignas(64) Client {
    SpinLock writing;
    std::vector<CommandWriter> lanes;
    std::uint64_t sent = 0; ///< with `writing`; read without it once senders are still
    alignas(64) SpinLock reading;
    ReplyReader own, shared;
    bool isSharedNext = false;
    std::uint64_t credited = 0; ///< replies that the device knows to be read
    std::uint32_t creditEvery = 0;
  };

  /// Replies out of a ring, not shown to anybody yet.
  struct ReplyBatch {
    static constexpr std::size_t kMost = 64;
    ReplyReader::View views[kMost];
    alignas(16) std::uint32_t payloads[4096];

    std::span<ReplyReader::View> first(std::size_t count) { return std::span(views).first(count); }
    /// As many as have room, each with `stride` words.
    std::span<ReplyReader::View> upTo(std::uint32_t stride) {
      return first(std::min(kMost, std::size(payloads) / stride));
    }
  };

  Resident(const RuntimeOptions& options, std::shared_ptr<Gpu> gpu,
           std::unique_ptr<StreamedDevice> device, const Placement& placement, Sole sole,
           std::int64_t firstLap);
  static std::uint32_t capacityFor(const RuntimeOptions& options, const Placement& placement);

  std::uint32_t clientOfThread();
  CommandWriter& writerTo(Client& client, std::uint32_t actor) {
    return client.lanes[ofShards_(actor) & (kernel_.placement().lanes() - 1)];
  }
  /// Whether messages can be sent; waits where the kernel is parked for a moment.
  Status openForSends();
  Status enter(ActorId target, std::uint16_t type, std::uint8_t flags, std::uint64_t origin,
               const void* payload, std::uint32_t bytes);
  Status waitForRoom(Client& client, std::unique_lock<SpinLock>& lock, std::uint32_t actor,
                     bool isCommand);
  Status command(abi::Command what, ActorId target, const abi::CommandArguments& arguments);
  bool readReplies(std::uint32_t index);
  std::size_t popReplies(std::uint32_t index, std::span<ReplyReader::View> views,
                         std::uint32_t* payloads);
  bool readAllReplies();
  bool show(const ReplyReader::View& view, const std::uint32_t* payload,
            detail::ReplyVisitor visitor, void* closure);
  void take(Mailbox::Delivery& delivery, const ReplyReader::View& view,
            const std::uint32_t* payload);
  Status openForOrders();
  void end(DirectoryEntry& entry, std::uint32_t index);
  void countFailure(DirectoryEntry& entry, std::uint32_t index, std::int32_t change,
                    std::uint32_t failCode);
  void hearEnd(ActorId actor, const abi::ResidentOutcome& told);
  DirectoryEntry* findLiving(ActorId id);
  Status stage(const void* image, std::uint32_t bytes);

  Status prepare(const ActorType& type);
  Status loadProgram(Program program);
  Status place(const ActorType& type, ActorId id, const void* image);
  Result<ActorId> takeEntry(const ActorType& type, const void* image, detail::Where where);
  Status exhausted(const ActorType& type) const;
  bool isQuiescent();
  bool isStill(std::uint64_t& done, std::uint64_t& sent);
  Status brokenStatus();
  void breakWith(const Status& status);
  Status checkKernel();
  /// Runs `work` while no kernel is resident. With kernelMutex_.
  template <class Work> auto whileParked(Work&& work) {
    const bool wasRunning = kernel_.isRunning();
    if (wasRunning)
      static_cast<void>(kernel_.park().isOk()); // a fault shows at the launch
    auto result = work();
    if (wasRunning)
      if (Status status = kernel_.launch(); !status)
        breakWith(status);
    return result;
  }
  template <class Work> auto withParked(Work&& work) {
    std::lock_guard kernel(kernelMutex_);
    return whileParked(std::forward<Work>(work));
  }
  /// InvalidArgument for the thread that parked the kernel: who would wait for an actor.
  Status notParkedHere() const;
  template <class Work>
  Status onDevice(StreamImpl* stream, const detail::FunctionInfo& function, Work&& work);
  Status launchFirst(StreamImpl* stream, const std::function<Status()>& launch);
  Result<DevicePointer> addressOf(detail::MemoryId memory, std::size_t bytes);
  bool isPinned(std::span<const std::byte> memory);
  Result<StreamImpl*> takeStream();
  Status loadFunctions(const CudaGraph& graph);
  Result<GraphImpl*> capture(StreamImpl* stream, const CudaGraph& graph);
  Status captureOne(StreamImpl* stream, const StreamWork& work);
  Status instantiate(StreamImpl* stream, GraphImpl* captured, CudaGraph& graph);

  const Sole sole_; ///< given up last
  const std::shared_ptr<Gpu> gpu_;
  const std::unique_ptr<StreamedDevice> device_;
  const Modulo ofShards_; ///< the shard of an actor
  // Recursive for withParked(call), whose caller may use memory, kernels and streams.
  std::recursive_mutex kernelMutex_;        ///< the kernel's life, spawning, staging
  std::atomic<std::thread::id> parkedBy_{}; ///< the thread in withParked(call)
  ResidentKernel kernel_;
  StatePlaces places_;
  std::map<std::uint32_t, std::pair<std::uint32_t, std::uint32_t>> placeOf_; ///< by actor index
  /// The image that the last actor of a type began with, and where the device has it.
  struct LastImage {
    std::optional<std::uint32_t> place;
    std::vector<std::byte> bytes;
    bool is(const void* image) const {
      return place && std::memcmp(bytes.data(), image, bytes.size()) == 0;
    }
  };
  std::map<const ActorType*, LastImage> lastImages_;
  std::vector<const ActorType*> types_; ///< of the program

  std::recursive_mutex deviceMutex_; ///< kernels, stencils and their memory; before kernelMutex_
  StreamHandles handles_;
  RoundModules modules_;
  RoundMemory memory_;
  std::unordered_set<const detail::FunctionInfo*> launched_;
  std::map<const std::byte*, GpuMemory> pinned_; ///< by their first byte

  std::array<Client, abi::kMaxClients> clients_;
  std::atomic<std::uint32_t> clientsInUse_{1};
  std::atomic<bool> closed_{false};
  std::atomic<std::uint64_t> replies_{0}, outcomes_{0}, spawned_{0};
  std::atomic<std::uint32_t> idleTurns_{0};
  std::mutex endMutex_; ///< moving entries, failures_, and what broke the device
  std::optional<Status> broken_;
  std::map<std::uint32_t, std::int32_t> failures_; ///< by actor index: see countFailure
  std::mutex stopMutex_;
  std::atomic<bool> stopped_{false};
  std::atomic<std::uint32_t> alive_{0};
};

} // namespace ring::runtime::cuda

#endif // RINGKERNEL_RUNTIME_BACKEND_CUDA_RESIDENT_H

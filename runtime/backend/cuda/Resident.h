// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The CUDA backend: actors live in one resident kernel and are reached through rings; kernels and
// stencils run beside it on streams of their own. What may wait for the whole device parks the
// kernel first. The kernel starts with the first actor.
// Where the GPU's context is in a process apart, a thread (the keeper) replaces a GPU that is lost:
// ResidentRecovery.cpp.
#ifndef RINGKERNEL_RUNTIME_BACKEND_CUDA_RESIDENT_H
#define RINGKERNEL_RUNTIME_BACKEND_CUDA_RESIDENT_H

#include "runtime/backend/cuda/Device.h"
#include "runtime/backend/cuda/GpuMemory.h"
#include "runtime/backend/cuda/ResidentKernel.h"
#include "runtime/backend/cuda/Sole.h"
#include "runtime/backend/cuda/StagePieces.h"
#include "runtime/backend/cuda/StreamHandles.h"
#include "runtime/backend/cuda/Streams.h"
#include "runtime/core/CoreBase.h"
#include "runtime/core/FairMutex.h"
#include "runtime/core/Modulo.h"
#include "runtime/core/RoundMemory.h"
#include "runtime/core/RoundModules.h"
#include "runtime/core/SpinLock.h"

#include <condition_variable>
#include <cstring>
#include <deque>
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
  std::vector<LostMessage> takeLost() override;

  Result<detail::MemoryId> allocate(detail::MemoryKind kind, std::uint64_t bytes,
                                    std::uint32_t elementBytes) override;
  void hold(detail::MemoryId memory) override;
  void release(detail::MemoryId memory) override;
  Status upload(detail::MemoryId memory, std::uint64_t offset,
                std::span<const std::byte> from) override;
  Status download(detail::MemoryId memory, std::uint64_t offset, std::span<std::byte> to) override;
  Status launch(const detail::FunctionInfo& kernel, const std::array<std::uint32_t, 3>& grid,
                std::span<const detail::Argument> arguments) override {
    return launchOn({}, kernel, grid, arguments);
  }
  Status sweep(const detail::FunctionInfo& stencil, const detail::SweepRange* range,
               std::span<const detail::Argument> arguments) override {
    return sweepOn({}, stencil, range, arguments);
  }
  Status finish() override;
  Result<std::shared_ptr<detail::StreamCore>> makeStream() override;
  Result<std::shared_ptr<detail::EventCore>> makeEvent() override;
  Result<void*> allocatePinned(std::size_t bytes) override;
  void releasePinned(void* memory) override;
  Status withParked(Status (*call)(void*), void* closure) override;

  // For streams and graphs; without a handle the stream is the runtime's own.
  Status launchOn(StreamRef stream, const detail::FunctionInfo& kernel,
                  const std::array<std::uint32_t, 3>& grid,
                  std::span<const detail::Argument> arguments);
  Status sweepOn(StreamRef stream, const detail::FunctionInfo& stencil,
                 const detail::SweepRange* range, std::span<const detail::Argument> arguments);
  Status uploadOn(StreamRef stream, detail::MemoryId memory, std::span<const std::byte> from);
  Status downloadOn(StreamRef stream, detail::MemoryId memory, std::span<std::byte> to);
  Status launchGraphOn(StreamRef stream, CudaGraph& graph);
  void endGraph(GraphExecImpl* exec, const Gpu* gpu);

protected:
  Result<std::shared_ptr<detail::GraphCore>> makeGraph(std::vector<SharedWork> work) override;
  /// Actors are Active when it returns: those of a GPU that is replaced come back.
  Status make(const TypeInfo& actor, Beginnings images, detail::Where where,
              std::span<ActorId> ids) override;
  void activateMade(std::span<const ActorId>) override {} // see make()
  void endMade(std::span<const ActorId> ids) override;
  std::uint32_t alive() override { return alive_.load(std::memory_order_relaxed); }
  bool pump() override;
  /// The device writes rings and wakes nobody.
  std::chrono::microseconds nap() const override { return std::chrono::microseconds(100); }
  Status post(ActorId target, const TypeInfo& message, const void* payload,
              std::uint64_t correlation) override;

private:
  /// What was read of the replies of one GPU. Each has its own, since readers may still count for
  /// the one before.
  struct Taken {
    std::atomic<std::uint64_t> replies{0}, outcomes{0};
    void count(std::span<const ReplyReader::View> views);
  };

  /// What a client reads.
  struct Replies {
    ReplyReader own, shared;
    Taken* taken = nullptr;
    std::uint64_t credited = 0;      ///< replies that the device knows to be read
    std::uint32_t creditEvery = ~0u; ///< of no rings: never
  };

  /// The rings of some of the host's threads.
  struct alignas(64) Client {
    SpinLock writing;
    std::vector<CommandWriter> lanes;
    std::uint64_t sent = 0; ///< with `writing`; read without it once senders are still
    alignas(64) SpinLock reading;
    Replies replies; ///< with `reading`
    bool isSharedNext = false;

    /// The rings are gone, and have no room. With `writing`.
    void closeLanes() {
      for (CommandWriter& lane : lanes)
        lane = lane.closed();
    }
  };

  /// Replies out of a ring, not shown to anybody yet.
  struct ReplyBatch {
    static constexpr std::size_t kMost = 64;
    ReplyReader::View views[kMost];
    std::uint64_t settled; ///< which of them are for nobody to see: a bit each
    std::uint32_t stride;  ///< words from one payload to the next
    alignas(16) std::uint32_t payloads[4096];

    const std::uint32_t* payload(std::size_t i) const { return payloads + i * stride; }

    std::span<ReplyReader::View> first(std::size_t count) { return std::span(views).first(count); }
    /// As many as have room, each with `stride` words.
    std::span<ReplyReader::View> upTo(std::uint32_t stride) {
      return first(std::min(kMost, std::size(payloads) / stride));
    }
  };

  /// The image that the last actor of a type began with, and where the device has it.
  struct LastImage {
    std::optional<std::uint32_t> place;
    std::vector<std::byte> bytes;
    bool isThere = false, isWritten = false; ///< the device has it; an order brings it there
    std::uint32_t readers = 0;               ///< orders that copy it
    bool is(const void* image) const {
      return isThere && std::memcmp(bytes.data(), image, bytes.size()) == 0;
    }
  };
  enum class Fate : std::uint8_t {
    UnderWay,
    Done,    ///< the answer is Ok
    Refused, ///< it is another one
    Late     ///< Timeout, and it may still be done: whoever settles it ends it
  };
  /// A command whose answer is waited for, and what it holds until then.
  struct Pending {
    abi::Command what;
    ActorId target;
    StagePieces::Piece piece = {};
    LastImage* reads = nullptr;
    LastImage* writes = nullptr;
    AskTicket ticket = {};
    std::uint64_t epoch = 0; ///< of the order
    Fate fate = Fate::UnderWay;
    bool isAnswered = false; ///< and openCommands_ counts it no more
    bool isStray = false;    ///< an actor that nobody knows; the order to kill it found no room yet
  };
  /// An attempt at what actors' shards do: with kernelMutex_, but while it waits for one. Its
  /// commands are under way together and are heard of in the order in which they were sent.
  struct Order {
    std::unique_lock<FairMutex> kernel; ///< of a thread that has it once
    detail::Deadline deadline;
    std::uint64_t epoch;
    std::vector<Pending> sent = {};
    std::size_t heard = 0;    ///< of `sent`
    std::size_t answered = 0; ///< of `sent`, from the first on: see lockAgain
    bool isOverdue = false;   ///< a command of it is late
    std::size_t underWay() const { return sent.size() - heard; }
  };
  /// Between the GPU's process, which may outlive us for a moment, and the keeper.
  struct Bell {
    std::mutex mutex;
    std::condition_variable rung;
    bool isLost = false, isEnding = false;
    void ring(bool Bell::* what);
  };

  Resident(const RuntimeOptions& options, std::shared_ptr<Gpu> gpu,
           std::unique_ptr<StreamedDevice> device, const Placement& placement,
           std::optional<Sole> sole, std::int64_t firstLap, std::shared_ptr<Bell> bell);
  static Result<std::shared_ptr<Gpu>> openGpu(const std::shared_ptr<Bell>& bell);
  static std::uint32_t capacityFor(const RuntimeOptions& options, const Placement& placement);

  std::uint32_t clientOfThread();
  CommandWriter& writerTo(Client& client, std::uint32_t actor) {
    return client.lanes[ofShards_(actor) & (kernel_.placement().lanes() - 1)];
  }
  /// Whether messages can be sent; waits where the kernel is parked for a moment.
  Status openForSends();
  Status enter(ActorId target, std::uint16_t type, std::uint8_t flags, std::uint64_t origin,
               const void* payload, std::uint32_t bytes);
  Status waitForRoom(Client& client, std::unique_lock<SpinLock>& lock, std::uint32_t actor);
  bool pushCommand(const Pending& pending, const abi::CommandArguments& arguments);
  Status tryCommand(Order& order, const Pending& pending, const abi::CommandArguments& arguments);
  Status sendCommand(Order& order, Pending pending, const abi::CommandArguments& arguments);
  Status openQuestion(Order& order, Pending& pending);
  Status hearAnswer(Order& order);
  std::optional<Status> awaitAnswer(Order& order, Pending& pending);
  void lockAgain(Order& order);
  Status hearAll(Order& order, Status first);
  Status command(Order& order, const Pending& pending, const abi::CommandArguments& arguments) {
    return hearAll(order, sendCommand(order, pending, arguments));
  }
  std::size_t mostUnderWay() const;
  Status makeRoom(Order& order);
  Status overdue(Order& order, Pending* pending, ActorId target);
  void settle(Pending& pending, const Status& answer);
  void settleLate(Pending& pending, const Status& answer);
  bool killStray(Pending& pending);
  void collectLate();
  template <class Attempt> auto surviving(Attempt&& attempt);
  template <class Attempt> auto ordered(Attempt&& attempt);
  bool readReplies(std::uint32_t index);
  std::size_t popReplies(std::uint32_t index, std::span<ReplyReader::View> views,
                         std::uint32_t* payloads);
  bool deliverReplies(std::uint32_t index, std::size_t most);
  bool readAllReplies();
  std::size_t readOwn(std::uint32_t index, Inbox::Visit& visit, ReplyBatch& batch,
                      bool& isOlderThere);
  static std::size_t showBatch(Inbox::Visit& visit, const ReplyBatch& batch, std::size_t count);
  bool settle(Mailbox::Delivery& delivery, const ReplyReader::View& view,
              const std::uint32_t* payload);
  Status openForOrders();
  void end(DirectoryEntry& entry, std::uint32_t index);
  void freePlace(std::uint32_t index);
  void forget(ActorId id);
  void countFailure(DirectoryEntry& entry, std::uint32_t index, std::int32_t change,
                    std::uint32_t failCode);
  void hearEnd(ActorId actor, const abi::ResidentOutcome& told);
  DirectoryEntry* findLiving(ActorId id);
  Result<StagePieces::Piece> stage(Order& order, std::uint32_t bytes);

  Status makeOnce(Order& order, const ActorType& type, Beginnings images, detail::Where where,
                  std::span<ActorId> ids, std::vector<ActorId>& left);
  Status openForSpawns();
  Status sendSpawns(Order& order, const ActorType& type, Beginnings images,
                    std::span<const ActorId> ids);
  void takeBack(const Order& order, const Status& cause, std::span<const ActorId> ids,
                std::vector<ActorId>& left);
  Status endAll(Order& order, std::span<const ActorId> ids);
  Status takeEntries(const ActorType& type, Beginnings images, detail::Where where,
                     std::span<ActorId> ids);
  Status prepare(const ActorType& type, detail::Deadline deadline);
  Status loadProgram(Program program, detail::Deadline deadline);
  Status place(Order& order, const ActorType& type, ActorId id, const void* image);
  Status exhausted(const ActorType& type) const;
  bool isQuiescent();
  bool isStill(std::uint64_t& done, std::uint64_t& sent);
  Status brokenStatus();
  void breakWith(const Status& status);
  Status checkKernel();
  // --- ResidentRecovery.cpp
  void keep();
  void endKeeper();
  void lookForHang();
  void recover();
  void takeLeave(const Status& cause);
  void nameLost(Client& client, std::vector<AskTicket>& named);
  void keepLost(LostMessage message);
  Status countLoss(const Status& cause);
  void giveUp(const Status& status);
  Status reopen(bool& canRetry);
  Status bringBackActors();
  void useRings();
  bool awaitRecovery(std::uint64_t epoch);
  /// DeviceLost where the memory was on a GPU that is lost. With deviceMutex_.
  Status checkMemory(detail::MemoryId memory) const;
  Status checkMemory(std::span<const detail::Argument> arguments) const;
  Status checkStream(StreamRef stream) const;

  /// Runs `work` while no kernel is resident; Timeout where one does not leave. With kernelMutex_.
  template <class Work> auto whileParked(Work&& work) -> decltype(work()) {
    const bool wasRunning = kernel_.isRunning();
    if (wasRunning) // a fault shows at the launch
      if (Status parked = kernel_.park(detail::deadlineAfter(options_.orderTimeout));
          parked.code() == StatusCode::Timeout)
        return parked;
    auto result = work();
    if (wasRunning)
      if (Status status = kernel_.launch(); !status)
        breakWith(status);
    return result;
  }
  template <class Work> auto withParked(Work&& work) -> decltype(work()) {
    std::lock_guard kernel(kernelMutex_);
    return whileParked(std::forward<Work>(work));
  }
  /// InvalidArgument for the thread that parked the kernel: who would wait for an actor.
  Status notParkedHere() const;
  template <class Work>
  Status onDevice(StreamRef stream, const detail::FunctionInfo& function, Work&& work);
  Status launchFirst(StreamImpl* stream, const std::function<Status()>& launch);
  Result<DevicePointer> addressOf(detail::MemoryId memory, std::size_t bytes);
  void freeParked(std::function<void()> free);
  void freeAll();
  bool isPinned(std::span<const std::byte> memory);
  Result<StreamImpl*> takeStream();
  Status loadFunctions(const CudaGraph& graph);
  Result<GraphImpl*> capture(StreamImpl* stream, const CudaGraph& graph);
  Status checkCaptured(const void* memory, std::size_t bytes) const;
  Status captureOne(StreamImpl* stream, const StreamWork& work);
  Status instantiate(StreamImpl* stream, GraphImpl* captured, CudaGraph& graph);

  const std::optional<Sole> sole_; ///< given up last; of a context of this process
  // With deviceMutex_ and kernelMutex_ these two change, when a lost GPU is replaced; so do
  // handles_, modules_ and memory_.
  std::shared_ptr<Gpu> gpu_;
  std::unique_ptr<StreamedDevice> device_;
  const std::string description_;
  const Modulo ofShards_; ///< the shard of an actor
  // Recursive for withParked(call), whose caller may use memory, kernels and streams.
  FairMutex kernelMutex_;                   ///< the kernel's life, spawning, staging
  std::atomic<std::thread::id> parkedBy_{}; ///< the thread in withParked(call)
  ResidentKernel kernel_;
  StatePlaces places_;
  struct Place {
    std::uint32_t first = 0, bytes = 0; ///< of the arena; none where there are no bytes
  };
  std::vector<Place> placeOf_; ///< by actor index
  StagePieces pieces_;
  std::vector<Pending> late_; ///< commands whose callers have gone
  std::map<const ActorType*, LastImage> lastImages_;
  std::vector<const ActorType*> types_; ///< of the program

  std::recursive_mutex deviceMutex_; ///< kernels, stencils and their memory; before kernelMutex_
  std::shared_ptr<StreamHandles> handles_;
  std::optional<RoundModules> modules_;
  std::optional<RoundMemory> memory_;
  std::unordered_set<const detail::FunctionInfo*> launched_;
  std::map<const std::byte*, GpuMemory> pinned_; ///< by their first byte
  std::vector<std::function<void()>> unfreed_;   ///< until the kernel leaves; deviceMutex_
  std::uint32_t lostMemory_ = 0;                 ///< ids up to it were on a GPU that is lost
  bool hasUnfinished_ = false;                   ///< launches that no finish() has waited for
  Status unfinished_ = Status::ok();             ///< what finish() is to say of lost ones

  std::array<Client, abi::kMaxClients> clients_;
  std::atomic<std::uint32_t> clientsInUse_{1};
  std::atomic<std::uint32_t> sharedSlots_{0}; ///< of a client's rings; 0: there were none yet
  std::atomic<bool> closed_{false};
  std::deque<Taken> taken_;                    ///< one a GPU, the newest last; with kernelMutex_
  std::atomic<std::uint32_t> openCommands_{0}; ///< that the kernel has not answered
  std::atomic<std::uint32_t> idleTurns_{0};
  std::mutex endMutex_; ///< moving entries, failures_, and what broke the device
  std::optional<Status> broken_;
  std::map<std::uint32_t, std::int32_t> failures_; ///< by actor index: see countFailure
  std::mutex stopMutex_;
  std::atomic<bool> stopped_{false};
  std::atomic<std::uint32_t> alive_{0};

  // Isolation::Process
  const std::shared_ptr<Bell> bell_;    ///< null: in this process
  std::atomic<std::uint64_t> epoch_{0}; ///< GPUs that were replaced
  std::condition_variable recovered_;   ///< epoch_, broken_ or hasKeeper_ changed; endMutex_
  bool hasKeeper_ = false;              ///< endMutex_
  Statistics before_;                   ///< of lost GPUs; kernelMutex_
  std::deque<std::pair<std::chrono::steady_clock::time_point, std::string>>
      losses_; ///< the keeper's
  std::mutex lostMutex_;
  std::vector<LostMessage> lost_;
  std::thread keeper_;
};

template <class Attempt> auto Resident::surviving(Attempt&& attempt) {
  for (;;) {
    const std::uint64_t epoch = epoch_.load(std::memory_order_acquire); // pairs with recover()
    auto result = attempt(epoch);
    StatusCode code;
    if constexpr (std::is_same_v<decltype(result), Status>)
      code = result.code();
    else
      code = result.status().code();
    if (!bell_ || code != StatusCode::DeviceLost || !awaitRecovery(epoch))
      return result;
  }
}

template <class Attempt> auto Resident::ordered(Attempt&& attempt) {
  const detail::Deadline deadline = detail::deadlineAfter(options_.orderTimeout);
  return surviving([&](std::uint64_t) {
    Order order{std::unique_lock(kernelMutex_), deadline, 0};
    order.epoch = epoch_.load(std::memory_order_acquire);
    collectLate();
    return attempt(order);
  });
}

} // namespace ring::runtime::cuda

#endif // RINGKERNEL_RUNTIME_BACKEND_CUDA_RESIDENT_H

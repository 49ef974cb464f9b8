// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Opening, ending, draining; spawning is in ResidentActors.cpp, messages are in ResidentSends.cpp
// and ResidentReplies.cpp, kernels beside the resident one in ResidentWork.cpp.
#include "runtime/backend/cuda/Resident.h"
#include "runtime/core/Threads.h"

#include <string>

namespace ring::runtime::cuda {

namespace {
/// RuntimeOptions::spillBytes is a worker's of the CPU; a GPU's pool is one for all its shards.
constexpr std::uint64_t kSpillers = 4;

/// What a kernel gets to leave the GPU once its time to drain is over.
detail::Deadline leaveDeadline() { return detail::deadlineAfter(std::chrono::seconds(1)); }
} // namespace

std::optional<std::uint32_t> StatePlaces::take(std::uint32_t bytes) {
  const std::uint32_t units = std::max(1u, (bytes + 15) / 16);
  if (auto& same = free_[units]; !same.empty()) {
    const std::uint32_t place = same.back();
    same.pop_back();
    return place;
  }
  if (units > units_ - next_)
    return std::nullopt;
  const auto place = static_cast<std::uint32_t>(next_);
  next_ += units;
  return place;
}

void StatePlaces::giveBack(std::uint32_t place, std::uint32_t bytes) {
  free_[std::max(1u, (bytes + 15) / 16)].push_back(place);
}

/// Entries for every shard to hold its share of maxActors, and for few actors of any scope.
std::uint32_t Resident::capacityFor(const RuntimeOptions& options, const Placement& placement) {
  const std::uint32_t warps = placement.warpShards();
  return std::max((options.maxActors + warps - 1) / warps, 64u) * placement.shards();
}

Resident::Resident(const RuntimeOptions& options, std::shared_ptr<Gpu> gpu,
                   std::unique_ptr<StreamedDevice> device, const Placement& placement,
                   std::optional<Sole> sole, std::int64_t firstLap, std::shared_ptr<Bell> bell)
    : CoreBase(options, capacityFor(options, placement), placement.shards(), States::Elsewhere,
               abi::kMaxClients),
      sole_(std::move(sole)), gpu_(std::move(gpu)), device_(std::move(device)),
      description_("cuda (" + gpu_->description() + ")"), ofShards_(placement.shards()),
      kernel_(gpu_, capacityFor(options, placement), options.stateBytes,
              kSpillers * options.spillBytes, firstLap),
      places_(options.stateBytes), placeOf_(directory_.capacity()),
      handles_(std::make_shared<StreamHandles>(gpu_)), bell_(std::move(bell)) {
  modules_.emplace(*device_, ShaderLanguage::Cuda, registry_);
  memory_.emplace(*device_);
  taken_.emplace_back();
}

Result<std::shared_ptr<Gpu>> Resident::openGpu(const std::shared_ptr<Bell>& bell) {
  return bell ? Gpu::openApart([bell] { bell->ring(&Bell::isLost); }) : Gpu::open();
}

Result<std::shared_ptr<detail::RuntimeCore>> Resident::openAt(const RuntimeOptions& options,
                                                              std::int64_t firstLap) {
  std::shared_ptr<Bell> bell;
  if (options.isolation == Isolation::Process)
    bell = std::make_shared<Bell>();
  // A process apart has a context of its own.
  std::optional<Sole> sole = bell ? std::nullopt : Sole::claim();
  if (!bell && !sole)
    return Status(
        StatusCode::Exhausted,
        "another runtime of this process has the GPU, which serves one at a time; destroy "
        "that one first");
  Result<std::shared_ptr<Gpu>> gpu = openGpu(bell);
  if (!gpu)
    return gpu.status();
  Result<std::unique_ptr<StreamedDevice>> device = openDevice(*gpu);
  if (!device)
    return device.status();
  std::shared_ptr<Resident> made(new Resident(options, *gpu, std::move(*device),
                                              ResidentKernel::placementOn(**gpu), std::move(sole),
                                              firstLap, std::move(bell)));
  if (Status status = made->kernel_.open(); !status)
    return status;
  made->pieces_.begin(made->kernel_.staging());
  if (made->bell_) {
    made->hasKeeper_ = true;
    if (Status status = startThread(made->keeper_, "whoever looks after the GPU's process",
                                    [&resident = *made] { resident.keep(); });
        !status) {
      made->hasKeeper_ = false;
      return status;
    }
  }
  return std::shared_ptr<detail::RuntimeCore>(std::move(made));
}

Resident::~Resident() {
  Status ignored = stop(detail::Deadline::max());
  static_cast<void>(ignored);
  endKeeper();
  if (!kernel_.isRunning())
    freeAll();
}

std::string Resident::backendName() const { return description_; }

Status Resident::brokenStatus() {
  std::lock_guard lock(endMutex_);
  return broken_ ? *broken_ : Status::ok();
}

/// Nothing will come from the device any more: who waits is told. A GPU that is lost with its
/// process is the keeper's to replace.
void Resident::breakWith(const Status& status) {
  if (!bell_ || status.code() != StatusCode::DeviceLost)
    giveUp(status);
}

void Resident::giveUp(const Status& status) {
  {
    std::lock_guard lock(endMutex_);
    if (!broken_)
      broken_ = status;
  }
  recovered_.notify_all();
  if (status.code() == StatusCode::DeviceLost)
    kernel_.forget(); // so that sends look, and are refused
  static_cast<void>(mailbox_.resolveAll(status).empty());
}

/// Looks whether the kernel still runs. With kernelMutex_.
Status Resident::checkKernel() {
  Status status = bell_ ? gpu_->lost() : Status::ok();
  if (status)
    status = kernel_.check();
  if (!status)
    breakWith(status);
  return status;
}

/// Whether two looks at the counters, which are no snapshot, say the same and every reply was
/// taken: then nothing is under way on the device. With kernelMutex_.
bool Resident::isStill(std::uint64_t& done, std::uint64_t& sent) {
  Status failed = Status::ok();
  const auto look = [&] {
    const Result<abi::ResidentCounters> now = kernel_.counters();
    if (now)
      return std::array{now->handled + now->deadLetters, now->sent, now->replies};
    failed = now.status();
    return std::array<std::uint64_t, 3>{};
  };
  const auto first = look();
  const auto second = look();
  if (!failed) {
    if (failed.code() != StatusCode::Timeout) // else a handler takes its time
      breakWith(failed);
    return false;
  }
  done = first[0];
  sent = first[1];
  const Taken& taken = taken_.back();
  return first == second && first[2] == taken.replies.load(std::memory_order_acquire) +
                                            taken.outcomes.load(std::memory_order_acquire);
}

bool Resident::isQuiescent() {
  std::uint64_t done = 0, sent = 0;
  std::lock_guard kernel(kernelMutex_); // until clients are counted: of one GPU, as in statistics()
  if (!kernel_.isLoaded())
    return true; // there never was an actor, or open() failed
  if (!isStill(done, sent))
    return false;
  for (Client& client : clients_) {
    std::lock_guard lock(client.writing);
    sent += client.sent;
  }
  return done == sent;
}

Status Resident::drain() {
  if (Status status = notParkedHere(); !status)
    return status;
  const auto done = [&] { return !brokenStatus() || isQuiescent(); };
  pumpUntil(done, detail::Deadline::max(), std::chrono::milliseconds(1));
  return brokenStatus();
}

Status Resident::stop(detail::Deadline deadline) {
  std::lock_guard lock(stopMutex_);
  if (stopped_.load(std::memory_order_acquire))
    return Status::ok();
  closed_.store(true, std::memory_order_release);
  const bool drained = pumpUntil([&] { return !brokenStatus() || isQuiescent(); }, deadline,
                                 std::chrono::milliseconds(1));
  Status parked = Status::ok();
  endKeeper();
  {
    std::lock_guard kernel(kernelMutex_);
    if (brokenStatus())
      parked =
          kernel_.park(drained ? detail::Deadline::max() : std::max(deadline, leaveDeadline()));
    // A handler that keeps it ends with its process.
    if (bell_ && parked.code() == StatusCode::Timeout)
      gpu_->process()->kill("a handler did not return when the runtime was stopped");
    if (bell_ && drained && parked.code() == StatusCode::DeviceLost)
      parked = Status::ok(); // all was handled, and it is over anyway
  }
  pump();
  stopped_.store(true, std::memory_order_release);
  mailbox_.resolveAll(StatusCode::Closed);
  if (Status status = brokenStatus(); !status)
    return status;
  if (!parked && parked.code() != StatusCode::Timeout)
    return parked;
  if (!drained || !parked)
    return Status(StatusCode::Timeout,
                  "not all messages were handled in time; the rest are dead letters");
  return Status::ok();
}

Statistics Resident::statistics() {
  abi::ResidentCounters device{};
  Statistics counts;
  {
    // One lock for all: else a GPU is replaced between, and what clients sent is in `before_` too
    // or in neither.
    std::lock_guard kernel(kernelMutex_);
    if (const Result<abi::ResidentCounters> now = kernel_.counters())
      device = *now;
    counts = before_;
    for (const Taken& taken : taken_)
      counts.replies += taken.replies.load(std::memory_order_acquire);
    for (Client& client : clients_) {
      std::lock_guard lock(client.writing);
      counts.sent += client.sent;
    }
  }
  counts.sent += device.sent;
  counts.handled += device.handled;
  counts.deadLetters += device.deadLetters;
  counts.failed += device.failed;
  counts.stopped += device.stopped;
  counts.spilled += device.spilled;
  counts.dropped += device.dropped;
  counts.recoveries = epoch_.load(std::memory_order_acquire);
  counts.spawned = spawned_.load(std::memory_order_relaxed);
  counts.killed = killed_.load(std::memory_order_relaxed);
  counts.restarted = restarted_.load(std::memory_order_relaxed);
  if (stopped_.load(std::memory_order_acquire) &&
      counts.sent > counts.handled + counts.deadLetters + counts.lost)
    counts.deadLetters =
        counts.sent - counts.handled - counts.lost; // what stop() left in the rings
  return counts;
}

Result<Health> Resident::health(std::chrono::nanoseconds limit) {
  return surviving([&](std::uint64_t) -> Result<Health> {
    // Where another thread has the kernel, that one finds out whether it died.
    if (std::unique_lock kernel(kernelMutex_, std::try_to_lock); kernel)
      static_cast<void>(checkKernel().isOk());
    if (Status status = brokenStatus(); !status)
      return status;
    const Result<std::vector<std::uint32_t>> silent = kernel_.silentShards(limit);
    if (!silent)
      return silent.status();
    Health health{kernel_.placement().shards(), {}};
    for (const std::uint32_t shard : *silent)
      health.stuck.push_back({shard, std::nullopt});
    return health;
  });
}

} // namespace ring::runtime::cuda

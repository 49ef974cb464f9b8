// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Memory is laid out here and nowhere else. While the kernel runs, only copies on our own stream
// and plain accesses to pinned memory touch the driver: whatever may wait for the whole device
// (allocating, freeing, loading) happens while it is parked.
#include "runtime/backend/cuda/ResidentKernel.h"

#include "runtime/backend/cuda/WideAccess.h"
#include "runtime/core/Threads.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <vector>

namespace ring::runtime::cuda {

namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kMaxBlockShards = 16;
constexpr std::uint32_t kThreads = abi::kWarpsPerBlock * 32;
constexpr std::uint32_t kCluster = 2; ///< blocks of a cluster, a power of two
constexpr int kClusterCapability = 90;
constexpr std::uint64_t kBeatLimitNs = 5000000000;
constexpr std::uint64_t kStagingBytes = 1 << 20;

// Words in pinned memory, each on a line of its own: the host's, then credits, then what lanes have
// read.
constexpr std::size_t creditOffset(std::uint32_t client) {
  return 128 + client * sizeof(abi::ReplyCredit);
}
constexpr std::size_t readOffset(std::uint32_t laneOfAll) {
  return creditOffset(abi::kMaxClients) + laneOfAll * sizeof(abi::CommandsRead);
}
constexpr std::size_t kWordsBytes = readOffset(abi::kMaxClients * abi::kMaxLanes);

} // namespace

Placement ResidentKernel::placementOn(const Gpu& gpu) {
  const std::uint32_t chips = gpu.multiprocessors();
  const std::uint32_t blockShards =
      chips < 2 ? 0 : std::min(kMaxBlockShards, std::max(1u, chips / 8));
  // Its own variables, and those of Warp and Block actors' handlers.
  constexpr std::uint32_t kVariables = 8 * 1024;
  return {chips - blockShards, blockShards,
          std::min(kSharedOfBlock,
                   gpu.sharedBytesOfBlock() - std::min(kVariables, gpu.sharedBytesOfBlock()))};
}

ResidentKernel::ResidentKernel(std::shared_ptr<Gpu> gpu, std::uint32_t actors,
                               std::uint64_t stateBytes, std::uint64_t spillBytes,
                               std::int64_t firstLap)
    : gpu_(std::move(gpu)), api_(gpu_->api()), actors_(actors), stateBytes_(stateBytes),
      spillBytes_(spillBytes), firstLap_(firstLap), placement_(placementOn(*gpu_)) {}

ResidentKernel::~ResidentKernel() {
  if (!gpu_->process()) // else the kernel ends with that
    static_cast<void>(park().isOk());
  {
    std::lock_guard lock(wordMutex_);
    isEnding_ = true;
  }
  ended_.notify_all();
  if (heart_.joinable())
    heart_.join();
  if (!gpu_->enterToFree())
    return;
  unload(image_);
  for (StreamImpl* stream : {stream_, copies_})
    if (stream)
      api_.StreamDestroy(stream);
}

Status ResidentKernel::open() {
  if (!hasWideAccess())
    return {StatusCode::Unsupported,
            "this processor has no 16-byte access (AVX, LSE2) for the rings to the GPU"};
  if (!gpu_->hasCooperativeLaunch())
    return {StatusCode::Unsupported,
            "the GPU has no cooperative launch, which the resident kernel needs; take another "
            "`RuntimeOptions::backend`"};
  if (Status status = makeMemory(); !status)
    return status;
  return startThread(heart_, "the resident kernel's beat", [this] { beat(); });
}

Status ResidentKernel::reopen(std::shared_ptr<Gpu> gpu) {
  // Who asks for signs of life or tells the host's word waits.
  std::lock_guard hearing(heardMutex_);
  std::lock_guard word(wordMutex_);
  forget();
  image_ = Image(); // it and the streams went down with their GPU
  stream_ = copies_ = nullptr;
  made_ = Rings();
  for (GpuMemory* memory :
       {&told_, &directory_, &states_, &rings_, &records_, &counters_, &words_, &staging_, &heard_})
    *memory = GpuMemory();
  gpu_ = std::move(gpu);
  api_ = gpu_->api();
  return makeMemory();
}

Status ResidentKernel::writeActors(std::span<const abi::ResidentEntry> directory,
                                   std::span<const std::byte> states) {
  if (Status status = upload(directory_.address(), directory.data(), directory.size_bytes(),
                             "cannot write the directory");
      !status)
    return status;
  return states.empty() ? Status::ok()
                        : upload(states_.address(), states.data(), states.size_bytes(),
                                 "cannot write actors' states");
}

Status ResidentKernel::makeMemory() {
  if (Status status = gpu_->enter(); !status)
    return status;
  for (StreamImpl** stream : {&stream_, &copies_})
    if (Status status =
            gpu_->check("cannot make a CUDA stream", api_.StreamCreate(stream, kStreamNonBlocking));
        !status)
      return status;
  using Kind = GpuMemory::Kind;
  const std::uint32_t shards = placement_.shards();
  const struct {
    GpuMemory& memory;
    Kind kind;
    std::uint64_t bytes;
    const char* what;
  } pieces[] = {
      {told_, Kind::Device, sizeof(abi::Told), "the host's word"},
      {directory_, Kind::Device, actors_ * sizeof(abi::ResidentEntry), "the directory of actors"},
      {states_, Kind::Device, stateBytes_, "actors' states (`RuntimeOptions::stateBytes`)"},
      {rings_, Kind::Device, (shards + abi::kMaxClients) * sizeof(abi::ResidentRing), "rings"},
      {records_, Kind::Device, shards * sizeof(abi::ResidentShard), "shards"},
      {counters_, Kind::Pinned, shards * sizeof(abi::ResidentShard), "counters"},
      {heard_, Kind::Pinned, shards * sizeof(abi::ResidentShard), "signs of life"},
      {words_, Kind::Pinned, kWordsBytes, "words shared with the GPU"},
      {staging_, Kind::Pinned, kStagingBytes, "images of states"},
  };
  for (const auto& piece : pieces) {
    Result<GpuMemory> made = GpuMemory::allocate(gpu_, piece.kind, piece.bytes, piece.what);
    if (!made)
      return made.status();
    piece.memory = std::move(*made);
  }
  return Status::ok();
}

bool ResidentKernel::outgrows(const Program& program) const {
  return !isLoaded() || program.slotChunks > program_.slotChunks ||
         program.maxSends > program_.maxSends;
}

Status ResidentKernel::upload(DevicePointer to, const void* from, std::uint64_t bytes,
                              const char* what) {
  if (Status status = gpu_->check(what, api_.MemcpyHtoDAsync(to, from, bytes, copies_)); !status)
    return status;
  return gpu_->check(what, api_.StreamSynchronize(copies_));
}

Result<std::vector<char>> ResidentKernel::compile(const Program& program) const {
  Result<std::vector<char>> cubin =
      cuda::compile(program.source, gpu_->capability(), programHeaders());
  if (cubin)
    return cubin;
  const StatusCode code = cubin.status().code();
  return Status(code == StatusCode::InvalidArgument ? StatusCode::Internal : code,
                "cannot compile the resident kernel: " + cubin.status().message());
}

Status ResidentKernel::load(Program program, const std::vector<char>& cubin) {
  if (Status status = gpu_->enter(); !status)
    return status;
  Result<Image> image = makeImage(program, cubin);
  if (!image)
    return image.status();
  if (outgrows(program)) {
    Result<Rings> made = makeRings(program);
    if (!made) {
      unload(*image);
      return made.status();
    }
    // From here on the rings before are of no use: without records there is no program.
    unload(image_);
    made_ = std::move(*made);
    if (Status status = clearRecords(program); !status) {
      unload(*image);
      return status;
    }
  }
  unload(image_);
  image_ = *image;
  program_ = std::move(program);
  return Status::ok();
}

void ResidentKernel::unload(Image& image) {
  if (image.module)
    api_.ModuleUnload(image.module);
  image = Image();
}

Result<ResidentKernel::Image> ResidentKernel::makeImage(const Program& program,
                                                        const std::vector<char>& cubin) {
  Image image;
  if (Status status = gpu_->check("cannot load the resident kernel",
                                  api_.ModuleLoadData(&image.module, cubin.data()));
      !status)
    return status;
  if (Status status = findFunction(image, program); !status) {
    unload(image);
    return status;
  }
  return image;
}

/// All blocks must be on the chip at once: asked here, with the numbers and the culprit.
Status ResidentKernel::findFunction(Image& image, const Program& program) {
  if (Status status =
          gpu_->check("no resident kernel in its own module",
                      api_.ModuleGetFunction(&image.function, image.module, "ring_resident"));
      !status)
    return status;
  std::size_t tableBytes = 0;
  if (Status status =
          gpu_->check("the resident kernel's table",
                      api_.ModuleGetGlobal(&image.table, &tableBytes, image.module, "ring_table"));
      !status)
    return status;
  if (tableBytes != sizeof(abi::ResidentTable))
    return {StatusCode::Internal, "the resident kernel's table has " + std::to_string(tableBytes) +
                                      " bytes on the device and " +
                                      std::to_string(sizeof(abi::ResidentTable)) + " here"};
  if (Status status = gpu_->check("the resident kernel's shared memory",
                                  api_.FuncSetAttribute(image.function,
                                                        FunctionAttribute::MaxDynamicSharedBytes,
                                                        static_cast<int>(program.sharedBytes())));
      !status)
    return status;
  if (Status status = fit(image, program); !status)
    return status;
  return fitClusters(image, program);
}

Status ResidentKernel::fit(const Image& image, const Program& program) {
  int perChip = 0, registers = 0, fixedShared = 0;
  api_.FuncGetAttribute(&registers, FunctionAttribute::Registers, image.function);
  api_.FuncGetAttribute(&fixedShared, FunctionAttribute::SharedBytes, image.function);
  if (Status status = gpu_->check(
          "cannot ask for the occupancy",
          api_.OccupancyMaxActiveBlocks(&perChip, image.function, kThreads, program.sharedBytes()));
      !status)
    return status;
  if (perChip >= 1)
    return Status::ok();
  return {StatusCode::Exhausted,
          "the resident kernel does not fit: a block of " + std::to_string(kThreads) +
              " threads needs " + std::to_string(registers) + " registers a thread and " +
              std::to_string(program.sharedBytes() + static_cast<unsigned>(fixedShared)) +
              " bytes of shared memory; messages of " + std::to_string(program.slotBytes()) +
              " bytes a slot and block variables of Warp and Block actors decide that"};
}

namespace {

/// How the resident kernel is launched; `attributes` has two.
LaunchConfig launchOf(const Placement& placement, const Program& program, std::uint32_t cluster,
                      StreamImpl* stream, LaunchAttribute* attributes) {
  attributes[0] = {LaunchAttributeId::Cooperative, 0, {}};
  attributes[0].cooperative = 1;
  attributes[1] = {LaunchAttributeId::ClusterDimension, 0, {}};
  attributes[1].cluster[0] = cluster;
  attributes[1].cluster[1] = attributes[1].cluster[2] = 1;
  return {placement.blocks(),   1, 1, kThreads, 1, 1, program.sharedBytes(), stream, attributes,
          cluster > 1 ? 2u : 1u};
}

} // namespace

/// Near mailboxes reach as far as a cluster where the chip holds all blocks in clusters. That stays
/// as the first program found it: messages are under way by it.
Status ResidentKernel::fitClusters(const Image& image, const Program& program) {
  const bool isFirst = clusterBlocks_ == 0;
  if (isFirst) {
    const bool isEven =
        placement_.warpBlocks % kCluster == 0 && placement_.blocks() % kCluster == 0;
    clusterBlocks_ = gpu_->capability() >= kClusterCapability && isEven ? kCluster : 1;
  }
  if (clusterBlocks_ == 1)
    return Status::ok();
  LaunchAttribute attributes[2];
  const LaunchConfig config = launchOf(placement_, program, clusterBlocks_, stream_, attributes);
  int clusters = 0;
  if (Status status =
          gpu_->check("cannot ask for the occupancy of clusters",
                      api_.OccupancyMaxActiveClusters(&clusters, image.function, &config));
      !status)
    return status;
  if (static_cast<std::uint32_t>(clusters) * clusterBlocks_ >= placement_.blocks())
    return Status::ok();
  if (isFirst) {
    clusterBlocks_ = 1;
    return Status::ok();
  }
  return {StatusCode::Exhausted,
          "the resident kernel does not fit: the GPU holds " + std::to_string(clusters) +
              " clusters of " + std::to_string(clusterBlocks_) + " of its blocks and " +
              std::to_string(placement_.blocks() / clusterBlocks_) +
              " are needed, since the actors before this one run so; spawn it first"};
}

Result<ResidentKernel::Rings> ResidentKernel::makeRings(const Program& program) {
  Rings rings;
  using Kind = GpuMemory::Kind;
  const std::uint64_t shards = placement_.shards();
  Result<WaitingPool> waiting = WaitingPool::make(
      gpu_, program, WaitingLayout::of(program, placement_.shards(), spillBytes_));
  if (!waiting)
    return waiting.status();
  rings.waiting = std::move(*waiting);
  const std::string outboxWhat = "outboxes" + program.culprit();
  const struct {
    GpuMemory& memory;
    Kind kind;
    std::uint64_t bytes;
    const char* what;
  } pieces[] = {
      {rings.slots, Kind::Device, shards * program.mailboxSlots() * program.slotBytes(),
       "mailboxes"},
      {rings.outboxes, Kind::Device, shards * 32 * program.maxSends * program.streamWords() * 4,
       outboxWhat.c_str()},
      {rings.near, Kind::Device,
       std::uint64_t(placement_.warpShards()) * program.nearSlots() * program.slotBytes(),
       "near mailboxes of a parked kernel"},
      {rings.clients, Kind::Pinned,
       std::uint64_t(placement_.clients()) *
           (placement_.lanes() * program.laneStride() * sizeof(abi::Chunk) +
            (program.ownSlots() + program.sharedSlots()) * program.slotBytes()),
       "rings of clients"},
  };
  for (const auto& piece : pieces) {
    Result<GpuMemory> made = GpuMemory::allocate(gpu_, piece.kind, piece.bytes, piece.what);
    if (!made)
      return made.status();
    piece.memory = std::move(*made);
  }
  return rings;
}

/// Rings begin anew: no ticket is taken, nothing was read, and nothing may be written before its
/// reader says so.
Status ResidentKernel::clearRecords(const Program& program) {
  const std::uint64_t shards = placement_.shards();
  std::vector<abi::ResidentRing> rings(shards + abi::kMaxClients);
  for (std::size_t i = 0; i < rings.size(); ++i)
    rings[i].ticket = rings[i].limit =
        firstTicket(i < shards ? program.mailboxSlots() : program.sharedSlots());
  if (Status status = upload(rings_.address(), rings.data(), rings_.bytes(), "cannot clear rings");
      !status)
    return status;
  std::vector<abi::ResidentShard> records(shards);
  if (Status status = gpu_->check(
          "cannot read shards", api_.MemcpyDtoHAsync(records.data(), records_.address(),
                                                     shards * sizeof(abi::ResidentShard), copies_));
      !status)
    return status;
  if (Status status = gpu_->check("cannot read shards", api_.StreamSynchronize(copies_)); !status)
    return status;
  for (abi::ResidentShard& record : records) {
    record.read = firstTicket(program.mailboxSlots());
    record.commandsRead = firstTicket(program.laneSlots());
    record.ownTicket = firstTicket(program.ownSlots());
    record.nearRead = record.nearTicket =
        static_cast<std::uint32_t>(firstTicket(program.nearSlots()));
  }
  for (std::uint32_t client = 0; client < placement_.clients(); ++client)
    giveCredit(client, firstTicket(program.ownSlots()), firstTicket(program.sharedSlots()));
  for (std::uint32_t lane = 0; lane < abi::kMaxClients * abi::kMaxLanes; ++lane)
    reinterpret_cast<abi::CommandsRead*>(words_.host<std::byte>() + readOffset(lane))->ticket =
        firstTicket(program.laneSlots());
  const WaitingPool& waiting = made_.waiting;
  const WaitingLayout::Beginning beginning = waiting.layout.begin(records, firstLap_);
  const abi::Told told{};
  const struct {
    const GpuMemory& to;
    const void* from;
    std::uint64_t bytes;
    const char* what;
  } pieces[] = {
      {records_, records.data(), shards * sizeof(abi::ResidentShard), "cannot write shards"},
      {waiting.links, beginning.links.data(), waiting.links.bytes(), "cannot write free blocks"},
      {waiting.queues, beginning.queues.data(), waiting.queues.bytes(), "cannot write queues"},
      {told_, &told, sizeof(told), "cannot write the host's word"},
  };
  for (const auto& piece : pieces)
    if (Status status = upload(piece.to.address(), piece.from, piece.bytes, piece.what); !status)
      return status;
  return Status::ok();
}

abi::ResidentTable ResidentKernel::table() const {
  abi::ResidentTable table{};
  auto* words = words_.device<std::byte>();
  table.host = reinterpret_cast<abi::HostWord*>(words);
  table.told = told_.device<abi::Told>();
  table.actors = actors_;
  table.queueBlocks = made_.waiting.layout.queueBlocks;
  table.manyHeld = made_.waiting.layout.manyHeld;
  table.beatLimitNs = kBeatLimitNs;
  table.directory = directory_.device<abi::ResidentEntry>();
  table.states = states_.device<std::uint8_t>();
  table.rings = rings_.device<abi::ResidentRing>();
  table.slots = made_.slots.device<abi::Chunk>();
  table.records = records_.device<abi::ResidentShard>();
  table.waiting = made_.waiting.messages.device<std::uint8_t>();
  table.heldKept = made_.waiting.layout.heldKept;
  table.freeBlocks = made_.waiting.links.device<std::uint64_t>();
  table.nextBlock = made_.waiting.links.device<std::uint32_t>() + WaitingLayout::kTopsBytes / 4;
  table.queues = made_.waiting.queues.device<std::uint32_t>();
  table.outboxes = made_.outboxes.device<std::uint32_t>();
  table.nearSaved = made_.near.device<abi::Chunk>();
  table.nearShards = program_.nearSlots() == 0 ? 0 : clusterBlocks_ * abi::kWarpsPerBlock;
  table.commands = made_.clients.device<abi::Chunk>();
  table.own = table.commands + ownAt(0);
  table.shared = table.commands + sharedAt(0);
  table.commandsRead = reinterpret_cast<abi::CommandsRead*>(words + readOffset(0));
  table.credit = reinterpret_cast<abi::ReplyCredit*>(words + creditOffset(0));
  return table;
}

Status ResidentKernel::launch() {
  if (isRunning())
    return Status::ok();
  if (Status status = gpu_->enter(); !status)
    return status;
  if (!isLoaded())
    return {StatusCode::Internal, "the resident kernel's program could not be loaded"};
  {
    std::lock_guard lock(wordMutex_);
    mode_ = abi::kModeRun;
    writeHostWord();
    // In front of the kernel in its own stream: two waits for the GPU less, and it is not awake yet
    // where it was parked for long. What is written stays until the next launch.
    const auto write = [&](DevicePointer to, const void* from, std::size_t bytes,
                           const char* what) {
      return gpu_->check(what, api_.MemcpyHtoDAsync(to, from, bytes, stream_));
    };
    written_.table = table();
    written_.told = {
        static_cast<std::uint16_t>(mode_), static_cast<std::uint16_t>(clients_), counts_, {}, 0};
    if (Status status =
            write(image_.table, &written_.table, sizeof(written_.table), "cannot write the table");
        !status)
      return status;
    // How many messages are held stays.
    if (Status status = write(told_.address(), &written_.told, offsetof(abi::Told, reserved),
                              "cannot write the host's word");
        !status)
      return status;
  }
  LaunchAttribute attributes[2];
  const LaunchConfig config = launchOf(placement_, program_, clusterBlocks_, stream_, attributes);
  if (Status status = gpu_->check("cannot launch the resident kernel",
                                  api_.LaunchKernelEx(&config, image_.function, {}, nullptr));
      !status)
    return status;
  running_.store(true, std::memory_order_release);
  return Status::ok();
}

Status ResidentKernel::park(std::chrono::steady_clock::time_point deadline) {
  if (!isRunning())
    return Status::ok();
  {
    std::lock_guard lock(wordMutex_);
    mode_ = abi::kModePark;
    writeHostWord();
  }
  return wait(deadline);
}

Status ResidentKernel::wait(std::chrono::steady_clock::time_point deadline) {
  using Clock = std::chrono::steady_clock;
  if (Status status = gpu_->enter(); !status)
    return status;
  // The driver waits without a limit, so it is only asked; it answers within microseconds.
  const Clock::time_point soon = Clock::now() + 1ms;
  while (deadline != Clock::time_point::max() && api_.StreamQuery(stream_) == CuResult::NotReady) {
    const Clock::time_point now = Clock::now();
    if (now >= deadline)
      return {StatusCode::Timeout,
              "the resident kernel does not leave the GPU: a handler does not return"};
    if (now < soon)
      std::this_thread::yield(); // it is about to
    else
      std::this_thread::sleep_for(50us);
  }
  Status status = gpu_->check("the resident kernel failed", api_.StreamSynchronize(stream_));
  running_.store(false, std::memory_order_release);
  return status;
}

Status ResidentKernel::check() {
  if (!isRunning())
    return Status::ok();
  if (Status status = gpu_->enter(); !status)
    return status;
  const CuResult result = api_.StreamQuery(stream_);
  if (result == CuResult::NotReady)
    return Status::ok();
  running_.store(false, std::memory_order_release);
  if (Status status = gpu_->check("the resident kernel failed", result); !status)
    return status;
  return launch(); // our beat was late, and it parked
}

void ResidentKernel::writeHostWord() {
  if (!words_.host<void>()) // between two GPUs
    return;
  storeWide(words_.host<std::byte>(), {{mode_, beats_, clients_, counts_}});
}

void ResidentKernel::useClients(std::uint32_t clients) {
  std::lock_guard lock(wordMutex_);
  if (clients <= clients_)
    return;
  clients_ = clients;
  writeHostWord();
}

void ResidentKernel::beat() {
  std::unique_lock lock(wordMutex_);
  while (!ended_.wait_for(lock, 500ms, [&] { return isEnding_; })) {
    ++beats_;
    writeHostWord();
  }
}

std::size_t ResidentKernel::laneAt(std::uint32_t client, std::uint32_t lane) const {
  return (std::size_t(client) * placement_.lanes() + lane) * program_.laneStride();
}
std::size_t ResidentKernel::ownAt(std::uint32_t client) const {
  return laneAt(placement_.clients(), 0) +
         std::size_t(client) * program_.ownSlots() * program_.slotChunks;
}
std::size_t ResidentKernel::sharedAt(std::uint32_t client) const {
  return ownAt(placement_.clients()) +
         std::size_t(client) * program_.sharedSlots() * program_.slotChunks;
}

CommandWriter ResidentKernel::makeWriter(std::uint32_t client, std::uint32_t lane) const {
  auto* read = words_.host<std::byte>() + readOffset(client * placement_.lanes() + lane);
  return {made_.clients.host<abi::Chunk>() + laneAt(client, lane), program_.laneSlots(),
          reinterpret_cast<std::uint64_t*>(read), program_.slotChunks,
          firstTicket(program_.laneSlots())};
}
ReplyReader ResidentKernel::makeOwnReader(std::uint32_t client) const {
  return {made_.clients.host<abi::Chunk>() + ownAt(client), program_.ownSlots(),
          program_.slotChunks, firstTicket(program_.ownSlots())};
}
ReplyReader ResidentKernel::makeSharedReader(std::uint32_t client) const {
  return {made_.clients.host<abi::Chunk>() + sharedAt(client), program_.sharedSlots(),
          program_.slotChunks, firstTicket(program_.sharedSlots())};
}

void ResidentKernel::giveCredit(std::uint32_t client, std::uint64_t own, std::uint64_t shared) {
  // One access: the device sees both or neither. What was read before is read (x86 keeps the
  // order of loads and stores, AArch64 needs the fence).
  std::atomic_thread_fence(std::memory_order_release);
  storeWide(words_.host<std::byte>() + creditOffset(client),
            {{static_cast<std::uint32_t>(own), static_cast<std::uint32_t>(own >> 32),
              static_cast<std::uint32_t>(shared), static_cast<std::uint32_t>(shared >> 32)}});
}

Status ResidentKernel::readState(std::uint32_t place, std::span<std::byte> state) {
  if (Status status = gpu_->enter(); !status)
    return status;
  if (Status status = gpu_->check(
          "cannot read a state",
          api_.MemcpyDtoHAsync(state.data(), states_.address() + place * std::uint64_t(16),
                               state.size(), copies_));
      !status)
    return status;
  return gpu_->check("cannot read a state", api_.StreamSynchronize(copies_));
}

} // namespace ring::runtime::cuda

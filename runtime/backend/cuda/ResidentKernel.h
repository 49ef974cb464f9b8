// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The resident kernel as a thing that runs: its memory, launching it so that all of it is on the
// chip at once, parking it and going on. Knows rings and records, no actors. One thread at a time,
// but for what is said otherwise.
#ifndef RINGKERNEL_RUNTIME_BACKEND_CUDA_RESIDENTKERNEL_H
#define RINGKERNEL_RUNTIME_BACKEND_CUDA_RESIDENTKERNEL_H

#include "runtime/backend/cuda/GpuMemory.h"
#include "runtime/backend/cuda/HostRing.h"
#include "runtime/backend/cuda/Program.h"
#include "runtime/backend/cuda/WaitingPool.h"

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace ring::runtime::cuda {

class ResidentKernel {
public:
  /// One block a multiprocessor, an eighth of them (at most 16) for Block actors.
  static Placement placementOn(const Gpu& gpu);

  /// Rings begin as if they had been around `firstLap` times, or that many laps before their
  /// tickets wrap where it is negative.
  ResidentKernel(std::shared_ptr<Gpu> gpu, std::uint32_t actors, std::uint64_t stateBytes,
                 std::uint64_t spillBytes, std::int64_t firstLap);
  ~ResidentKernel();

  /// Streams and what does not depend on the program.
  Status open();
  const Placement& placement() const { return placement_; }
  /// Once the GPU is lost and nobody uses its rings any more: open() on another one, with no
  /// program.
  Status reopen(std::shared_ptr<Gpu> gpu);
  /// Of a loaded program that does not run: all actors at once. `states`: the arena from its start.
  Status writeActors(std::span<const abi::ResidentEntry> directory,
                     std::span<const std::byte> states);
  /// The kernel is gone with its GPU.
  void forget() { running_.store(false, std::memory_order_release); }
  /// The sum of what shards told when they were last asked, once the GPU is lost: the next call
  /// finds nothing, also where no other GPU was opened between.
  abi::ResidentCounters takeLastCounters();

  /// Touches no driver: the kernel may run meanwhile. Internal with the compiler's log.
  Result<std::vector<char>> compile(const Program& program) const;
  /// Loads a program while the kernel is parked; one that cannot be loaded leaves the one before as
  /// it was. Rings are made anew where slots or outboxes get larger: they must be empty then.
  Status load(Program program, const std::vector<char>& cubin);
  bool isLoaded() const { return image_.function != nullptr; }
  const Program& program() const { return program_; }
  /// The next load() of this program makes new rings.
  bool outgrows(const Program& program) const;

  Status launch();
  /// The kernel leaves at its next batch; Ok when it has. Nothing is lost. Timeout where a handler
  /// keeps it: it leaves once that returns, and check() lets it go on.
  Status park(std::chrono::steady_clock::time_point deadline =
                  std::chrono::steady_clock::time_point::max());
  bool isRunning() const { return running_.load(std::memory_order_acquire); }
  /// DeviceLost where the kernel died; goes on where it had parked by itself.
  Status check();

  /// Any thread: rings [0, clients) are looked at from now on.
  void useClients(std::uint32_t clients);
  CommandWriter makeWriter(std::uint32_t client, std::uint32_t lane) const;
  ReplyReader makeOwnReader(std::uint32_t client) const;
  ReplyReader makeSharedReader(std::uint32_t client) const;
  /// Any thread: how far the client's replies were read.
  void giveCredit(std::uint32_t client, std::uint64_t own, std::uint64_t shared);
  /// The sum of what each shard tells between two of its batches.
  Result<abi::ResidentCounters> counters();
  /// Any thread: shards that, asked now, tell nothing within `limit`; none where no kernel runs.
  /// Timeout where it is to park and does not.
  Result<std::vector<std::uint32_t>>
  silentShards(std::chrono::nanoseconds limit,
               std::chrono::nanoseconds pause = std::chrono::microseconds(20));
  /// Of a place in the arena, for the device.
  std::uint64_t addressOf(std::uint32_t place) const {
    return states_.address() + std::uint64_t(place) * 16;
  }
  /// Of a parked kernel: `place` in units of 16 bytes.
  Status readState(std::uint32_t place, std::span<std::byte> state);

  /// Pinned memory for images and states.
  const GpuMemory& staging() const { return staging_; }

private:
  /// The module of a program, on the device.
  struct Image {
    ModuleImpl* module = nullptr;
    FunctionImpl* function = nullptr;
    DevicePointer table = 0;
  };
  /// What is as large as the program's messages and sends.
  struct Rings {
    GpuMemory slots, outboxes, clients, near;
    WaitingPool waiting;
  };
  Result<Image> makeImage(const Program& program, const std::vector<char>& cubin);
  Status makeMemory();
  Status findFunction(Image& image, const Program& program);
  Status fit(const Image& image, const Program& program);
  Status fitClusters(const Image& image, const Program& program);
  Result<Rings> makeRings(const Program& program);
  Status clearRecords(const Program& program);
  std::uint64_t firstTicket(std::uint32_t slots) const {
    return static_cast<std::uint64_t>(firstLap_) * slots;
  }
  void unload(Image& image);
  Status upload(DevicePointer to, const void* from, std::uint64_t bytes, const char* what);
  abi::ResidentTable table() const;
  // A client's rings in made_.clients: all lanes, then all own and all shared reply rings.
  std::size_t laneAt(std::uint32_t client, std::uint32_t lane) const;
  std::size_t ownAt(std::uint32_t client) const;
  std::size_t sharedAt(std::uint32_t client) const;
  abi::ResidentCounters lastCounters() const;
  std::uint32_t askForCounters();
  Status copyRecords(const GpuMemory& to);
  std::vector<std::uint32_t> silentIn(const GpuMemory& records, std::uint32_t count) const;
  void writeHostWord();
  void beat();
  Status wait(std::chrono::steady_clock::time_point deadline);

  std::shared_ptr<Gpu> gpu_; ///< changed by reopen() alone
  DriverApi api_;
  const std::uint32_t actors_;
  const std::uint64_t stateBytes_, spillBytes_;
  const std::int64_t firstLap_;
  const Placement placement_;
  std::uint32_t clusterBlocks_ = 0; ///< that share near mailboxes; 0 before the first program
  StreamImpl* stream_ = nullptr;    ///< the kernel's
  StreamImpl* copies_ = nullptr;
  Image image_;
  struct {
    abi::ResidentTable table;
    abi::Told told;
  } written_{}; ///< in front of the last launch
  Rings made_;
  Program program_;
  GpuMemory told_, directory_, states_, rings_, records_, counters_, words_, staging_;
  std::mutex heardMutex_; ///< heard_: what silentShards() reads
  GpuMemory heard_;
  std::atomic<bool> running_{false};

  std::mutex wordMutex_; // what the host tells: mode, beat, clients
  std::uint32_t mode_ = abi::kModeRun, beats_ = 0, clients_ = 0, counts_ = 0;
  std::condition_variable ended_;
  bool isEnding_ = false;
  std::thread heart_;
};

} // namespace ring::runtime::cuda

#endif // RINGKERNEL_RUNTIME_BACKEND_CUDA_RESIDENTKERNEL_H

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the shards of the resident kernel tell of themselves between two batches: their counters,
// and by telling them that their handlers return. The host asks by a number in its word; nobody
// waits on the device.
#include "runtime/backend/cuda/ResidentKernel.h"

#include <chrono>

namespace ring::runtime::cuda {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::microseconds kCountPause = 20us;  ///< about what they need when idle
constexpr std::chrono::milliseconds kCountLimit = 100ms; ///< for all shards to tell their counters

} // namespace

Status ResidentKernel::copyRecords(const GpuMemory& to) {
  const std::uint64_t bytes = placement_.shards() * sizeof(abi::ResidentShard);
  if (Status status =
          gpu_->check("cannot read the counters",
                      api_.MemcpyDtoHAsync(to.host<void>(), records_.address(), bytes, copies_));
      !status)
    return status;
  return gpu_->check("cannot read the counters", api_.StreamSynchronize(copies_));
}

/// Shards that have not told anything since they were asked with `count`; others may have asked
/// after that.
std::vector<std::uint32_t> ResidentKernel::silentIn(const GpuMemory& records,
                                                    std::uint32_t count) const {
  std::vector<std::uint32_t> silent;
  for (std::uint32_t shard = 0; shard < placement_.shards(); ++shard) {
    const std::uint64_t counted = records.host<abi::ResidentShard>()[shard].counted;
    if (static_cast<std::int32_t>(static_cast<std::uint32_t>(counted) - count) < 0)
      silent.push_back(shard);
  }
  return silent;
}

std::uint32_t ResidentKernel::askForCounters() {
  std::lock_guard lock(wordMutex_);
  ++counts_;
  writeHostWord();
  return counts_;
}

Result<std::vector<std::uint32_t>> ResidentKernel::silentShards(std::chrono::nanoseconds limit,
                                                                std::chrono::nanoseconds pause) {
  std::lock_guard hearing(heardMutex_);
  if (Status status = gpu_->enter(); !status)
    return status;
  const auto begin = std::chrono::steady_clock::now();
  const std::uint32_t count = askForCounters();
  while (isRunning()) {
    const bool isLast = std::chrono::steady_clock::now() - begin >= limit;
    if (Status status = copyRecords(heard_); !status)
      return status;
    std::vector<std::uint32_t> silent = silentIn(heard_, count);
    if (silent.empty() || !isRunning())
      break;
    if (isLast) {
      std::lock_guard lock(wordMutex_);
      if (mode_ != abi::kModeRun) // shards that have left tell nothing either
        return Status(
            StatusCode::Timeout,
            "the resident kernel is to leave the GPU for a moment, and a handler keeps it");
      return silent;
    }
    std::this_thread::sleep_for(pause);
  }
  return std::vector<std::uint32_t>();
}

Result<abi::ResidentCounters> ResidentKernel::counters() {
  if (Status status = gpu_->enter(); !status)
    return status;
  const std::uint32_t count = askForCounters();
  // Shards answer by number. Once all have, the copy is taken again: of one record it is no
  // snapshot.
  const auto deadline = std::chrono::steady_clock::now() + kCountLimit;
  do {
    std::this_thread::sleep_for(kCountPause);
    if (std::chrono::steady_clock::now() > deadline)
      return Status(StatusCode::Timeout, "a handler on the GPU takes longer than " +
                                             std::to_string(kCountLimit.count()) + " ms");
    if (Status status = copyRecords(counters_); !status)
      return status;
    if (Status status = check(); !status)
      return status;
  } while (isRunning() && !silentIn(counters_, count).empty());
  if (Status status = copyRecords(counters_); !status)
    return status;
  return lastCounters();
}

abi::ResidentCounters ResidentKernel::takeLastCounters() {
  const abi::ResidentCounters sum = lastCounters();
  auto* records = counters_.host<abi::ResidentShard>();
  for (std::uint32_t i = 0; records && i < placement_.shards(); ++i)
    records[i].counters = {};
  return sum;
}

abi::ResidentCounters ResidentKernel::lastCounters() const {
  abi::ResidentCounters sum{};
  const auto* records = counters_.host<abi::ResidentShard>();
  for (std::uint32_t i = 0; records && i < placement_.shards(); ++i)
    sum.add(records[i].counters);
  return sum;
}

} // namespace ring::runtime::cuda

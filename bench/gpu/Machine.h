// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What NVML tells while a benchmark runs: power, energy, clocks, temperature, memory. Asks and
// never sets; what a machine does not tell is NaN, which JSON writes as null.
#ifndef RINGKERNEL_BENCH_GPU_MACHINE_H
#define RINGKERNEL_BENCH_GPU_MACHINE_H

#include "runtime/backend/cuda/Gpu.h"

#include <nlohmann/json.hpp>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace bench {

/// One look.
struct Reading {
  double seconds; ///< since the meter was made
  double watts, joules, smMhz, memoryMhz, celsius, usedMiB;
  unsigned long long throttleReasons;
};

class Meter {
public:
  /// Of that GPU. Where there is no NVML, a meter that tells nothing.
  explicit Meter(ring::runtime::cuda::Gpu& gpu);
  ~Meter();
  Meter(const Meter&) = delete;
  Meter& operator=(const Meter&) = delete;

  Reading read() const;
  /// Driver, clocks and their most, the power limit, the link.
  nlohmann::json describe() const;
  /// Mean watts between two looks: by energy where the GPU counts it, else the mean of the looks.
  static double wattsOver(const std::vector<Reading>& looks);

private:
  struct Functions;
  void* device_ = nullptr;
  std::unique_ptr<Functions> functions_;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

/// Looks at the meter every `period` until it goes.
class Watch {
public:
  Watch(const Meter& meter, std::chrono::milliseconds period);
  ~Watch() { stop(); }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  std::vector<Reading> stop();

private:
  std::atomic<bool> isOver_{false};
  std::vector<Reading> looks_;
  std::thread thread_;
};

nlohmann::json toJson(const Reading& reading);

} // namespace bench

#endif

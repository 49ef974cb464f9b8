// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Pins threads and measures the way between cores. Linux only.
#include "Placement.h"

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

namespace bench {

std::vector<int> availableCores() {
  cpu_set_t set;
  std::vector<int> cores;
  if (sched_getaffinity(0, sizeof(set), &set) == 0)
    for (int core = 0; core < CPU_SETSIZE; ++core)
      if (CPU_ISSET(core, &set))
        cores.push_back(core);
  return cores;
}

void onCores(const std::vector<int>& cores, const std::function<void(std::size_t)>& body) {
  std::vector<std::thread> threads;
  std::atomic<std::size_t> ready{0};
  for (std::size_t i = 0; i < cores.size(); ++i)
    threads.emplace_back([&, i] {
      cpu_set_t set;
      CPU_ZERO(&set);
      CPU_SET(cores[i], &set);
      pthread_setaffinity_np(pthread_self(), sizeof(set), &set);
      ready.fetch_add(1, std::memory_order_acq_rel);
      while (ready.load(std::memory_order_acquire) != cores.size())
        std::this_thread::yield();
      body(i);
    });
  for (std::thread& thread : threads)
    thread.join();
}

double pingPong(int coreA, int coreB, int turns) {
  struct alignas(128) Line {
    std::atomic<int> value{0};
  };
  Line there, back;
  std::chrono::duration<double, std::nano> taken{};
  onCores({coreA, coreB}, [&](std::size_t side) {
    Line& mine = side == 0 ? there : back;
    Line& other = side == 0 ? back : there;
    const auto start = std::chrono::steady_clock::now();
    for (int turn = 1; turn <= turns; ++turn) {
      if (side == 0)
        mine.value.store(turn, std::memory_order_release);
      while (other.value.load(std::memory_order_acquire) != turn) {
      }
      if (side == 1)
        mine.value.store(turn, std::memory_order_release);
    }
    if (side == 0)
      taken = std::chrono::steady_clock::now() - start;
  });
  return taken.count() / turns;
}

Placement choosePlacement(bool far) {
  Placement placement;
  placement.cores = availableCores();
  placement.name = far ? "far" : "near";
  if (placement.cores.size() < 2)
    return placement;
  // The first core against every other: distance is a matter of caches and dies, not of numbers.
  std::vector<std::pair<double, int>> distance;
  for (std::size_t i = 1; i < placement.cores.size(); ++i) {
    double best = 1e9;
    for (int attempt = 0; attempt < 3; ++attempt)
      best = std::min(best, pingPong(placement.cores[0], placement.cores[i], 5000));
    distance.emplace_back(best, placement.cores[i]);
  }
  std::sort(distance.begin(), distance.end());
  if (far)
    std::reverse(distance.begin(), distance.end());
  for (std::size_t i = 0; i < distance.size(); ++i)
    placement.cores[i + 1] = distance[i].second;
  placement.pairNs = distance.front().first;
  return placement;
}

void Backoff::yield() { std::this_thread::yield(); }

} // namespace bench

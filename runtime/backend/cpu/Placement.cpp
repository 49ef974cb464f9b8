// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Cores on Linux; elsewhere threads stay where the system puts them.
#include "runtime/backend/cpu/Placement.h"

#include <algorithm>
#include <thread>
#include <vector>

#if defined(__linux__)
#include <pthread.h>
#include <sched.h>
#endif

namespace ring::runtime::cpu {
namespace {

#if defined(__linux__)
/// The cores of the process's mask, as it was when the first runtime asked.
const std::vector<int>& allowedCores() {
  static const std::vector<int> cores = [] {
    std::vector<int> allowed;
    cpu_set_t mask;
    CPU_ZERO(&mask);
    if (sched_getaffinity(0, sizeof(mask), &mask) == 0)
      for (int core = 0; core < CPU_SETSIZE; ++core)
        if (CPU_ISSET(core, &mask))
          allowed.push_back(core);
    return allowed;
  }();
  return cores;
}
#endif

} // namespace

unsigned availableCores() {
#if defined(__linux__)
  if (!allowedCores().empty())
    return static_cast<unsigned>(allowedCores().size());
#endif
  return std::max(1u, std::thread::hardware_concurrency());
}

void pinThisThread(unsigned worker) {
#if defined(__linux__)
  const std::vector<int>& cores = allowedCores();
  if (cores.size() < 2)
    return;
  cpu_set_t mask;
  CPU_ZERO(&mask);
  CPU_SET(cores[(worker + 1) % cores.size()], &mask);
  pthread_setaffinity_np(pthread_self(), sizeof(mask), &mask);
#else
  static_cast<void>(worker);
#endif
}

} // namespace ring::runtime::cpu

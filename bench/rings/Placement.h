// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which cores a run uses, and how far apart they are: measured, since a virtual machine's cores
// move.
#ifndef RINGKERNEL_BENCH_RINGS_PLACEMENT_H
#define RINGKERNEL_BENCH_RINGS_PLACEMENT_H

#include <functional>
#include <string>
#include <vector>

namespace bench {

/// Runs `body` on a thread of its own on each of `cores`, all at once, and waits for them.
void onCores(const std::vector<int>& cores, const std::function<void(std::size_t)>& body);

/// Two threads that answer each other through two cache lines: nanoseconds there and back.
double pingPong(int coreA, int coreB, int turns);

/// Cores of this process for up to `count` threads: the first two are the closest pair, or with
/// `far` the most distant one.
struct Placement {
  std::vector<int> cores;
  double pairNs = 0; ///< there and back between the first two
  std::string name;
};
std::vector<int> availableCores();
Placement choosePlacement(bool far);

/// Waiting in a loop of try functions; yields where there are more threads than cores.
class Backoff {
public:
  void wait() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
    if (++count_ % kBeforeYield == 0)
      yield();
  }

private:
  static constexpr unsigned kBeforeYield = 4096;
  static void yield();
  unsigned count_ = 0;
};

} // namespace bench

#endif

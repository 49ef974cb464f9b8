// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs work in child processes: a crash or a hang of one item ends only the child.
#ifndef RINGKERNEL_TEST_FUZZ_WORKER_H
#define RINGKERNEL_TEST_FUZZ_WORKER_H

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace fuzz {

struct Failure {
  uint64_t item;
  std::string reason; ///< `signal 11`, `hang: no answer in 20 s`
};

struct Outcome {
  uint64_t accepted = 0;
  uint64_t refused = 0;
  std::vector<Failure> failures;
};

struct Limits {
  unsigned jobs;
  unsigned itemSeconds;
  uint64_t memoryBytes; ///< of one child
};

/// Calls `run` for each item in [0, count), each exactly once, in child processes; it gives true
/// where the item was accepted. A child that dies is replaced behind the item that killed it.
Outcome runAll(uint64_t count, const Limits& limits, const std::function<bool(uint64_t)>& run);

} // namespace fuzz

#endif

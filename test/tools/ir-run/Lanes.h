// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lanes of a group that take turns: exactly one runs at a time, until it meets the others at a
// barrier or ends. With the order of the turns given, a missing barrier shows every time.

#ifndef RINGKERNEL_TEST_TOOLS_IR_RUN_LANES_H
#define RINGKERNEL_TEST_TOOLS_IR_RUN_LANES_H

#include "test/tools/ir-run/Memory.h"

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>

namespace ring::test {

class Lanes {
public:
  Lanes(uint32_t count, bool reverse)
      : states_(count, State::Ready), turns_(count), reverse_(reverse) {}

  /// Runs `lane` once for each lane; returns when all have ended.
  void run(const std::function<void(uint32_t)>& lane);
  /// Called by a lane. A fault where another lane has ended.
  void meet(uint32_t lane);
  /// A variable that all lanes share.
  uint8_t* shared(const ir::Local* local);

private:
  enum class State : uint8_t { Ready, Waiting, Ended };

  void handOver(State state, uint32_t lane);
  void awaitTurn(std::unique_lock<std::mutex>& lock, uint32_t lane);
  uint32_t next() const;

  std::vector<State> states_;
  std::vector<std::condition_variable> turns_; ///< one a lane
  bool reverse_;
  std::mutex mutex_;
  uint32_t current_ = 0;
  std::map<const ir::Local*, Bytes> shared_;
};

} // namespace ring::test

#endif // RINGKERNEL_TEST_TOOLS_IR_RUN_LANES_H

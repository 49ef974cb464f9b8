// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A line on stderr that grows while a long run works. Silent where stderr is not a terminal.
#ifndef RINGKERNEL_EXAMPLES_COMMON_PROGRESS_H
#define RINGKERNEL_EXAMPLES_COMMON_PROGRESS_H

#include <chrono>
#include <cstdint>
#include <string>

namespace example {

class Progress {
public:
  /// `total` is in `unit`s, e.g. "rows".
  Progress(std::string what, std::uint64_t total, std::string unit);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  /// Clears the line.
  ~Progress();
  /// `done` of the total; draws at most ten times a second.
  void update(std::uint64_t done);

private:
  using Clock = std::chrono::steady_clock;
  std::string what_, unit_;
  std::uint64_t total_;
  bool shown_; ///< stderr is a terminal
  bool drawn_ = false;
  Clock::time_point start_, next_;
};

} // namespace example

#endif

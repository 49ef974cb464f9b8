// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs a program to its end or to a deadline and keeps what it wrote until then. Only the program
// itself is ended, not what it started.
#ifndef RINGKERNEL_TOOLS_RING_DOCTOR_PROCESS_H
#define RINGKERNEL_TOOLS_RING_DOCTOR_PROCESS_H

#include <chrono>
#include <string>
#include <vector>

namespace ring::tool {

struct Ended {
  enum class How { Exited, Signalled, TimedOut, NotStarted };
  How how = How::NotStarted;
  int code = 0; ///< exit code, signal, or errno where it was not started
  std::string output, errors;

  bool isFine() const { return how == How::Exited && code == 0; }
  /// `exited with code 3`, `was ended by signal 11 (Segmentation fault)`, ...
  std::string describe() const;
};

/// `command[0]` is a path. Output beyond 16 MiB is dropped.
Ended runProcess(const std::vector<std::string>& command, std::chrono::milliseconds limit);

} // namespace ring::tool

#endif // RINGKERNEL_TOOLS_RING_DOCTOR_PROCESS_H

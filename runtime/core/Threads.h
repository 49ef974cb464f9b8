// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Starting threads where the system may have none left: a status, not an exception, since nothing
// of the runtime throws. And numbers of threads, for what each of them has of its own.
#ifndef RINGKERNEL_RUNTIME_CORE_THREADS_H
#define RINGKERNEL_RUNTIME_CORE_THREADS_H

#include <ringkernel/status.h>

#include <cstdint>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

namespace ring::runtime {

/// Starts `run` as `thread`. Exhausted where the system starts no further thread; `what` is who
/// needs it.
template <class Run> Status startThread(std::thread& thread, const char* what, Run&& run) {
  try {
    thread = std::thread(std::forward<Run>(run));
  } catch (const std::system_error& error) {
    return {StatusCode::Exhausted, std::string("there is no thread for ") + what + ": " +
                                       error.what() +
                                       "; see `ulimit -u` and the limits of the control group"};
  }
  return Status::ok();
}

/// The calling thread's number: the lowest that no living thread had when it first asked.
std::uint32_t threadNumber();

} // namespace ring::runtime

#endif // RINGKERNEL_RUNTIME_CORE_THREADS_H

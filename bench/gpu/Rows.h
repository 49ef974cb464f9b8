// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What gpu-bench measures: each contestant of a group runs once a round, in turn, and gives the
// figures of that round; a group's first row is the raw limit or the peer that others are set
// against. The resident kernel takes every multiprocessor, so raw kernels run while there is none:
// each contestant that needs one starts a runtime of its own, outside what is timed.
#ifndef RINGKERNEL_BENCH_GPU_ROWS_H
#define RINGKERNEL_BENCH_GPU_ROWS_H

#include "test/tools/CudaKernels.h"

#include <ringkernel/runtime.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace bench {

using Clock = std::chrono::steady_clock;
inline double microsecondsSince(Clock::time_point begin) {
  return std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
}

struct Settings {
  ring::test::CudaKernels& kernels;
  double scale;     ///< part of the usual number of messages
  unsigned threads; ///< the most host threads
};

/// One round's figures of a row.
struct Figures {
  double value = 0; ///< the median, or the rate
  double p99 = 0;   ///< of times; 0: the row is a rate
  bool isRight = true;
};

struct Row {
  std::string name, definition;
  std::function<Figures()> run;
  std::vector<Figures> rounds = {};
};

struct Group {
  std::string name, unit; ///< `us`, smaller is better; `Mmsg/s`, larger is
  std::string target;     ///< of the ratio to the first row, for people
  std::vector<Row> rows;
};

std::vector<Group> roundTrips(const Settings& settings);
std::vector<Group> streams(const Settings& settings);
std::vector<Group> messages(const Settings& settings);
std::vector<Group> lives(const Settings& settings);
/// Streams in of a second each, for `seconds`: the rate of each, its spread, and the audit.
Group sustained(const Settings& settings, unsigned seconds);

/// A runtime on the GPU; ends the program where there is none.
ring::Runtime makeRuntime(std::uint32_t maxActors = 1u << 18);
/// Ends the program with `what` and the status, where that is no success.
void require(const char* what, const ring::Status& status);
template <class T> T require(const char* what, ring::Result<T> result) {
  require(what, result.status());
  return std::move(*result);
}
/// Starts `threads` threads that prepare, then go at once; gives the time from then until `after`
/// has returned.
template <class Prepare, class Run, class After>
double together(unsigned threads, Prepare prepare, Run run, After after) {
  std::atomic<unsigned> ready{0};
  std::atomic<bool> go{false};
  std::vector<std::thread> workers;
  for (unsigned t = 0; t < threads; ++t)
    workers.emplace_back([&, t] {
      prepare(t);
      ++ready;
      while (!go)
        ;
      run(t);
    });
  while (ready != threads)
    std::this_thread::yield();
  const auto begin = Clock::now();
  go = true;
  for (std::thread& worker : workers)
    worker.join();
  after();
  return microsecondsSince(begin);
}

/// Median and p99 of times.
Figures timesOf(std::vector<double> times, bool isRight = true);

} // namespace bench

#endif

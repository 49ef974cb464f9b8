// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What gpu-bench measures: each contestant of a group runs once a round, in turn, and gives the
// figures of that round; a group's first row is the raw limit or the peer that others are set
// against. The resident kernel takes every multiprocessor, so raw kernels run while there is none:
// each contestant that needs one starts a runtime of its own, outside what is timed.
#ifndef RINGKERNEL_BENCH_GPU_ROWS_H
#define RINGKERNEL_BENCH_GPU_ROWS_H

#include "bench/gpu/Driver.h"
#include "bench/gpu/Machine.h"

#include <ringkernel/runtime.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace bench {

using Clock = std::chrono::steady_clock;
inline double microsecondsSince(Clock::time_point begin) {
  return std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
}

struct Settings {
  ring::test::CudaKernels& kernels; ///< bench/transport/Kernels.cu
  ring::test::CudaKernels& limits;  ///< Limits.cu
  Driver& driver;
  Meter& meter;
  double scale;     ///< part of the usual number of messages
  unsigned threads; ///< the most host threads
  unsigned idle;    ///< seconds of idleness whose power is measured
  unsigned sustain; ///< seconds of the one long stream; 0: none
  std::function<bool(const std::string& group)> wants; ///< for what runs before it is added
};

/// The parts of all samples below the quantiles that are kept of times.
inline constexpr double kQuantiles[] = {0.01, 0.05, 0.1,  0.2,  0.3,  0.4,   0.5,   0.6, 0.7,
                                        0.8,  0.9,  0.95, 0.98, 0.99, 0.995, 0.999, 1};

/// One round's figures of a row.
struct Figures {
  double value = 0; ///< the median, or the rate
  double p99 = 0;   ///< of times; 0: the row is a rate
  bool isRight = true;
  std::uint64_t count = 0;            ///< times that were taken, or what the rate counts
  std::vector<double> quantiles = {}; ///< of times, at kQuantiles
  std::string remark = {};            ///< what explains the figure or why it is wrong
};

struct Row {
  std::string name, definition;
  std::function<Figures()> run;               ///< none: its rounds are there
  std::uint32_t userBytes = 0, wireBytes = 0; ///< of a message of a stream; 0: none is meant
  std::vector<Figures> rounds = {};
};

struct Group {
  std::string name, unit; ///< `us`, `ns` and `W`, smaller is better; rates, larger is
  std::string target;     ///< of the ratio to the first row, for people
  std::vector<Row> rows;
  std::string peer = {};   ///< the row that does without actors; ours is set against it
  int mostRounds = 1000;   ///< of what takes long
  nlohmann::json log = {}; ///< what was noted beside the figures
};

/// Groups are made one after another and go before the next comes: raw rings are large.
using Groups = std::function<void(Group&&)>;
using Maker = void (*)(const Settings& settings, const Groups& add);
/// Of this program, in the order in which they run.
std::vector<Maker> makers();

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

/// Median, p99 and quantiles of times.
Figures timesOf(std::vector<double> times, bool isRight = true);
/// Of `count` things in `microseconds`, millions a second.
inline Figures rateOf(double count, double microseconds, bool isRight) {
  return {count / microseconds, 0, isRight, std::uint64_t(count)};
}
/// Times `work(i)` for each i below `count`.
template <class Work> Figures timed(std::uint32_t count, Work&& work) {
  std::vector<double> times;
  times.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto begin = Clock::now();
    work(i);
    times.push_back(microsecondsSince(begin));
  }
  return timesOf(std::move(times));
}
/// The calling thread stays on one of the processors that it may use, the `which`th.
void pinThread(unsigned which);

} // namespace bench

#endif

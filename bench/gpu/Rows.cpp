// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What all rows need.
#include "Rows.h"

#include "Measurement.h"

#include <fmt/core.h>

#include <algorithm>
#include <pthread.h>
#include <sched.h>

namespace bench {

ring::Runtime makeRuntime(std::uint32_t maxActors) {
  ring::RuntimeOptions options;
  options.backend = ring::Backend::Cuda;
  options.maxActors = maxActors;
  return require("create", ring::Runtime::create(options));
}

void require(const char* what, const ring::Status& status) {
  if (status)
    return;
  fmt::print(stderr, "{}: {}\n", what, status.message());
  std::exit(1);
}

Figures timesOf(std::vector<double> times, bool isRight) {
  if (times.empty())
    return {0, 0, false};
  std::ranges::sort(times);
  Figures figures{quantile(times, 0.5), quantile(times, 0.99), isRight, times.size()};
  for (const double part : kQuantiles)
    figures.quantiles.push_back(quantile(times, part));
  return figures;
}

void pinThread(unsigned which) {
  cpu_set_t allowed, one;
  CPU_ZERO(&one);
  if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0)
    return;
  const auto count = unsigned(CPU_COUNT(&allowed));
  unsigned left = which % std::max(count, 1u);
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
    if (CPU_ISSET(cpu, &allowed) && left-- == 0) {
      CPU_SET(cpu, &one);
      // Where it is refused the thread runs as it did.
      static_cast<void>(pthread_setaffinity_np(pthread_self(), sizeof(one), &one));
      return;
    }
}

} // namespace bench

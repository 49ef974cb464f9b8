// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What every benchmark reports: times of interleaved runs as p50 and p99, ratios to the peers of
// the same run, and where it ran. Reports only; asserts nothing.
#ifndef RINGKERNEL_BENCH_MEASUREMENT_H
#define RINGKERNEL_BENCH_MEASUREMENT_H

#include <nlohmann/json.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace bench {

/// One thing that is timed, with a sentence that says what its time holds.
struct Contestant {
  std::string name;
  std::string definition;
  std::function<void()> run;
  std::vector<double> seconds = {}; ///< one a round, sorted by measure()
};

/// Runs all contestants in turn: one round to warm up, which does not count, then `rounds`.
void measure(std::vector<Contestant>& contestants, int rounds);

/// The value that `part` of the sorted `seconds` do not exceed.
double quantile(const std::vector<double>& seconds, double part);

/// Machine, compiler, commit; for each contestant p50, p99 and runs; for each but the first the
/// ratio of the first's p50 to its own.
nlohmann::json report(const std::string& title, const std::vector<Contestant>& contestants);

/// The same for people.
void print(const nlohmann::json& report);

} // namespace bench

#endif

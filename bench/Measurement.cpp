// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Timing and reporting. Assumes Linux: /proc/cpuinfo names the machine.
#include "Measurement.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <thread>

namespace bench {

namespace {

std::string processor() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);)
    if (line.starts_with("model name"))
      return line.substr(line.find(':') + 2);
  return "unknown";
}

nlohmann::json machine() {
  return {{"processor", processor()},
          {"cores", std::thread::hardware_concurrency()},
          {"compiler", RINGKERNEL_BENCH_COMPILER},
          {"flags", RINGKERNEL_BENCH_FLAGS},
          {"commit", RINGKERNEL_BENCH_COMMIT}};
}

} // namespace

void measure(std::vector<Contestant>& contestants, int rounds) {
  using Clock = std::chrono::steady_clock;
  for (int round = -1; round < rounds; ++round)
    for (Contestant& contestant : contestants) {
      const Clock::time_point start = Clock::now();
      contestant.run();
      const std::chrono::duration<double> taken = Clock::now() - start;
      if (round >= 0)
        contestant.seconds.push_back(taken.count());
    }
  for (Contestant& contestant : contestants)
    std::sort(contestant.seconds.begin(), contestant.seconds.end());
}

double quantile(const std::vector<double>& seconds, double part) {
  const double place = std::ceil(part * double(seconds.size())) - 1;
  return seconds[std::size_t(std::max(0.0, place))];
}

nlohmann::json report(const std::string& title, const std::vector<Contestant>& contestants) {
  nlohmann::json json = {{"title", title}, {"machine", machine()}};
  const double ours = quantile(contestants.front().seconds, 0.5);
  for (const Contestant& contestant : contestants) {
    const double p50 = quantile(contestant.seconds, 0.5);
    nlohmann::json row = {{"name", contestant.name},
                          {"definition", contestant.definition},
                          {"p50_s", p50},
                          {"p99_s", quantile(contestant.seconds, 0.99)},
                          {"runs", contestant.seconds.size()}};
    if (&contestant != &contestants.front())
      row["ours_over_this"] = ours / p50;
    json["contestants"].push_back(row);
  }
  return json;
}

void print(const nlohmann::json& report) {
  fmt::print("{}\n{}, {} cores, {}, {}\n", report["title"].get<std::string>(),
             report["machine"]["processor"].get<std::string>(),
             report["machine"]["cores"].get<unsigned>(),
             report["machine"]["compiler"].get<std::string>(),
             report["machine"]["commit"].get<std::string>());
  for (const nlohmann::json& row : report["contestants"]) {
    fmt::print("  {:<14} p50 {:9.3f} ms  p99 {:9.3f} ms  {} runs", row["name"].get<std::string>(),
               row["p50_s"].get<double>() * 1e3, row["p99_s"].get<double>() * 1e3,
               row["runs"].get<std::size_t>());
    if (row.contains("ours_over_this"))
      fmt::print("  ours / this {:.3f}", row["ours_over_this"].get<double>());
    fmt::print("\n    {}\n", row["definition"].get<std::string>());
  }
}

} // namespace bench

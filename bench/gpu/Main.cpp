// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gpu-bench: messages to, from and between actors of the resident kernel, through the public
// interface and real handlers, beside the raw limits in the same run. Prints a table, writes JSON;
// asserts nothing, but says WRONG where something was lost, twice, out of order or changed.
#include "Measurement.h"
#include "Rows.h"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <thread>

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
  std::ranges::sort(times);
  return {quantile(times, 0.5), quantile(times, 0.99), isRight};
}

namespace {

struct Options {
  int rounds = 5;
  double scale = 1;
  unsigned threads = std::clamp(std::thread::hardware_concurrency() - 2, 1u, 14u);
  unsigned sustain = 0;
  std::string only, kernels = RINGKERNEL_BENCH_KERNELS, out = "gpu-bench.json";
};

double medianOf(const Row& row, double Figures::* which) {
  std::vector<double> values;
  for (const Figures& round : row.rounds)
    values.push_back(round.*which);
  std::ranges::sort(values);
  return quantile(values, 0.5);
}

void runRounds(Group& group, int rounds) {
  for (int round = 0; round < rounds; ++round)
    for (Row& row : group.rows)
      row.rounds.push_back(row.run());
}

nlohmann::json reportOf(const Group& group) {
  nlohmann::json json = {{"group", group.name}, {"unit", group.unit}, {"target", group.target}};
  const double first = medianOf(group.rows.front(), &Figures::value);
  fmt::print("\n{} ({}){}\n", group.name, group.unit,
             group.target.empty() ? "" : ", target: " + group.target);
  for (const Row& row : group.rows) {
    const double value = medianOf(row, &Figures::value), p99 = medianOf(row, &Figures::p99);
    const bool isRight = std::ranges::all_of(row.rounds, &Figures::isRight);
    nlohmann::json rounds;
    for (const Figures& round : row.rounds)
      rounds.push_back(round.value);
    json["rows"].push_back({{"name", row.name},
                            {"definition", row.definition},
                            {"value", value},
                            {"p99", p99},
                            {"over_first", value / first},
                            {"rounds", rounds},
                            {"right", isRight}});
    const std::string late = p99 > 0 ? fmt::format("p99 {:.3f}", p99) : "";
    fmt::print("  {:<34} {:>10.3f}  {:<14} {:>7.3f} of the first{}\n", row.name, value, late,
               value / first, isRight ? "" : "  WRONG");
  }
  std::fflush(stdout);
  return json;
}

int runAll(const Options& options) {
  const auto gpu = ring::test::CudaKernels::find();
  if (!gpu) {
    fmt::print("gpu-bench: {}\n", gpu.status().message());
    return 77;
  }
  ring::test::CudaKernels kernels(*gpu, options.kernels);
  const Settings settings{kernels, options.scale, options.threads};
  nlohmann::json json = report("gpu", {{"none", "", nullptr, {1.0}}});
  json.erase("contestants");
  json["gpu"] = kernels.gpu().description();
  json["rounds"] = options.rounds;
  json["definition"] = "medians over the rounds, all rows of a group in turn; p99: the median of "
                       "the rounds' p99; every word of every message is checked";
  fmt::print("{}, {} rounds\n", kernels.gpu().description(), options.rounds);
  for (const auto make : {roundTrips, lives, messages, streams})
    for (Group& group : make(settings)) {
      if (group.name.find(options.only) == std::string::npos)
        continue;
      runRounds(group, options.rounds);
      json["groups"].push_back(reportOf(group));
    }
  if (options.sustain != 0)
    json["groups"].push_back(reportOf(sustained(settings, options.sustain)));
  std::ofstream file(options.out);
  file << json.dump(1) << "\n";
  return file ? 0 : 1;
}

} // namespace
} // namespace bench

int main(int argc, char** argv) {
  bench::Options options;
  CLI::App app("Actors on a GPU beside the raw limits");
  app.add_option("--rounds", options.rounds, "interleaved rounds of each group")
      ->check(CLI::Range(1, 1000));
  app.add_option("--scale", options.scale, "part of the usual number of messages")
      ->check(CLI::Range(0.001, 100.0));
  app.add_option("--threads", options.threads, "the most host threads")->check(CLI::Range(1, 16));
  app.add_option("--sustain", options.sustain, "seconds of streams in, with an audit");
  app.add_option("--only", options.only, "groups whose name has this");
  app.add_option("--kernels", options.kernels, "the raw kernels' .cu file");
  app.add_option("--out", options.out, "JSON file to write");
  CLI11_PARSE(app, argc, argv);
  return bench::runAll(options);
}

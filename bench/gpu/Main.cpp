// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gpu-bench: messages to, from and between actors of the resident kernel, through the public
// interface and real handlers, beside the raw limits and the peers in the same run. Prints a table,
// writes JSON; asserts nothing, but says WRONG where something was lost, twice, out of order or
// changed.
#include "Measurement.h"
#include "Report.h"
#include "Rows.h"

#include <CLI/CLI.hpp>
#include <fmt/chrono.h>
#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <thread>
#include <tuple>

namespace bench {
namespace {

struct Options {
  int rounds = 5;
  double scale = 1;
  unsigned threads = std::clamp(std::thread::hardware_concurrency() - 2, 1u, 14u);
  unsigned sustain = 0, idle = 4;
  bool isAppending = false;
  std::vector<std::string> only, skip;
  std::string kernels = RINGKERNEL_BENCH_KERNELS, limits = RINGKERNEL_BENCH_LIMITS;
  std::string out = "gpu-bench.json", table = "gpu-bench.md";
};

bool hasAny(const std::string& name, const std::vector<std::string>& parts) {
  return std::ranges::any_of(
      parts, [&](const std::string& part) { return name.find(part) != std::string::npos; });
}

bool wants(const Options& options, const std::string& group) {
  return options.only.empty() || hasAny(group, options.only);
}

/// Runs groups and collects what came out.
class Run {
public:
  Run(const Options& options, nlohmann::json& json) : options_(options), json_(json) {}

  void operator()(Group&& group) {
    std::erase_if(group.rows, [&](const Row& row) { return hasAny(row.name, options_.skip); });
    if (!wants(options_, group.name) || group.rows.empty())
      return;
    for (int round = 0; round < std::min(options_.rounds, group.mostRounds); ++round)
      for (Row& row : group.rows)
        if (row.run)
          row.rounds.push_back(row.run());
    // Of rows that came with their rounds, too: since the group before.
    json_["groups"].push_back(report(group, microsecondsSince(since_) / 1e6, table_));
    since_ = Clock::now();
  }
  const std::string& table() const { return table_; }

private:
  const Options& options_;
  nlohmann::json& json_;
  std::string table_;
  Clock::time_point since_ = Clock::now();
};

nlohmann::json headOf(const Options& options, ring::test::CudaKernels& kernels,
                      const Meter& meter) {
  nlohmann::json json = report("gpu", {{"none", "", nullptr, {1.0}}});
  json.erase("contestants");
  json["gpu"] = kernels.gpu().description();
  json["gpu_state"] = meter.describe();
  json["time"] = fmt::format("{:%FT%TZ}", fmt::gmtime(std::time(nullptr)));
  json["rounds"] = options.rounds;
  json["scale"] = options.scale;
  json["threads"] = options.threads;
  json["definition"] =
      "medians over the rounds, all rows of a group in turn; p99 and quantiles: the medians of the "
      "rounds' own; n: times taken or things counted, of all rounds; over_first: to the group's "
      "first row; times_peer: how many times better than the row named peer; every word of every "
      "message is checked";
  return json;
}

/// Whether both files could be written. Appended are the groups, the rest stays as it was.
bool write(const Options& options, const nlohmann::json& json, const std::string& table) {
  nlohmann::json whole = json;
  if (options.isAppending)
    if (std::ifstream before(options.out); before) {
      whole = nlohmann::json::parse(before, nullptr, false);
      if (whole.is_discarded() || !whole.is_object()) {
        fmt::print(stderr, "`{}` is no JSON of gpu-bench to append to\n", options.out);
        return false;
      }
      for (const nlohmann::json& group : json.value("groups", nlohmann::json::array()))
        whole["groups"].push_back(group);
    }
  std::ofstream file(options.out);
  std::ofstream text(options.table, options.isAppending ? std::ios::app : std::ios::trunc);
  file << whole.dump(1) << "\n";
  if (!options.isAppending)
    text << json["gpu"].get<std::string>() << ", " << json["time"].get<std::string>() << ", commit "
         << json["machine"]["commit"].get<std::string>() << ".\n";
  text << table;
  return file && text;
}

int runAll(const Options& options) {
  const auto gpu = ring::test::CudaKernels::find();
  if (!gpu) {
    fmt::print("gpu-bench: {}\n", gpu.status().message());
    return 77;
  }
  const auto begin = Clock::now();
  ring::test::CudaKernels kernels(*gpu, options.kernels), limits(*gpu, options.limits);
  Driver driver(limits);
  Meter meter(**gpu);
  const Settings settings{kernels,
                          limits,
                          driver,
                          meter,
                          options.scale,
                          options.threads,
                          options.idle,
                          options.sustain,
                          [&options](const std::string& group) { return wants(options, group); }};
  nlohmann::json json = headOf(options, kernels, meter);
  fmt::print("{}, {} rounds\n", kernels.gpu().description(), options.rounds);
  Run run(options, json);
  const Groups add = [&run](Group&& group) { run(std::move(group)); };
  for (const Maker make : makers())
    make(settings, add);
  json["gpu_state"]["at_end"] = toJson(meter.read());
  json["seconds"] = microsecondsSince(begin) / 1e6;
  fmt::print("\n{:.0f} s in all\n", json["seconds"].get<double>());
  return write(options, json, run.table()) ? 0 : 1;
}

} // namespace
} // namespace bench

int main(int argc, char** argv) {
  bench::Options options;
  CLI::App app("Actors on a GPU beside the raw limits");
  // A script gives defaults of its own, and its caller's options behind them.
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  app.add_option("--rounds", options.rounds, "interleaved rounds of each group")
      ->check(CLI::Range(1, 1000));
  app.add_option("--scale", options.scale, "part of the usual number of messages")
      ->check(CLI::Range(0.001, 100.0));
  app.add_option("--threads", options.threads, "the most host threads")->check(CLI::Range(1, 16));
  app.add_option("--sustain", options.sustain, "seconds of streams in, with an audit");
  app.add_option("--idle", options.idle, "seconds of idleness whose power is measured, each state")
      ->check(CLI::Range(1, 600));
  for (auto& [name, names, what] :
       {std::tuple{"--only", &options.only, "groups whose name has one of these"},
        std::tuple{"--skip", &options.skip, "leave out rows whose name has one of these"}})
    app.add_option(name, *names, what)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_option("--kernels", options.kernels, "the raw rings' .cu file");
  app.add_option("--limits", options.limits, "the other limits' .cu file");
  app.add_option("--out", options.out, "JSON file to write");
  app.add_flag("--append", options.isAppending, "add groups to these files");
  app.add_option("--table", options.table, "Markdown file to write");
  CLI11_PARSE(app, argc, argv);
  return bench::runAll(options);
}

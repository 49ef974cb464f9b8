// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// anomaly-ratio: 02-anomaly on the CPU backend with one worker, messages included, against straight
// loops that do the same arithmetic.
#include "Measurement.h"
#include "PlainLoops.h"

#include "02-anomaly/Report.h"
#include "common/OutputFile.h"
#include "common/Program.h"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

using namespace anomaly;

namespace {

struct Options {
  std::string dataFolder;
  int rounds = 15;
  std::string out = "anomaly-ratio.json";
};

void runBench(const Options& options) {
  const DataSet data =
      options.dataFolder.empty() ? generateDataSet() : readDataSet(options.dataFolder);
  ring::RuntimeOptions pools = runtimeOptions<double>(data);
  pools.stateBytes *= std::uint64_t(options.rounds) + 1; // each round spawns actors of its own
  ring::Runtime runtime = example::startRuntime({"cpu", 1}, pools);
  Scores actors, sequential, tree, blocked;
  std::vector<bench::Contestant> contestants = {
      {"actors",
       "one Gaussian<double> a series on one worker: from the first spawn until every value was "
       "sent as a message, scored, and its reply stored; the runtime was started before",
       [&] { actors = detect<double>(runtime, data, [](std::uint64_t) {}); }},
      {"sequential", "a straight loop on one thread, sums from the first value to the last",
       [&] { sequential = bench::sequentialScores(data); }},
      {"tree", "the same loop with the sums of ring::Context::reduce: 32 lanes, then a tree",
       [&] { tree = bench::treeScores(data); }},
      {"blocked tree",
       "the same sums, the loop nest tuned as in the runtime's reduce: what is left is messages",
       [&] { blocked = bench::blockedTreeScores(data); }}};
  bench::measure(contestants, options.rounds);

  nlohmann::json report = bench::report("02-anomaly against straight loops", contestants);
  report["rows"] = data.rows();
  report["series"] = data.series.size();
  report["largest_difference_to_sequential"] = difference(actors, sequential).largest;
  report["largest_difference_to_tree"] = difference(actors, tree).largest;
  report["largest_difference_to_blocked_tree"] = difference(actors, blocked).largest;
  bench::print(report);
  fmt::print("{} values of {} series; scores differ from those of 'tree' by at most {:g}, of "
             "'sequential' by {:g}\n",
             data.rows(), data.series.size(), difference(actors, tree).largest,
             difference(actors, sequential).largest);
  example::OutputFile out(options.out);
  out.write(report.dump(2) + "\n");
  out.commit();
  fmt::print("wrote {}\n", options.out);
}

} // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Times 02-anomaly against straight loops; reports, asserts nothing.",
               "anomaly-ratio");
  app.add_option("DATA_DIR", options.dataFolder, "as 02-anomaly's; generated where none is given");
  app.add_option("--rounds", options.rounds, "interleaved runs of each")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--out", options.out, "where the JSON goes")->capture_default_str();
  return example::runProgram(app, argc, argv, [&] { runBench(options); });
}

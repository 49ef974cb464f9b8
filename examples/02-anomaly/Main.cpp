// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// 02-anomaly: a streaming anomaly detector over many time series, one actor each.
#include "Detect.h"
#include "Plot.h"
#include "Report.h"
#include "ScoreFile.h"
#include "Series.h"

#include "common/Failure.h"
#include "common/NumberOption.h"
#include "common/OutputFile.h"
#include "common/Program.h"
#include "common/Progress.h"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include <unistd.h>

using namespace anomaly;
using example::Failure;

namespace {

constexpr const char* kFamousSeries = "realKnownCause/nyc_taxi.csv";
constexpr double kThresholdWithoutLabels = 0.9999;
constexpr std::size_t kValues = 20;
constexpr std::size_t kMostSeries = 1000000, kMostValues = 100000, kMostRows = 100000000;
// Between backends, what they may do to a root and a division; a series' first values, which lie
// close, make much of it in float.
constexpr double kDoubleBound = 1e-9, kFloatBound = 1e-3;

struct Options {
  std::string dataFolder;
  std::size_t series = 0, values = kValues; ///< generated, where there are series
  example::BackendOptions backend;
  std::string compare;   ///< empty, or a backend that scores too
  std::string precision; ///< empty: the best that the backend has
  std::string out = "scores.csv";
  std::string plot = "plot.png";
  std::string plotSeries;
};

void declare(CLI::App& app, Options& options) {
  app.add_option("DATA_DIR", options.dataFolder,
                 "a folder with data/**/*.csv and labels/combined_windows.json; a small set is "
                 "generated where none is given");
  example::addWholeNumber(app, "--series", options.series, 0, kMostSeries,
                          "generate so many series instead, one actor each; 0 for none");
  example::addWholeNumber(app, "--values", options.values, 1, kMostValues,
                          "of each series that --series generates");
  example::addBackendOptions(app, options.backend);
  app.add_option("--compare", options.compare,
                 "a backend that scores too: cpu, cuda or webgpu; scores that differ are a failure")
      ->check(CLI::IsMember({"cpu", "cuda", "webgpu"}));
  app.add_option("--precision", options.precision,
                 "of the written scores: double or float; double where the backend has it")
      ->check(CLI::IsMember({"double", "float"}));
  app.add_option("--out", options.out, "where the scores go, or none")->capture_default_str();
  app.add_option("--plot", options.plot, "where the picture of one series goes, or none")
      ->capture_default_str();
  app.add_option("--plot-series", options.plotSeries,
                 fmt::format("the series to draw; {}, else the first", kFamousSeries));
}

std::size_t findSeries(const DataSet& data, const std::string& wanted) {
  const std::string& name = wanted.empty() ? std::string(kFamousSeries) : wanted;
  for (std::size_t i = 0; i < data.series.size(); ++i)
    if (data.series[i].name == name)
      return i;
  if (wanted.empty())
    return 0;
  throw Failure(fmt::format("there is no series '{}'", wanted));
}

/// The host keeps every actor's state; more than it has would end in the kernel's hands.
void requireMemory(const example::BackendOptions& backend, std::uint64_t bytes) {
  const std::uint64_t have =
      std::uint64_t(sysconf(_SC_PHYS_PAGES)) * std::uint64_t(sysconf(_SC_PAGESIZE));
  if (backend.name == "cpu" && bytes > have)
    throw Failure(fmt::format("the actors' states need {:.1f} GB and this machine has {:.1f} GB of "
                              "memory; take fewer --series",
                              double(bytes) * 1e-9, double(have) * 1e-9));
}

template <class Real>
Scores run(const example::BackendOptions& backend, const DataSet& data, const char* precision) {
  const ring::RuntimeOptions options = runtimeOptions<Real>(data);
  requireMemory(backend, options.stateBytes);
  ring::Runtime runtime = example::startRuntime(backend, options);
  example::Progress progress(fmt::format("scoring in {}", precision), data.rows(), "rows");
  const auto start = std::chrono::steady_clock::now();
  Scores scores =
      detect<Real>(runtime, data, [&](std::uint64_t received) { progress.update(received); });
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  fmt::print("{}, {}: {} values scored in {:.3f} s, {:.0f} a second\n", runtime.backendName(),
             precision, data.rows(), taken.count(), double(data.rows()) / taken.count());
  return scores;
}

void reportDetection(const DataSet& data, const Scores& scores) {
  const std::size_t windows = windowCount(data);
  if (windows == 0) {
    fmt::print("no labelled windows: nothing to compare with\n");
    return;
  }
  fmt::print("\n{:<20} {:>19} {:>14} {:>13} {:>10} {:>11}\n", "profile", "best threshold",
             "windows hit", "false alerts", "score", "of 0..100");
  for (const Profile& profile : profiles()) {
    const Detection best = bestDetection(data, scores, profile);
    fmt::print("{:<20} {:>19.17g} {:>7} of {:>3} {:>13} {:>10.3f} {:>11.2f}\n", profile.name,
               best.threshold, best.windowsHit, windows, best.falseAlerts, best.score,
               normalised(data, best, profile));
  }
  fmt::print("\n");
}

void reportDifference(const DataSet& data, const Scores& one, const Scores& other) {
  const Difference found = difference(one, other);
  const Series& series = data.series[found.series];
  fmt::print("double and float differ by at most {:.3g}, at {} in {}\n", found.largest,
             series.timestamps[found.row], series.name);
}

/// The same on another backend, held against the scores of the first.
template <class Real>
void compare(const Options& options, const DataSet& data, const Scores& scores,
             const char* precision, double bound) {
  const Scores others =
      run<Real>(example::BackendOptions{options.compare, options.backend.workers}, data, precision);
  const Difference found = difference(scores, others);
  fmt::print("{} and {} differ by at most {:.3g} in {}\n", options.backend.name, options.compare,
             found.largest, precision);
  if (found.largest > bound)
    throw Failure(fmt::format(
        "the scores of {} and {} differ by {:.3g} in {}, at {} in {}; {:.0e} is "
        "the limit",
        options.backend.name, options.compare, found.largest, precision,
        data.series[found.series].timestamps[found.row], data.series[found.series].name, bound));
}

DataSet dataOf(const Options& options) {
  if (options.series != 0)
    return generateDataSet(options.series, options.values);
  return options.dataFolder.empty() ? generateDataSet() : readDataSet(options.dataFolder);
}

void checkUse(const Options& options) {
  if (options.precision == "double" && options.backend.name == "webgpu")
    throw example::Unavailable("the backend 'webgpu' has no double; use --precision=float");
  if (options.out == options.plot && options.out != "none")
    throw example::Unavailable(
        fmt::format("--out and --plot both name '{}'; give each a file of its own", options.out));
  if (options.series != 0 && !options.dataFolder.empty())
    throw example::Unavailable("--series generates what is scored; give no DATA_DIR with it");
  if (options.series * options.values > kMostRows)
    throw example::Unavailable(fmt::format("{} series of {} values are more than {} values",
                                           options.series, options.values, kMostRows));
}

/// The alerts are those of the threshold that suits this series best.
double plotThreshold(const Series& series, const std::vector<double>& scores) {
  if (series.windows.empty())
    return kThresholdWithoutLabels;
  DataSet alone;
  alone.series.push_back(series);
  return bestDetection(alone, {scores}, profiles().front()).threshold;
}

/// A place for output, opened before the work starts.
std::optional<example::OutputFile> openOutput(const std::string& path) {
  return path == "none" ? std::nullopt : std::optional<example::OutputFile>(std::in_place, path);
}

void runExample(const Options& options) {
  checkUse(options);
  const bool hasDouble = options.backend.name != "webgpu";
  const bool writesDouble = hasDouble && options.precision != "float";

  const DataSet data = dataOf(options);
  const std::size_t plotted = findSeries(data, options.plotSeries);
  std::optional<example::OutputFile> out = openOutput(options.out);
  std::optional<example::OutputFile> plot = openOutput(options.plot);
  fmt::print("{}: {} series, {} values\n",
             options.dataFolder.empty() ? "a generated data set" : options.dataFolder,
             data.series.size(), data.rows());

  const example::BackendOptions host{"cpu", options.backend.workers};
  const Scores inFloat = run<float>(options.backend, data, "float");
  const Scores inDouble = run<double>(hasDouble ? options.backend : host, data, "double");
  if (!options.compare.empty()) {
    compare<float>(options, data, inFloat, "float", kFloatBound);
    if (hasDouble && options.compare != "webgpu")
      compare<double>(options, data, inDouble, "double", kDoubleBound);
  }
  reportDifference(data, inDouble, inFloat);
  const Scores& scores = writesDouble ? inDouble : inFloat;
  reportDetection(data, scores);
  const Series& series = data.series[plotted];
  if (out)
    out->write(formatScores(data, scores));
  if (plot)
    plot->write(drawPlot(series, scores[plotted], plotThreshold(series, scores[plotted])));
  // Both or none: a full disk was found above.
  if (out) {
    out->commit();
    fmt::print("wrote {}: {} scores in {}\n", options.out, data.rows(),
               writesDouble ? "double" : "float");
  }
  if (plot) {
    plot->commit();
    fmt::print("wrote {}: {}\n", options.plot, series.name);
  }
}

} // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Scores time series for anomalies, one actor a series.", "02-anomaly");
  declare(app, options);
  return example::runProgram(app, argc, argv, [&] { runExample(options); });
}

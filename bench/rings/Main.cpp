// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// ring-bench: our rings, the peers that were found when this was built, and the machine's limits,
// in interleaved rounds of one run. Prints a table, writes JSON; asserts nothing, but says WRONG
// where a queue lost or changed a message.
#include "Groups.h"
#include "Measurement.h"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

namespace {

struct Options {
  int rounds = 11;
  double scale = 1;
  bool far = false;
  std::string only;
  std::string out = "ring-bench.json";
};

struct Best {
  double ours = 0, peer = 0, limit = 0;  ///< messages a second, any number a call
  double oursSingle = 0, peerSingle = 0; ///< one a call
};

/// Times a group and gives its rows, each with rate and latency.
nlohmann::json runGroup(bench::Group& group, int rounds) {
  std::vector<bench::Contestant> contestants;
  std::vector<char> right(group.entries.size(), true);
  for (std::size_t i = 0; i < group.entries.size(); ++i)
    contestants.push_back({group.entries[i].name, group.definition,
                           [&, i] { right[i] = group.entries[i].run() && right[i]; }});
  bench::measure(contestants, rounds);
  nlohmann::json json = bench::report(group.name, contestants);
  json.erase("machine");
  Best best;
  fmt::print("{}\n", group.name);
  for (std::size_t i = 0; i < contestants.size(); ++i) {
    const bench::Entry& entry = group.entries[i];
    const double rate = double(group.messages) / bench::quantile(contestants[i].seconds, 0.5);
    nlohmann::json& row = json["contestants"][i];
    row.erase("ours_over_this");
    row["at_once"] = entry.atOnce;
    row["side"] = entry.side == bench::Side::Ours   ? "ours"
                  : entry.side == bench::Side::Peer ? "peer"
                                                    : "limit";
    row["messages_per_s"] = rate;
    row["fastest_s"] = contestants[i].seconds.front();
    const double fastest = double(group.messages) / contestants[i].seconds.front();
    row["right"] = bool(right[i]);
    double& any = entry.side == bench::Side::Ours   ? best.ours
                  : entry.side == bench::Side::Peer ? best.peer
                                                    : best.limit;
    any = std::max(any, rate);
    if (entry.atOnce == 1) {
      double& single = entry.side == bench::Side::Ours ? best.oursSingle : best.peerSingle;
      if (entry.side != bench::Side::Limit)
        single = std::max(single, rate);
    }
    const auto shown = [&](double value) { return group.isLatency ? 1e9 / value : value / 1e6; };
    fmt::print("  {:<30} {:>3} a call  {:>9.2f} {}  {:>7.2f} GB/s  fastest run {:.2f}{}\n",
               entry.name, entry.atOnce, shown(rate), group.isLatency ? "ns    " : "Mmsg/s",
               rate * double(group.bytes) / 1e9, shown(fastest), right[i] ? "" : "  WRONG");
  }
  const auto ratio = [&](const char* key, const char* text, double ours, double other) {
    if (ours == 0 || other == 0)
      return;
    json[key] = ours / other;
    fmt::print("  {}: {:.2f}\n", text, ours / other);
  };
  ratio("ours_over_best_peer", "ours / best peer", best.ours, best.peer);
  ratio("ours_over_best_peer_single", "ours / best peer, one a call", best.oursSingle,
        best.peerSingle);
  ratio("ours_over_limit", "ours / limit, as rates", best.ours, best.limit);
  if (group.target != 0)
    json["target_over_best_peer"] = group.target;
  json["bytes"] = group.bytes;
  json["messages"] = group.messages;
  return json;
}

void runBench(const Options& options) {
  const bench::Placement placement = bench::choosePlacement(options.far);
  nlohmann::json report = bench::report("rings", {{"none", "", nullptr, {1.0}}});
  report.erase("contestants");
  report["placement"] = {{"name", placement.name},
                         {"cores", placement.cores},
                         {"there_and_back_ns", placement.pairNs}};
  std::string cores;
  for (const int core : placement.cores)
    cores += (cores.empty() ? "" : " ") + std::to_string(core);
  fmt::print("placement '{}': cores {}; two lines there and back between the first two {:.0f} ns\n",
             placement.name, cores, placement.pairNs);
#ifdef RINGKERNEL_BENCH_ABSENT
  report["absent_peers"] = RINGKERNEL_BENCH_ABSENT;
  fmt::print("absent peers: {}\n", RINGKERNEL_BENCH_ABSENT);
#endif
  for (auto* groups : {&bench::spscGroups, &bench::latencyGroups, &bench::sharedGroups})
    for (bench::Group& group : (*groups)(placement, options.scale))
      if (group.name.find(options.only) != std::string::npos)
        report["groups"].push_back(runGroup(group, options.rounds));
  const bench::Placement after = bench::choosePlacement(options.far);
  report["placement"]["there_and_back_ns_after"] = after.pairNs;
  fmt::print("two lines there and back after the run: {:.0f} ns\n", after.pairNs);
  std::ofstream file(options.out);
  file << report.dump(2) << "\n";
  file.close();
  if (!file) {
    fmt::print(stderr, "ring-bench: cannot write '{}'\n", options.out);
    std::exit(1);
  }
  fmt::print("wrote {}\n", options.out);
}

} // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Times the rings against other queues; reports, asserts nothing.", "ring-bench");
  app.add_option("--rounds", options.rounds, "interleaved runs of each")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--scale", options.scale, "multiplies the number of messages of a run")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_flag("--far", options.far, "the most distant pair of cores instead of the closest");
  app.add_option("--only", options.only, "groups whose name contains this");
  app.add_option("--out", options.out, "where the JSON goes")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  runBench(options);
  return 0;
}

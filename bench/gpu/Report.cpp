// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Medians over the rounds, and the ratios that count: to the group's first row and to its peer.
#include "Report.h"

#include "Measurement.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace bench {
namespace {

template <class Of> double medianOf(const Row& row, Of&& of) {
  std::vector<double> values;
  for (const Figures& round : row.rounds)
    values.push_back(of(round));
  std::ranges::sort(values);
  return quantile(values, 0.5);
}

double valueOf(const Row& row) {
  return medianOf(row, [](const Figures& round) { return round.value; });
}

bool isRate(const Group& group) { return group.unit.find("/s") != std::string::npos; }

nlohmann::json quantilesOf(const Row& row) {
  nlohmann::json pairs = nlohmann::json::array();
  if (!std::ranges::all_of(row.rounds, [](const Figures& r) { return !r.quantiles.empty(); }))
    return pairs;
  for (std::size_t i = 0; i < std::size(kQuantiles); ++i)
    pairs.push_back(
        {kQuantiles[i], medianOf(row, [i](const Figures& round) { return round.quantiles[i]; })});
  return pairs;
}

struct Line {
  double value, p99, overFirst, timesPeer; ///< NaN: there is none
  bool isRight;
};

void print(const Group& group, const Row& row, const Line& line) {
  const std::string late = line.p99 > 0 ? fmt::format("p99 {:.3f}", line.p99) : "";
  const std::string peer =
      std::isfinite(line.timesPeer) ? fmt::format("  {:>7.2f} x peer", line.timesPeer) : "";
  const std::string bytes = row.userBytes == 0 ? ""
                                               : fmt::format("  {:.2f} GB/s user, {:.2f} wire",
                                                             line.value * row.userBytes / 1e3,
                                                             line.value * row.wireBytes / 1e3);
  fmt::print("  {:<38} {:>11.3f}  {:<12} {:>7.3f} of the first{}{}{}\n", row.name, line.value, late,
             line.overFirst, group.peer.empty() ? "" : peer, bytes, line.isRight ? "" : "  WRONG");
}

std::string inMarkdown(const Row& row, const Line& line) {
  const auto orNone = [](double value, const char* format, bool isThere) {
    return isThere ? fmt::format(fmt::runtime(format), value) : std::string();
  };
  return fmt::format("| {} | {:.4g} | {} | {:.3f} | {} | {} | {} |\n", row.name, line.value,
                     orNone(line.p99, "{:.4g}", line.p99 > 0), line.overFirst,
                     orNone(line.timesPeer, "{:.2f}", std::isfinite(line.timesPeer)),
                     orNone(line.value * row.userBytes / 1e3, "{:.2f}", row.userBytes != 0),
                     line.isRight ? "yes" : "**WRONG**");
}

} // namespace

nlohmann::json report(const Group& group, double seconds, std::string& table) {
  nlohmann::json json = {{"group", group.name},
                         {"unit", group.unit},
                         {"target", group.target},
                         {"peer", group.peer},
                         {"seconds", seconds}};
  if (!group.log.is_null())
    json["log"] = group.log;
  const double first = valueOf(group.rows.front());
  const auto peer = std::ranges::find(group.rows, group.peer, &Row::name);
  const double peers = peer == group.rows.end() ? std::nan("") : valueOf(*peer);
  fmt::print("\n{} ({}){}; took {:.1f} s\n", group.name, group.unit,
             group.target.empty() ? "" : ", target: " + group.target, seconds);
  table += fmt::format("\n### {} ({})\n\n{}| | {} | p99 | of the first | times the peer | GB/s of "
                       "the user | right |\n|---|---|---|---|---|---|---|\n",
                       group.name, group.unit,
                       group.target.empty() ? "" : "Target: " + group.target + ".\n\n", group.unit);
  for (const Row& row : group.rows) {
    const double value = valueOf(row);
    const Line line{value, medianOf(row, [](const Figures& round) { return round.p99; }),
                    value / first, isRate(group) ? value / peers : peers / value,
                    std::ranges::all_of(row.rounds, &Figures::isRight)};
    nlohmann::json rounds, remarks;
    std::uint64_t count = 0;
    for (const Figures& round : row.rounds) {
      rounds.push_back(round.value);
      count += round.count;
      if (!round.remark.empty())
        remarks.push_back(round.remark);
    }
    json["rows"].push_back({{"name", row.name},
                            {"definition", row.definition},
                            {"value", line.value},
                            {"p99", line.p99},
                            {"over_first", line.overFirst},
                            {"times_peer", line.timesPeer},
                            {"n", count},
                            {"rounds", rounds},
                            {"quantiles", quantilesOf(row)},
                            {"user_bytes", row.userBytes},
                            {"wire_bytes", row.wireBytes},
                            {"right", line.isRight}});
    print(group, row, line);
    if (!remarks.is_null())
      json["rows"].back()["remarks"] = remarks;
    for (const nlohmann::json& remark : remarks)
      fmt::print("    {}\n", remark.get<std::string>());
    table += inMarkdown(row, line);
  }
  std::fflush(stdout);
  return json;
}

} // namespace bench

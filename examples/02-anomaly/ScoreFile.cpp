// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Printing scores. Names of series are paths; one with a comma or a quote is quoted as RFC 4180
// says.
#include "ScoreFile.h"

#include <fmt/format.h>

#include <iterator>

namespace anomaly {

namespace {

std::string quoted(const std::string& name) {
  if (name.find_first_of(",\"\n") == name.npos)
    return name;
  std::string text = "\"";
  for (char c : name) {
    if (c == '"')
      text += '"';
    text += c;
  }
  return text + '"';
}

} // namespace

std::string formatScores(const DataSet& data, const Scores& scores) {
  fmt::memory_buffer text;
  const auto out = std::back_inserter(text);
  fmt::format_to(out, "series,timestamp,value,score\n");
  for (std::size_t i = 0; i < data.series.size(); ++i) {
    const Series& series = data.series[i];
    const std::string name = quoted(series.name);
    for (std::size_t row = 0; row < series.values.size(); ++row)
      fmt::format_to(out, "{},{},{},{}\n", name, series.timestamps[row], series.values[row],
                     scores[i][row]);
  }
  return fmt::to_string(text);
}

} // namespace anomaly

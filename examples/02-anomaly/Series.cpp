// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reading series: CSV files of `timestamp,value` with a heading, and the label file. Every refusal
// names the file and the line.
#include "Series.h"

#include "common/Failure.h"
#include "common/InputFile.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <map>
#include <numeric>

namespace anomaly {

using example::Failure;
using example::inQuotes;
using example::readFile;
namespace fs = std::filesystem;

namespace {

std::string_view takeLine(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == text.npos ? text.size() : end + 1);
  if (line.ends_with('\r'))
    line.remove_suffix(1);
  return line;
}

/// The sum of a window's squares must stay a float.
constexpr double kLargest = 1e16;

double parseValue(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
    throw Failure(fmt::format("{} is not a finite number", inQuotes(text)));
  if (std::abs(value) > kLargest)
    throw Failure(fmt::format("{} is not within {} and {}, which can be scored", inQuotes(text),
                              -kLargest, kLargest));
  return value;
}

void addRow(Series& series, std::string_view line) {
  const std::size_t comma = line.find(',');
  if (comma == line.npos)
    throw Failure(fmt::format("expected 'timestamp,value', found {}", inQuotes(line)));
  series.seconds.push_back(parseTimestamp(line.substr(0, comma)));
  series.timestamps.emplace_back(line.substr(0, comma));
  series.values.push_back(parseValue(line.substr(comma + 1)));
}

Series readSeries(const fs::path& path, std::string name) {
  const std::string content = readFile(path);
  std::string_view text = content;
  if (text.starts_with("\xef\xbb\xbf")) // a byte order mark, which spreadsheets put in front
    text.remove_prefix(3);
  Series series;
  series.name = std::move(name);
  std::size_t lineNumber = 1;
  try {
    if (const std::string_view heading = takeLine(text); heading != "timestamp,value")
      throw Failure(
          fmt::format("expected the heading 'timestamp,value', found {}", inQuotes(heading)));
    while (!text.empty()) {
      ++lineNumber;
      if (const std::string_view line = takeLine(text); !line.empty())
        addRow(series, line);
    }
  } catch (const Failure& failure) {
    throw Failure(fmt::format("{}:{}: {}", path.string(), lineNumber, failure.what()));
  }
  if (series.values.empty())
    throw Failure(fmt::format("'{}' holds no values", path.string()));
  return series;
}

std::vector<fs::path> findCsvFiles(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> files;
  for (auto entry = fs::recursive_directory_iterator(folder, error);
       !error && entry != fs::recursive_directory_iterator(); entry.increment(error))
    if (entry->is_regular_file() && entry->path().extension() == ".csv")
      files.push_back(entry->path().lexically_relative(folder));
  if (error)
    throw Failure(fmt::format("cannot read '{}': {}", folder.string(), error.message()));
  if (files.empty())
    throw Failure(fmt::format("no .csv files under '{}'", folder.string()));
  return files;
}

/// The rows from the first at or after `from` to the last at or before `to`. Not a binary search:
/// clocks are set back in some series.
Window findWindow(const Series& series, std::int64_t from, std::int64_t to) {
  const auto begin = series.seconds.begin(), end = series.seconds.end();
  const auto first = std::find_if(begin, end, [&](std::int64_t t) { return t >= from; });
  const auto past = std::find_if(first, end, [&](std::int64_t t) { return t > to; });
  if (first == past)
    throw Failure(fmt::format("a window of '{}' holds no row", series.name));
  return {std::size_t(first - begin), std::size_t(past - begin) - 1};
}

/// A window is a pair of times.
bool isWindow(const nlohmann::json& window) {
  return window.is_array() && window.size() == 2 && window[0].is_string() && window[1].is_string();
}

void addWindows(Series& series, const nlohmann::json& windows) {
  if (!windows.is_array() || !std::all_of(windows.begin(), windows.end(), isWindow))
    throw Failure(fmt::format("the windows of '{}' are not a list of pairs of times", series.name));
  for (const auto& window : windows)
    series.windows.push_back(findWindow(series, parseTimestamp(window[0].get<std::string>()),
                                        parseTimestamp(window[1].get<std::string>())));
}

nlohmann::json parseJson(const std::string& text) {
  try {
    return nlohmann::json::parse(text);
  } catch (const nlohmann::json::parse_error& error) {
    const std::string_view what = error.what(); // "[json.exception...] parse error at line ..."
    throw Failure(std::string(what.substr(what.find(']') + 2)));
  }
}

void readWindows(DataSet& data, const fs::path& path) {
  std::map<std::string, Series*> byName;
  for (Series& series : data.series)
    byName[series.name] = &series;
  try {
    const nlohmann::json labels = parseJson(readFile(path));
    if (!labels.is_object())
      throw Failure("expected an object with the windows of each series");
    for (const auto& [name, windows] : labels.items())
      if (const auto found = byName.find(name); found != byName.end())
        addWindows(*found->second, windows);
  } catch (const Failure& failure) {
    throw Failure(fmt::format("{}: {}", path.string(), failure.what()));
  }
  data.isLabelled = true;
}

} // namespace

std::size_t DataSet::rows() const {
  return std::accumulate(series.begin(), series.end(), std::size_t(0),
                         [](std::size_t sum, const Series& s) { return sum + s.values.size(); });
}

std::int64_t parseTimestamp(std::string_view text) {
  constexpr std::string_view pattern = "dddd-dd-dd dd:dd:dd";
  bool matches = text.size() == pattern.size() ||
                 (text.size() > pattern.size() + 1 && text[pattern.size()] == '.');
  for (std::size_t i = 0; matches && i < text.size(); ++i) {
    const bool isDigit = text[i] >= '0' && text[i] <= '9';
    matches = i < pattern.size() && pattern[i] != 'd' ? text[i] == pattern[i]
                                                      : isDigit || i == pattern.size();
  }
  const auto number = [&](std::size_t from, std::size_t count) {
    int value = 0;
    std::from_chars(text.data() + from, text.data() + from + count, value);
    return value;
  };
  using namespace std::chrono;
  if (matches) {
    const year_month_day date{year(number(0, 4)), month(unsigned(number(5, 2))),
                              day(unsigned(number(8, 2)))};
    const int hour = number(11, 2), minute = number(14, 2), second = number(17, 2);
    if (date.ok() && hour < 24 && minute < 60 && second < 61)
      return sys_seconds(sys_days(date)).time_since_epoch().count() + hour * 3600 + minute * 60 +
             second;
  }
  throw Failure(fmt::format("{} is not a time of the form 'YYYY-MM-DD HH:MM:SS'", inQuotes(text)));
}

DataSet readDataSet(const fs::path& folder) {
  if (!fs::is_directory(folder))
    throw Failure(fmt::format("'{}' is not a folder", folder.string()));
  const fs::path dataFolder = folder / "data";
  DataSet data;
  for (const fs::path& file : findCsvFiles(dataFolder))
    data.series.push_back(readSeries(dataFolder / file, file.generic_string()));
  std::sort(data.series.begin(), data.series.end(),
            [](const Series& a, const Series& b) { return a.name < b.name; });
  if (const fs::path labels = folder / "labels" / "combined_windows.json"; fs::exists(labels))
    readWindows(data, labels);
  return data;
}

} // namespace anomaly

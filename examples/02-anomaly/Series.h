// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Time series and their labelled windows: read from a folder laid out as the Numenta Anomaly
// Benchmark's, or generated.
#ifndef RINGKERNEL_EXAMPLES_ANOMALY_SERIES_H
#define RINGKERNEL_EXAMPLES_ANOMALY_SERIES_H

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace anomaly {

/// A stretch of rows that is labelled as anomalous, both ends included.
struct Window {
  std::size_t first, last;
};

struct Series {
  std::string name; ///< its path under data/, with '/'
  std::vector<std::string> timestamps;
  std::vector<std::int64_t> seconds; ///< the timestamps since 1970
  std::vector<double> values;
  std::vector<Window> windows; ///< in order of time
};

struct DataSet {
  std::vector<Series> series; ///< sorted by name
  bool isLabelled = false;    ///< windows are known
  std::size_t rows() const;
};

/// `YYYY-MM-DD HH:MM:SS` with an optional fraction, as seconds since 1970. Throws Failure.
std::int64_t parseTimestamp(std::string_view text);

/// The series of `data/**/*.csv` under `folder`, with the windows of
/// `labels/combined_windows.json` where there is one. Throws Failure naming file and line.
DataSet readDataSet(const std::filesystem::path& folder);

/// A few days of a made-up service: daily waves with noise, and outages in them. Always the same.
DataSet generateDataSet();

/// Any number of such services, `values` rows each, none of them labelled. Always the same.
DataSet generateDataSet(std::size_t series, std::size_t values);

} // namespace anomaly

#endif

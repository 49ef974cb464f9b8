// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The data set for those who have none. Integer arithmetic only in the noise, so that every machine
// makes the same series.
#include "Series.h"

#include <fmt/core.h>

#include <array>
#include <chrono>

namespace anomaly {

namespace {

constexpr std::size_t kRows = 9000; ///< of the labelled ones: more than the detector's window
constexpr std::size_t kRowsPerDay = 288;
constexpr std::int64_t kSecondsPerRow = 300;
constexpr std::int64_t kStart = 1767225600; ///< 2026-01-01 00:00:00

/// Knuth's MMIX generator; its high bits are good.
class Random {
public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  /// In [-1, 1), a multiple of 2^-20.
  double next() {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return double(std::int64_t(state_) >> 43) / double(1 << 20);
  }

private:
  std::uint64_t state_;
};

/// How busy the service is: 0 at midnight, 1 at noon, a parabola between, with weekends quieter.
double load(std::size_t row) {
  const double day = double(row % kRowsPerDay) / kRowsPerDay;
  const bool isWeekend = row / kRowsPerDay % 7 >= 5;
  return 4 * day * (1 - day) * (isWeekend ? 0.6 : 1);
}

struct Event {
  std::size_t series, first, last;
  double factor, offset; ///< value = factor * value + offset
};

constexpr std::array<Event, 6> kEvents = {{{0, 2900, 2935, 0.1, 0},
                                           {0, 6600, 6630, 1, 260},
                                           {1, 3500, 3560, 1, 55},
                                           {1, 7800, 7830, 0, 4},
                                           {2, 4100, 4150, 3, 40},
                                           {2, 8300, 8310, 8, 0}}};

std::string timestamp(std::int64_t seconds) {
  using namespace std::chrono;
  const sys_seconds time{std::chrono::seconds(seconds)};
  const sys_days day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", int(date.year()),
                     unsigned(date.month()), unsigned(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count());
}

void addRow(Series& series, double value) {
  series.seconds.push_back(kStart + std::int64_t(series.values.size()) * kSecondsPerRow);
  series.timestamps.push_back(timestamp(series.seconds.back()));
  series.values.push_back(value);
}

Series generate(std::size_t index, std::string name, double base, double swing, double noise) {
  Series series;
  series.name = std::move(name);
  Random random(index + 1);
  for (std::size_t row = 0; row < kRows; ++row) {
    double value = base + swing * load(row) + noise * (random.next() + random.next());
    for (const Event& event : kEvents)
      if (event.series == index && row >= event.first && row <= event.last)
        value = event.factor * value + event.offset;
    addRow(series, value);
  }
  // As the benchmark's labels do, a window is wider than its event.
  for (const Event& event : kEvents)
    if (event.series == index)
      series.windows.push_back({event.first - 40, event.last + 40});
  return series;
}

} // namespace

DataSet generateDataSet() {
  DataSet data;
  data.isLabelled = true;
  data.series.push_back(generate(0, "generated/requests.csv", 40, 160, 12));
  data.series.push_back(generate(1, "generated/temperature.csv", 45, 10, 2));
  data.series.push_back(generate(2, "generated/waiting_time.csv", 8, 6, 1.5));
  return data;
}

DataSet generateDataSet(std::size_t count, std::size_t values) {
  DataSet data;
  for (std::size_t i = 0; i < count; ++i) {
    Series series;
    series.name = fmt::format("generated/service-{:07}.csv", i); // sorted by name, up to 10^7
    Random random(1000 + i);
    const double base = 50 + 40 * random.next(), swing = 100 + 80 * random.next();
    const std::size_t begin = i * 7 % kRowsPerDay; // not all are at midnight
    for (std::size_t row = 0; row < values; ++row) {
      const double noise = random.next() + random.next();
      const bool isOut = i % 10 == 3 && row % 500 >= 480; // some fail now and then
      addRow(series, isOut ? 0 : base + swing * load(begin + row) + 5 * noise);
    }
    data.series.push_back(std::move(series));
  }
  return data;
}

} // namespace anomaly

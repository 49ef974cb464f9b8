// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where tick marks go: the smallest round step that needs no more than the allowed number of them.
#include "Axis.h"

#include <fmt/core.h>

#include <array>
#include <chrono>
#include <cmath>

namespace example {

namespace {

constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr double kDay = 86400;

const char* monthName(std::chrono::month month) { return kMonths[unsigned(month) - 1]; }

std::chrono::year_month_day dateOf(double seconds) {
  return std::chrono::floor<std::chrono::days>(
      std::chrono::sys_seconds(std::chrono::seconds(std::int64_t(seconds))));
}

std::vector<Tick> evenTicks(double low, double high, double step, bool withDay) {
  std::vector<Tick> ticks;
  for (double value = std::ceil(low / step) * step; value <= high; value += step) {
    const auto date = dateOf(value);
    const int minutes = int(std::fmod(value, kDay)) / 60;
    ticks.push_back(
        {value, withDay ? fmt::format("{} {}", unsigned(date.day()), monthName(date.month()))
                        : fmt::format("{:02}:{:02}", minutes / 60, minutes % 60)});
  }
  return ticks;
}

std::vector<Tick> monthTicks(double low, double high, int months) {
  std::vector<Tick> ticks;
  const auto first = dateOf(low);
  auto month = first.year() / (first.month());
  month -= std::chrono::months((unsigned(first.month()) - 1) % unsigned(months));
  for (;; month += std::chrono::months(months)) {
    const std::chrono::sys_seconds start = std::chrono::sys_days(month / 1);
    const double value = double(start.time_since_epoch().count());
    if (value > high)
      return ticks;
    if (value >= low)
      ticks.push_back({value, fmt::format("{} {}", monthName(month.month()), int(month.year()))});
  }
}

} // namespace

std::vector<Tick> numberTicks(double low, double high, int most) {
  const double power = std::pow(10, std::floor(std::log10((high - low) / most)));
  double step = power * 10;
  for (double factor : {1.0, 2.0, 5.0})
    if ((high - low) / (power * factor) <= most) {
      step = power * factor;
      break;
    }
  std::vector<Tick> ticks;
  for (double i = std::ceil(low / step); i * step <= high * (1 + 1e-12); ++i)
    ticks.push_back({i * step, fmt::format("{:.10g}", i * step + 0.0)}); // no -0
  return ticks;
}

std::vector<Tick> dateTicks(double low, double high, int most) {
  for (double step : {300.0, 900.0, 3600.0, 10800.0, 21600.0})
    if ((high - low) / step <= most)
      return evenTicks(low, high, step, false);
  for (double days : {1.0, 2.0, 5.0})
    if ((high - low) / (kDay * days) <= most)
      return evenTicks(low, high, kDay * days, true);
  for (int months : {1, 2, 3, 6})
    if ((high - low) / (kDay * 30 * months) <= most)
      return monthTicks(low, high, months);
  return monthTicks(low, high, 12);
}

} // namespace example

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The progress line: what, a bar, percent, rate. Assumes a terminal that knows `\r` and `ESC [K`.
#include "Progress.h"

#include <fmt/core.h>

#include <cstdio>
#include <utility>

#include <unistd.h>

namespace example {

namespace {

constexpr std::chrono::milliseconds kInterval{100};
constexpr int kBarWidth = 30;

} // namespace

Progress::Progress(std::string what, std::uint64_t total, std::string unit)
    : what_(std::move(what)), unit_(std::move(unit)), total_(total),
      shown_(isatty(STDERR_FILENO) != 0), start_(Clock::now()), next_(start_ + kInterval) {}

Progress::~Progress() {
  if (drawn_)
    std::fputs("\r\x1b[K", stderr);
}

void Progress::update(std::uint64_t done) {
  if (!shown_)
    return;
  const Clock::time_point now = Clock::now();
  if (now < next_)
    return;
  next_ = now + kInterval;
  const double fraction = total_ == 0 ? 1.0 : double(done) / double(total_);
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const int filled = int(fraction * kBarWidth);
  fmt::print(stderr, "\r{} [{:#<{}}{:{}}] {:3.0f} %  {:.3g} {}/s\x1b[K", what_, "", filled, "",
             kBarWidth - filled, fraction * 100, double(done) / seconds, unit_);
  std::fflush(stderr);
  drawn_ = true;
}

} // namespace example

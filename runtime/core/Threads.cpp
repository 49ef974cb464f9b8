// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Numbers are given back when their thread ends: a program that starts threads again and again has
// no more of them than live at once.
#include "runtime/core/Threads.h"

#include <algorithm>
#include <mutex>
#include <vector>

namespace ring::runtime {

namespace {

class Numbers {
public:
  std::uint32_t take() {
    std::lock_guard lock(mutex_);
    const auto free = std::find(taken_.begin(), taken_.end(), false);
    const auto number = static_cast<std::uint32_t>(free - taken_.begin());
    if (free == taken_.end())
      taken_.push_back(true);
    else
      *free = true;
    return number;
  }
  void giveBack(std::uint32_t number) {
    std::lock_guard lock(mutex_);
    taken_[number] = false;
  }

private:
  std::mutex mutex_;
  std::vector<bool> taken_;
};

/// Never destroyed: threads may end after everything else.
Numbers& numbers() {
  static auto& all = *new Numbers;
  return all;
}

struct Number {
  const std::uint32_t value = numbers().take();
  Number() = default;
  Number(const Number&) = delete;
  Number& operator=(const Number&) = delete;
  ~Number() { numbers().giveBack(value); }
};

} // namespace

std::uint32_t threadNumber() {
  thread_local const Number mine;
  return mine.value;
}

} // namespace ring::runtime

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Linked into a test program: a test that takes longer than RINGKERNEL_TEST_LIMIT_S seconds (120 if
// it is not set) ends the process, which names it. A kernel that never leaves the GPU goes with its
// process; without that a hang would hold the machine.
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>

namespace ring::test {
namespace {

class Watchdog : public testing::EmptyTestEventListener {
public:
  Watchdog() : thread_([this] { watch(); }) {}
  ~Watchdog() override {
    {
      std::lock_guard lock(mutex_);
      isOver_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

  void OnTestStart(const testing::TestInfo& test) override {
    begin(std::string(test.test_suite_name()) + "." + test.name());
  }
  void OnTestEnd(const testing::TestInfo&) override { begin({}); }

private:
  using Clock = std::chrono::steady_clock;

  static std::chrono::seconds limit() {
    const char* given = std::getenv("RINGKERNEL_TEST_LIMIT_S");
    const long seconds = given ? std::strtol(given, nullptr, 10) : 0;
    return std::chrono::seconds(seconds > 0 ? seconds : 120);
  }
  void begin(std::string name) {
    {
      std::lock_guard lock(mutex_);
      name_ = std::move(name);
      deadline_ = Clock::now() + limit();
    }
    changed_.notify_all();
  }
  void watch() {
    std::unique_lock lock(mutex_);
    while (!isOver_) {
      if (name_.empty()) {
        changed_.wait(lock);
      } else if (Clock::now() < deadline_) {
        changed_.wait_until(lock, deadline_);
      } else {
        std::fprintf(stderr, "\nwatchdog: %s took longer than %lld s (RINGKERNEL_TEST_LIMIT_S)\n",
                     name_.c_str(), static_cast<long long>(limit().count()));
        std::fflush(stderr);
        std::_Exit(1); // destructors would wait for what hangs
      }
    }
  }

  std::mutex mutex_; // all that follows
  std::condition_variable changed_;
  std::string name_; ///< of the test that runs; empty: none
  Clock::time_point deadline_;
  bool isOver_ = false;
  std::thread thread_;
};

/// Listeners are added once GoogleTest is up, and are its own then.
class Starter : public testing::Environment {
public:
  void SetUp() override { testing::UnitTest::GetInstance()->listeners().Append(new Watchdog); }
};
const testing::Environment* const starter = testing::AddGlobalTestEnvironment(new Starter);

} // namespace
} // namespace ring::test

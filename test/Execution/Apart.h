// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A runtime whose GPU is in a process apart, over the fake driver: what the process is to suffer,
// and what is left of it.
#ifndef RINGKERNEL_TEST_EXECUTION_APART_H
#define RINGKERNEL_TEST_EXECUTION_APART_H

#include "ProcessTools.h"

#include <ringkernel/runtime.h>

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace ring::test {

class Apart : public testing::Test {
protected:
  void SetUp() override {
    setenv("RINGKERNEL_CUDA_LIBRARY", RINGKERNEL_FAKE_CUDA, 1);
    setenv("RINGKERNEL_NVRTC_LIBRARY", RINGKERNEL_FAKE_CUDA, 1);
    setenv("RINGKERNEL_CACHE_DIR", "", 1);
    char path[] = "/tmp/ringkernel-apart-XXXXXX";
    ASSERT_NE(mkdtemp(path), nullptr);
    directory_ = path;
    play("", 0);
  }
  void TearDown() override {
    EXPECT_TRUE(within10s([] { return children().empty(); })) << "a child is left";
    std::filesystem::remove_all(directory_);
    unsetenv("RINGKERNEL_FAKE_GPU");
    unsetenv("RINGKERNEL_FAKE_TOKENS");
  }
  /// The GPU of children from now on; what it says fails or sticks does so `times` in all.
  void play(const std::string& gpu, int times) {
    setenv("RINGKERNEL_FAKE_GPU", gpu.c_str(), 1);
    const std::string tokens = directory_ + "/token";
    setenv("RINGKERNEL_FAKE_TOKENS", tokens.c_str(), 1);
    for (int i = 0; i < 64; ++i) {
      const std::string token = tokens + "." + std::to_string(i);
      if (i < times)
        std::ofstream(token).put('\n');
      else
        std::filesystem::remove(token);
    }
  }
  int tokensLeft() const {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(directory_))
      count += entry.is_regular_file();
    return count;
  }
  static RuntimeOptions options() {
    RuntimeOptions options;
    options.backend = Backend::Cuda;
    options.isolation = Isolation::Process;
    options.maxActors = 64;
    options.stateBytes = 1 << 16;
    options.spillBytes = 1 << 16;
    options.maxRecoveries = 1000;
    return options;
  }
  /// The only child.
  static pid_t child() {
    const std::vector<pid_t> all = children();
    EXPECT_EQ(all.size(), 1u);
    return all.empty() ? 0 : all.front();
  }
  /// kill -9, and until another child is there in its place.
  static void killChild(Runtime& runtime) {
    const std::uint64_t before = runtime.statistics().recoveries;
    kill(child(), SIGKILL);
    EXPECT_TRUE(within10s([&] { return runtime.statistics().recoveries > before; }));
  }

private:
  std::string directory_;
};

} // namespace ring::test

#endif // RINGKERNEL_TEST_EXECUTION_APART_H

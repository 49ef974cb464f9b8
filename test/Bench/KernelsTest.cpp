// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The kernels that benchmarks compile when they start: for the oldest GPU and for one with
// clusters, down to machine code.
#include "test/tools/Nvrtc.h"

#include <ringkernel/transport.h>

#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

namespace ring::test {
namespace {

class BenchKernelsTest : public ::testing::TestWithParam<const char*> {};

TEST_P(BenchKernelsTest, CompileForOldAndNew) {
  Nvrtc nvrtc;
  if (!nvrtc.load(RINGKERNEL_NVRTC_LIBRARY)) {
    if (const char* ci = std::getenv("CI"); ci && std::string(ci) == "true")
      FAIL() << nvrtc.error();
    GTEST_SKIP() << nvrtc.error();
  }
  std::ifstream file(std::string(RINGKERNEL_BENCH_FOLDER "/") + GetParam());
  ASSERT_TRUE(file);
  std::stringstream source;
  source << file.rdbuf();
  std::vector<Nvrtc::Header> headers;
  for (const TransportHeader& header : transportHeaders())
    headers.push_back({header.name, header.text});
  for (const std::string architecture : {"sm_75", "sm_90"}) {
    const auto output = nvrtc.compile(source.str(), GetParam(), architecture, headers);
    EXPECT_TRUE(output.compiled) << architecture << ": " << output.log;
    const bool hasClusters = output.code.find("hopCluster") != std::string::npos;
    EXPECT_EQ(hasClusters, architecture == "sm_90" && std::string(GetParam()) == "gpu/Limits.cu");
  }
}

INSTANTIATE_TEST_SUITE_P(Files, BenchKernelsTest,
                         ::testing::Values("gpu/Limits.cu", "transport/Kernels.cu"),
                         [](const auto& file) {
                           return std::string(file.param).starts_with("gpu") ? "Limits" : "Rings";
                         });

} // namespace
} // namespace ring::test

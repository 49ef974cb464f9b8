// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The tearing test itself: finds what is torn, and asks of the GPU the accesses of the rings.
#include "runtime/backend/cuda/Tearing.h"
#include "runtime/backend/cuda/Compiler.h"
#include "runtime/backend/cuda/Program.h"
#include "test/Execution/TestDevices.h"
#include "test/tools/Nvrtc.h"

#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>

namespace ring::runtime::cuda {
namespace {

using namespace std::chrono_literals;

/// 16 bytes as two accesses.
struct Halves {
  static void store(Wide* to, const Wide& from) {
    std::uint64_t half[2];
    std::memcpy(half, from.words, sizeof(half));
    auto* words = reinterpret_cast<std::uint64_t*>(to->words);
    __atomic_store_n(words, half[0], __ATOMIC_RELAXED);
    __atomic_store_n(words + 1, half[1], __ATOMIC_RELAXED);
  }
  static Wide load(const Wide* from) {
    const auto* words = reinterpret_cast<const std::uint64_t*>(from->words);
    const std::uint64_t half[2] = {__atomic_load_n(words, __ATOMIC_RELAXED),
                                   __atomic_load_n(words + 1, __ATOMIC_RELAXED)};
    Wide value;
    std::memcpy(value.words, half, sizeof(half));
    return value;
  }
};

TEST(Tearing, TwoHalvesAreFoundTorn) {
  if (std::thread::hardware_concurrency() < 2)
    GTEST_SKIP() << "one core: two threads hardly meet";
  std::uint64_t torn = 0;
  for (int i = 0; i < 100 && torn == 0; ++i)
    torn = tearBetweenThreads<Halves>(100ms).torn;
  EXPECT_GT(torn, 0u);
}

TEST(Tearing, WholeAccessesAreNot) {
  if (!hasWideAccess())
    GTEST_SKIP() << "this processor has no 16-byte access";
  const Tearing counts = tearBetweenThreads<WideAccess>(300ms);
  EXPECT_EQ(counts.torn, 0u);
  EXPECT_GT(counts.reads, counts.changes);
}

TEST(Tearing, TooFewMeetingsShowNothing) {
  EXPECT_FALSE((Tearing{1000000, 999, 0}.isConclusive()));
  EXPECT_TRUE((Tearing{1000000, 1000, 0}.isConclusive()));
  EXPECT_TRUE((Tearing{2, 1, 1}.isConclusive()));
}

class TearingKernels : public testing::TestWithParam<int> {};

TEST_P(TearingKernels, TouchTheHostAsTheRingsDo) {
  test::Nvrtc nvrtc;
  if (!nvrtc.load(RINGKERNEL_NVRTC_LIBRARY)) {
    if (test::absenceIsFailure())
      FAIL() << nvrtc.error();
    GTEST_SKIP() << nvrtc.error();
  }
  std::vector<test::Nvrtc::Header> headers;
  for (const Header& header : programHeaders())
    headers.push_back({header.name, std::string(header.text)});
  const auto output = nvrtc.compile(tearingSource(), "tearing.cu",
                                    "compute_" + std::to_string(GetParam()), headers);
  ASSERT_TRUE(output.compiled) << output.log;
  std::set<std::string> accesses;
  const std::regex access(R"(\b(ld|st)\.(relaxed|[a-z0-9_.]*global)[a-z0-9_.]*)");
  for (std::sregex_iterator at(output.code.begin(), output.code.end(), access), end; at != end;
       ++at)
    accesses.insert(at->str());
  // The counts are plain words.
  EXPECT_EQ(accesses, (std::set<std::string>{"ld.relaxed.sys.global.b128", "st.relaxed.sys.b128",
                                             "st.global.u64"}));
}
INSTANTIATE_TEST_SUITE_P(Architectures, TearingKernels, testing::Values(75, 80, 90),
                         testing::PrintToStringParamName());

} // namespace
} // namespace ring::runtime::cuda

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How a transport's kernels touch memory that others see, read off their PTX: scope, order and
// width of each access, for every architecture. Running finds a wrong one by luck only; NVRTC needs
// no GPU.
#include "test/tools/Nvrtc.h"

#include <ringkernel/transport.h>

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>

namespace ring::test {
namespace {

using Names = std::set<std::string>;

class TransportAccess : public testing::TestWithParam<int> {
protected:
  void SetUp() override {
    Nvrtc nvrtc;
    if (!nvrtc.load(RINGKERNEL_NVRTC_LIBRARY)) {
      if (const char* ci = std::getenv("CI"); ci && std::string(ci) == "true")
        FAIL() << nvrtc.error();
      GTEST_SKIP() << nvrtc.error();
    }
    std::stringstream source;
    source << std::ifstream(RINGKERNEL_TRANSPORT_KERNELS).rdbuf();
    std::vector<Nvrtc::Header> headers;
    for (const TransportHeader& header : transportHeaders())
      headers.push_back({header.name, header.text});
    const auto output =
        nvrtc.compile(source.str(), "Kernels.cu", "compute_" + std::to_string(GetParam()), headers);
    ASSERT_TRUE(output.compiled) << output.log;
    // The test's own atomics and its copies in shared memory have no order or scope written.
    const std::regex access(R"(\b(ld|st|atom|red|fence|membar)\.[a-z0-9_.]+)");
    for (std::sregex_iterator at(output.code.begin(), output.code.end(), access), end; at != end;
         ++at)
      if (at->str().find(".shared") == std::string::npos)
        accesses.insert(at->str());
  }

  /// The accesses in whose names `part` stands.
  Names with(const std::string& part) const {
    Names found;
    for (const std::string& access : accesses)
      if (access.find(part) != std::string::npos)
        found.insert(access);
    return found;
  }

  Names accesses;
};

TEST_P(TransportAccess, AChunkIsOneAccess) {
  EXPECT_EQ(with(".b128"), (Names{"ld.relaxed.sys.global.b128", "st.relaxed.sys.global.b128"}));
}

TEST_P(TransportAccess, WhatTheHostSeesIsOrderedByFencesOfTheSystem) {
  EXPECT_EQ(with(".sys"), (Names{"fence.acq_rel.sys", "ld.relaxed.sys.global.b128",
                                 "ld.relaxed.sys.global.v4.u32", "st.relaxed.sys.global.b128",
                                 "st.release.sys.global.u64"}));
  EXPECT_EQ(with("fence"), Names{"fence.acq_rel.sys"});
  EXPECT_EQ(with("membar"), Names{});
  EXPECT_EQ(with(".volatile"), Names{});
}

TEST_P(TransportAccess, CreditsAreHandedOnInOrder) {
  EXPECT_EQ(with(".acquire"),
            (Names{"atom.acquire.gpu.global.add.u64", "atom.acquire.gpu.global.cas.b32"}));
  EXPECT_EQ(with(".release"), (Names{"red.release.gpu.global.add.u64", "st.release.gpu.global.u32",
                                     "st.release.sys.global.u64"}));
}

TEST_P(TransportAccess, TicketsStayOnTheDevice) {
  EXPECT_EQ(with(".relaxed.gpu"),
            (Names{"atom.relaxed.gpu.global.add.u64", "ld.relaxed.gpu.global.u32",
                   "ld.relaxed.gpu.global.u64", "st.relaxed.gpu.global.u32",
                   "st.relaxed.gpu.global.u64"}));
}

/// Four words in no order: payload outside of slots, which a fence and then a tag announce.
TEST_P(TransportAccess, PayloadOutsideOfSlotsGoesAsVectors) {
  EXPECT_EQ(with(".weak"), Names{"st.weak.global.v4.u32"});
  EXPECT_EQ(with(".relaxed.sys.global.v4"), Names{"ld.relaxed.sys.global.v4.u32"});
}

INSTANTIATE_TEST_SUITE_P(Architectures, TransportAccess, testing::Values(75, 80, 90),
                         testing::PrintToStringParamName());

} // namespace
} // namespace ring::test

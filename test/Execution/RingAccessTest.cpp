// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How the resident kernel touches memory that others see, read off its PTX: scope, order and width
// of each access, for every architecture. Running finds a wrong one by luck only; NVRTC needs no
// GPU.
#include "runtime/backend/cuda/Program.h"
#include "test/Execution/TestDevices.h"
#include "test/tools/Nvrtc.h"

#include "Demo.ring.h"
#include "Wide.ring.h"

#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>
#include <string>

namespace ring::runtime::cuda {
namespace {

using Names = std::set<std::string>;

class RingAccess : public testing::TestWithParam<int> {
protected:
  void SetUp() override {
    test::Nvrtc nvrtc;
    if (!nvrtc.load(RINGKERNEL_NVRTC_LIBRARY)) {
      if (test::absenceIsFailure())
        FAIL() << nvrtc.error();
      GTEST_SKIP() << nvrtc.error();
    }
    Registry registry;
    const ActorType* actors[] = {*registry.actor(detail::Registered<FraudMonitor>::info()),
                                 *registry.actor(detail::Registered<wide::Collector>::info())};
    const Result<Program> program = compose(actors, registry, {116, 16});
    ASSERT_TRUE(program) << program.status().message();
    std::vector<test::Nvrtc::Header> headers;
    for (const Header& header : programHeaders())
      headers.push_back({header.name, std::string(header.text)});
    const auto output = nvrtc.compile(program->source, "resident.cu",
                                      "compute_" + std::to_string(GetParam()), headers);
    ASSERT_TRUE(output.compiled) << output.log;
    const std::regex access(R"(\b(ld|st|atom|red|fence|membar)\.[a-z0-9_.:]+)");
    for (std::sregex_iterator at(output.code.begin(), output.code.end(), access), end; at != end;
         ++at)
      ++accesses[at->str()];
  }

  /// The accesses in whose names `part` stands.
  Names with(const std::string& part) const {
    Names found;
    for (const auto& [name, count] : accesses)
      if (name.find(part) != std::string::npos)
        found.insert(name);
    return found;
  }

  std::map<std::string, unsigned> accesses; ///< how often each stands there
};

/// Near mailboxes lie in shared memory, of other blocks too where the chip has clusters: there the
/// chunk's store has a generic address, or one of the cluster's.
TEST_P(RingAccess, AChunkIsOneAccess) {
  Names expected{"ld.relaxed.gpu.global.b128", "ld.relaxed.sys.global.b128", "st.relaxed.sys.b128"};
  if (GetParam() >= 90)
    expected.merge(Names{"ld.relaxed.cluster.shared::cta.b128",
                         "st.relaxed.cluster.shared::cta.b128",
                         "st.relaxed.cluster.shared::cluster.b128"});
  else
    expected.merge(Names{"ld.relaxed.cta.shared.b128", "st.relaxed.cta.shared.b128"});
  EXPECT_EQ(with(".b128"), expected);
}

TEST_P(RingAccess, CountersAndWhatALeavingWarpHasReadAreReleased) {
  // Counters, and how far a ring was read when its warp leaves; slots go back by what was read (ADR
  // 0019).
  Names expected{"st.release.gpu.global.u64", "st.release.sys.global.u64"};
  EXPECT_EQ(with("st.release"), expected);
  EXPECT_EQ(with("fence"), Names{"fence.acq_rel.sys"});
  EXPECT_EQ(with(".acquire"), Names{"ld.acquire.gpu.global.u64"}); // the top of a stack of blocks
  EXPECT_EQ(with("membar"), Names{});
  EXPECT_EQ(with(".volatile"), Names{});
}

TEST_P(RingAccess, TicketsAndLimitsStayOnTheDevice) {
  // Exchanges are of stacks of free blocks and of a table of one warp's, the others of their links
  // and of what all count.
  Names tickets{"atom.relaxed.gpu.global.add.u64", "atom.acq_rel.gpu.global.cas.b64",
                "atom.relaxed.cta.shared.exch.b32"};
  Names words{"ld.relaxed.gpu.global.u64",      "st.relaxed.gpu.global.u64",
              "ld.relaxed.gpu.global.u32",      "st.relaxed.gpu.global.u32",
              "red.relaxed.gpu.global.add.u64", "st.relaxed.sys.global.u64"};
  if (GetParam() >= 90) {
    tickets.merge(Names{"atom.relaxed.cluster.shared::cta.add.u32",
                        "atom.relaxed.cluster.shared::cluster.add.u32"});
    words.merge(Names{"ld.relaxed.cluster.shared::cta.u32",
                      "ld.relaxed.cluster.shared::cluster.u32",
                      "st.relaxed.cluster.shared::cta.u32"});
  } else {
    tickets.insert("atom.relaxed.cta.shared.add.u32");
    words.merge(Names{"ld.relaxed.cta.shared.u32", "st.relaxed.cta.shared.u32"});
  }
  EXPECT_EQ(with("atom"), tickets);
  EXPECT_EQ(with("red.global"), Names{});
  Names found;
  for (const std::string& name : with(".relaxed"))
    if (name.find(".b128") == std::string::npos && !name.starts_with("atom"))
      found.insert(name);
  EXPECT_EQ(found, words);
}

/// All that crosses the link, by scope.
TEST_P(RingAccess, TheHostIsReachedByChunksCreditsAndAFence) {
  EXPECT_EQ(with(".sys"),
            (Names{"fence.acq_rel.sys", "ld.relaxed.sys.global.b128", "st.relaxed.sys.b128",
                   "st.relaxed.sys.global.u64", "st.release.sys.global.u64"}));
}

/// Four words in no order: only images and states of actors go so, which an answer announces, and
/// near mailboxes while they are saved.
TEST_P(RingAccess, OnlyImagesAndStatesGoAsVectors) {
  Names vectors;
  for (const std::string& name : with(".v4"))
    // Staged messages, which one warp sees, and what functions are called with.
    if (name.find(".shared") == std::string::npos && name.find(".param") == std::string::npos)
      vectors.insert(name);
  EXPECT_EQ(vectors,
            (Names{"ld.global.cv.v4.u32", "ld.global.v4.u32", "st.global.v4.u32", "st.v4.u32"}));
  EXPECT_EQ(with(".cv"), Names{"ld.global.cv.v4.u32"});
}

INSTANTIATE_TEST_SUITE_P(Architectures, RingAccess, testing::Values(75, 80, 90),
                         testing::PrintToStringParamName());

} // namespace
} // namespace ring::runtime::cuda

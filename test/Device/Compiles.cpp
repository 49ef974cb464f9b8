// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the tests bring to a GPU compiles: the resident kernels that their actors make, for every
// architecture that is promised. NVRTC needs no GPU.
#include "AuditHuge.ring.h"
#include "AuditLarge.ring.h"
#include "AuditSmall.ring.h"
#include "runtime/backend/cuda/Program.h"
#include "test/Execution/TestDevices.h"

#include <gtest/gtest.h>

namespace ring::runtime::cuda {
namespace {

template <class... Actors> void expectCompiles() {
  Registry registry;
  std::vector<const ActorType*> actors;
  for (const TypeInfo* info : {&detail::Registered<Actors>::info()...})
    actors.push_back(registry.actor(*info).value());
  const Result<Program> program = compose(actors, registry, Placement{116, 16});
  ASSERT_TRUE(program) << program.status().message();
  for (const int capability : {75, 80, 90}) {
    const Result<std::vector<char>> cubin = compile(program->source, capability, programHeaders());
    EXPECT_TRUE(cubin) << capability << ": " << cubin.status().message();
  }
}

TEST(Compiles, ForEveryArchitecture) {
  if (Status status = compilerStatus(); !status) {
    if (test::absenceIsFailure())
      FAIL() << status.message();
    GTEST_SKIP() << status.message();
  }
  expectCompiles<audit::OnThread<5>, audit::OnWarp<5>, audit::OnBlock<5>, audit::Source,
                 audit::Whirl, audit::Mortal, audit::Hoard>();
  expectCompiles<audit::Mortal, audit::OnThread<70>, audit::OnWarp<70>, audit::OnBlock<70>>();
  expectCompiles<audit::Mortal, audit::OnThread<757>>();
}

} // namespace
} // namespace ring::runtime::cuda

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Refusals that only IR written by hand can meet: handler files cannot say these things; a module
// without the layouts of ring::abi is a defect of ringc. All others are tested under
// test/Target/Refused.
#include "ringc/IR/Parser.h"
#include "ringc/IR/Verifier.h"
#include "ringc/Target/CUDA/CUDA.h"
#include "ringc/Target/MSL/MSL.h"
#include "ringc/Target/WGSL/WGSL.h"

#include <gtest/gtest.h>

namespace ringc {
namespace {

using CanEmit = bool (*)(const ir::Module&, DiagnosticEngine&);

/// The id of the only message, or `accepted`.
std::string verdict(CanEmit canEmit, llvm::StringRef text) {
  DiagnosticEngine diagnostics;
  const std::unique_ptr<ir::Module> module = ir::parse(text, "test.ir", diagnostics);
  if (!module || !ir::verify(*module, diagnostics))
    return "no module: " + diagnostics.all().front().message;
  const bool accepted = canEmit(*module, diagnostics);
  if (accepted != diagnostics.all().empty() || diagnostics.all().size() > 1)
    return "not one message";
  return accepted ? "accepted" : diagName(diagnostics.all().front().id).str();
}

constexpr const char* kActorWithoutAbi = R"ir(module "m"
file 0 "m.ring.h"
struct "Go" size 4 align 4 {
  n: u32 at 0
}
struct "A" size 4 align 4 {
  n: u32 at 0
}
message "Go"
actor "A" scope thread {
  handler "Go" "A::on"
}
func handler "A::on" "(const Go &, ring::Context &)" (ref state %self: "A", ref const message %m: "Go", let %ctx: context) {
  %self.n = %m.n
}
)ir";

TEST(RefusedTest, actorNeedsTheLayoutsOfTheAbi) {
  for (const CanEmit canEmit : {cuda::canEmit, msl::canEmit, wgsl::canEmit})
    EXPECT_DEATH(verdict(canEmit, kActorWithoutAbi), "lacks the layout of ring::ActorId");
}

constexpr const char* kStencilWithoutAbi = R"ir(module "m"
file 0 "m.ring.h"
func stencil "s" "(...)" (let %a: cell1<f32>) {
  at(%a) = 1.0f32
}
)ir";

TEST(RefusedTest, stencilNeedsTheSweepHeader) {
  for (const CanEmit canEmit : {cuda::canEmit, msl::canEmit, wgsl::canEmit})
    EXPECT_DEATH(verdict(canEmit, kStencilWithoutAbi),
                 "lacks the layout of ring::abi::SweepHeader");
}

constexpr const char* kAcquire = R"ir(module "m"
file 0 "m.ring.h"
func kernel "k" "(...)" (let %x: span<u32>) block(1, 1, 1) {
  let %old: u32 = atomic add acquire device %x[0u32] with 1u32
}
)ir";

TEST(RefusedTest, onlyCudaOrdersMemory) {
  EXPECT_EQ("accepted", verdict(cuda::canEmit, kAcquire));
  EXPECT_EQ("target-memory-order", verdict(msl::canEmit, kAcquire));
  EXPECT_EQ("target-memory-order", verdict(wgsl::canEmit, kAcquire));
}

} // namespace
} // namespace ringc

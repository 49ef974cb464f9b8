// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the scanner finds in WGSL source. Whether that is enough for Tint, ComputeDeviceTest shows.

#include "runtime/backend/webgpu/WgslInterface.h"

#include <gtest/gtest.h>

#include <string>

namespace ring::runtime::webgpu {
namespace {

std::string slots(const EntryPoint& entry) {
  std::string text;
  for (const StorageBinding& binding : entry.bindings)
    text += std::to_string(binding.slot) + (binding.readOnly ? "r " : "w ");
  return text;
}

TEST(WgslInterface, FindsWhatAnEntryPointReachesThroughCalls) {
  const auto entries = computeEntryPoints(R"(
struct S { @align(16) a: u32, b: array<vec2<u32>, 4> }
@group(0) @binding(0) var<storage, read> a: array<u32>;
@group(0) @binding(1) var<storage, read_write> b: array<atomic<u32>>;
@binding(0x2u) @group(0) var<storage> c: S;
@group(0) @binding(3) var<storage, read_write> d: array<u32>;
var<workgroup> tile: array<u32, 64>;
var<private> counter: u32;
const limit = 3u;
fn leaf(i: u32) -> u32 { return a[i]; }
fn middle(i: u32) -> u32 { if (i < limit) { return leaf(i); } return 0u; }
@compute @workgroup_size(8, 4) fn first(@builtin(local_invocation_id) id: vec3<u32>) { d[id.x] = middle(id.y); }
@workgroup_size(64) @compute fn second() { atomicAdd(&b[0], c.a); }
)");
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[0].name, "first");
  EXPECT_EQ(slots(entries[0]), "0r 3w ");
  EXPECT_EQ(entries[0].workgroupSize, (std::array<std::uint32_t, 3>{8, 4, 1}));
  EXPECT_EQ(entries[1].name, "second");
  EXPECT_EQ(slots(entries[1]), "1w 2r ");
  EXPECT_EQ(entries[1].workgroupSize, (std::array<std::uint32_t, 3>{64, 1, 1}));
}

TEST(WgslInterface, CommentsDeclareNothing) {
  const auto entries = computeEntryPoints(R"(
// @group(0) @binding(0) var<storage, read> a: array<u32>;
/* nested /* @compute @workgroup_size(1) fn gone() {} */ still a comment */
@group(0) @binding(4) var<storage, read_write> a: array<u32>; // a
@compute @workgroup_size(1) fn main() { /* b */ a[0] = 1u; }
)");
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(slots(entries[0]), "4w ");
}

TEST(WgslInterface, ComputedWorkgroupSizeIsUnknown) {
  const auto entries =
      computeEntryPoints("const n = 8u;\n@compute @workgroup_size(n) fn main() {}");
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_FALSE(entries[0].workgroupSize.has_value());
}

TEST(WgslInterface, BrokenTextEndsTheScan) {
  for (const char* text : {"", "@", "@group(", "var<storage", "fn", "fn f(", "/*", "{{{", "struct",
                           "@compute fn f() {", "@workgroup_size(1,"})
    computeEntryPoints(text);
}

} // namespace
} // namespace ring::runtime::webgpu

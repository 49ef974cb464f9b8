// ring::Array is an array: what std::array has, at and data apart.
// RUN: %ringc --emit=ir %s | FileCheck %s
#include <ringkernel/ring.h>

struct Point {
  ring::Array<float, 2> at;
};
// CHECK: struct "Set" size 36 align 4
// CHECK-NEXT: rows: array<array<u32, 4>, 2> at 0
struct [[ring::message]] Set {
  ring::Array<ring::Array<std::uint32_t, 4>, 2> rows;
  std::int32_t index;
};
class [[ring::actor]] Holder {
public:
  // CHECK-LABEL: func handler "Holder::on"
  [[ring::handler]] void on(const Set& set, ring::Context&) {
    // CHECK: %self.values[%set.index] = (%set.rows[1u32][%set.index] + 4u32)
    values[set.index] = set.rows[1][set.index] + values.size();
    // CHECK: var %local: array<u32, 4> = array<u32, 4>{1u32, 2u32, 3u32, 4u32}
    ring::Array<std::uint32_t, 4> local{{1, 2, 3, 4}};
    // CHECK: loop init
    for (std::uint32_t& value : local)
      value += 1;
    // CHECK: %self.values[0u32] = (%local[0u32] + %local[3u32])
    values.front() = local.front() + local.back();
    local.fill(7);
    // CHECK: %self.points[1u32].at[1u32] = 0.5f32
    points[1].at[1] = 0.5f;
    values = local;
  }

private:
  ring::Array<std::uint32_t, 4> values{};
  ring::Array<Point, 3> points{};
};

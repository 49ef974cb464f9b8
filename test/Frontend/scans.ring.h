// Scans: what they become.
// RUN: %ringc --emit=ir %s | FileCheck %s
#include <ringkernel/ring.h>
struct [[ring::message]] In { float x; std::uint32_t n; };
class [[ring::actor(ring::Scope::Warp)]] A {
public:
  // CHECK-LABEL: func handler "A::on"
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    // CHECK: let %total: f32 = reduce let %i: u32 < %in.n from 1.0f32
    // CHECK: } yield {{.*}} combine let %a: f32, let %b: f32
    // CHECK: } yield (%a + %b) inclusive let %sum: f32
    // CHECK-NEXT: %self.table[%i] = %sum
    // CHECK: %self.total = %total
    total = ctx.scan(in.n, 1.0f, ring::Plus{}, [&](std::uint32_t i) { return table[i] * in.x; },
                     [&](std::uint32_t i, float sum) { table[i] = sum; });
    // CHECK: exclusive let %before: f32
    ctx.exclusiveScan(4u, 0.0f, ring::Plus{}, [&](std::uint32_t i) { return table[i]; },
                      [&](std::uint32_t i, float before) { table[i] -= before; });
  }

private:
  ring::Array<float, 64> table{};
  float total = 0;
};

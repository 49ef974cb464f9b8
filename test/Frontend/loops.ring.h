// RUN: %ringc --emit=ir %s | FileCheck %s
// for, while, do, break, continue.
#include <ringkernel/ring.h>

struct [[ring::message]] In { float x; std::uint32_t n; std::int32_t k; };
struct [[ring::message]] Out { float x; };

class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    for (std::uint32_t i = 0; i < in.n; ++i) { if (i == 3u) continue; if (i > 9u) break; a += in.x; }
    std::uint32_t m = in.n;
    while (m > 0u) m /= 2u;
    do { m += 1u; } while (m < 4u);
    for (;;) { if (m > 10u) return; ++m; }
  }
private:

  float a = 0; std::uint32_t n = 0; std::int32_t k = 0; float table[16] = {};
};

// CHECK: func handler "A::on" "(const In &, ring::Context &)" (ref state %self: "A", ref const message %in: "In", let %ctx: context)
// CHECK-NEXT: loop init
// CHECK-NEXT: var %i: u32 = 0u32
// CHECK-NEXT: } while (%i < %in.n) step
// CHECK-NEXT: %i = (%i + 1u32)
// CHECK-NEXT: } do
// CHECK-NEXT: if (%i == 3u32)
// CHECK-NEXT: continue
// CHECK-NEXT: }
// CHECK-NEXT: if (%i > 9u32)
// CHECK-NEXT: break
// CHECK-NEXT: }
// CHECK-NEXT: %self.a = (%self.a + %in.x)
// CHECK-NEXT: }
// CHECK-NEXT: var %m: u32 = %in.n
// CHECK-NEXT: loop while (%m > 0u32) do
// CHECK-NEXT: %m = (%m / 2u32)
// CHECK-NEXT: }
// CHECK-NEXT: loop do
// CHECK-NEXT: %m = (%m + 1u32)
// CHECK-NEXT: } while (%m < 4u32)
// CHECK-NEXT: loop do
// CHECK-NEXT: if (%m > 10u32)
// CHECK-NEXT: return
// CHECK-NEXT: }
// CHECK-NEXT: %m = (%m + 1u32)
// CHECK-NEXT: }
// CHECK-NEXT: }

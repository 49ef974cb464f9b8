// RUN: %ringc --emit=ir %s | FileCheck %s
// Lambdas become part of their callers, early returns included.
#include <ringkernel/ring.h>

struct [[ring::message]] In { float x; std::uint32_t n; std::int32_t k; };
struct [[ring::message]] Out { float x; };
template <class F> inline void apply(F f, float v) { f(v); f(v); }
class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    const float offset = 2.0f;
    const auto shift = [offset](float v) { return v + offset; };
    auto add = [&](float v) { a += v; };
    add(shift(in.x));
    const auto clampTo = [](float v, float low) { if (v < low) return low; if (v > 9.0f) return 9.0f; return v; };
    a = clampTo(in.x, 1.0f);
    apply(add, 3.0f);
    const auto find = [&](float key) { for (std::uint32_t i = 0; i < 16u; ++i) { if (table[i] == key) return i; } return 16u; };
    n = find(in.x);
  }
private:

  float a = 0; std::uint32_t n = 0; std::int32_t k = 0; float table[16] = {};
};

// CHECK: func handler "A::on" "(const In &, ring::Context &)" (ref state %self: "A", ref const message %in: "In", let %ctx: context)
// CHECK-NEXT: let %offset: f32 = 2.0f32
// CHECK-NEXT: let %v: f32 = %in.x
// CHECK-NEXT: let %v.1: f32 = (%v + %offset)
// CHECK-NEXT: %self.a = (%self.a + %v.1)
// CHECK-NEXT: let %v.2: f32 = %in.x
// CHECK-NEXT: var %result: f32
// CHECK-NEXT: if (%v.2 < 1.0f32)
// CHECK-NEXT: %result = 1.0f32
// CHECK-NEXT: } else
// CHECK-NEXT: if (%v.2 > 9.0f32)
// CHECK-NEXT: %result = 9.0f32
// CHECK-NEXT: } else
// CHECK-NEXT: %result = %v.2
// CHECK-NEXT: }
// CHECK-NEXT: }
// CHECK-NEXT: %self.a = %result
// CHECK-NEXT: %self.a = (%self.a + 3.0f32)
// CHECK-NEXT: %self.a = (%self.a + 3.0f32)
// CHECK-NEXT: let %key: f32 = %in.x
// CHECK-NEXT: var %result.1: u32
// CHECK-NEXT: var %returned: bool = false
// CHECK-NEXT: loop init
// CHECK-NEXT: var %i: u32 = 0u32
// CHECK-NEXT: } while (%i < 16u32) step
// CHECK-NEXT: %i = (%i + 1u32)
// CHECK-NEXT: } do
// CHECK-NEXT: if (%self.table[%i] == %key)
// CHECK-NEXT: %result.1 = %i
// CHECK-NEXT: %returned = true
// CHECK-NEXT: break
// CHECK-NEXT: }
// CHECK-NEXT: }
// CHECK-NEXT: if !%returned
// CHECK-NEXT: %result.1 = 16u32
// CHECK-NEXT: }
// CHECK-NEXT: %self.n = %result.1
// CHECK-NEXT: }

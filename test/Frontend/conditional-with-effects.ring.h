// RUN: %ringc --emit=ir %s | FileCheck %s
// A conditional with effects is an if.
#include <ringkernel/ring.h>

struct [[ring::message]] In { float x; std::uint32_t n; std::int32_t k; };
struct [[ring::message]] Out { float x; };

class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    a = in.x > 0.0f ? grow() : in.x;
  }
private:
  float grow() { n += 1u; return a; }
  float a = 0; std::uint32_t n = 0; std::int32_t k = 0; float table[16] = {};
};

// CHECK: func device "A::grow" "() [state]" (ref state %self: "A") -> f32
// CHECK-NEXT: %self.n = (%self.n + 1u32)
// CHECK-NEXT: return %self.a
// CHECK-NEXT: }
// CHECK: func handler "A::on" "(const In &, ring::Context &)" (ref state %self: "A", ref const message %in: "In", let %ctx: context)
// CHECK-NEXT: var %chosen: f32
// CHECK-NEXT: if (%in.x > 0.0f32)
// CHECK-NEXT: let %grow: f32 = call "A::grow"(&%self)
// CHECK-NEXT: %chosen = %grow
// CHECK-NEXT: } else
// CHECK-NEXT: %chosen = %in.x
// CHECK-NEXT: }
// CHECK-NEXT: %self.a = %chosen
// CHECK-NEXT: }

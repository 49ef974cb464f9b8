// RUN: %ringc --emit=ir %s | FileCheck %s
// && and || without effects are expressions.
#include <ringkernel/ring.h>

struct [[ring::message]] In { float x; std::uint32_t n; std::int32_t k; };
struct [[ring::message]] Out { float x; };

class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    if (in.x > 0.0f && in.n < 5u || !(in.k == 3)) a = 1.0f;
  }
private:

  float a = 0; std::uint32_t n = 0; std::int32_t k = 0; float table[16] = {};
};

// CHECK: func handler "A::on" "(const In &, ring::Context &)" (ref state %self: "A", ref const message %in: "In", let %ctx: context)
// CHECK-NEXT: if (((%in.x > 0.0f32) && (%in.n < 5u32)) || !(%in.k == 3i32))
// CHECK-NEXT: %self.a = 1.0f32
// CHECK-NEXT: }
// CHECK-NEXT: }

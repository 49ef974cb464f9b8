// RUN: %ringc --emit=ir %s | FileCheck %s
// An early return stays one.
#include <ringkernel/ring.h>

struct [[ring::message]] In { float x; std::uint32_t n; std::int32_t k; };
struct [[ring::message]] Out { float x; };

class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    if (in.x < 0.0f) return;
    a = in.x;
  }
private:

  float a = 0; std::uint32_t n = 0; std::int32_t k = 0; float table[16] = {};
};

// CHECK: func handler "A::on" "(const In &, ring::Context &)" (ref state %self: "A", ref const message %in: "In", let %ctx: context)
// CHECK-NEXT: if (%in.x < 0.0f32)
// CHECK-NEXT: return
// CHECK-NEXT: }
// CHECK-NEXT: %self.a = %in.x
// CHECK-NEXT: }

// RUN: %ringc --emit=ir %s | FileCheck %s
// if with an initialiser, and if constexpr.
#include <ringkernel/ring.h>

struct [[ring::message]] In { float x; std::uint32_t n; std::int32_t k; };
struct [[ring::message]] Out { float x; };

class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    if (const float d = in.x - a; d > 0.0f) a = d; else if (d < -1.0f) a = -d;
    if constexpr (sizeof(float) == 4) n = 4u; else n = undeclared(in);
  }
private:
  template <class T> static std::uint32_t undeclared(const T& t) { return t.n; }
  float a = 0; std::uint32_t n = 0; std::int32_t k = 0; float table[16] = {};
};

// CHECK: func handler "A::on" "(const In &, ring::Context &)" (ref state %self: "A", ref const message %in: "In", let %ctx: context)
// CHECK-NEXT: block
// CHECK-NEXT: let %d: f32 = (%in.x - %self.a)
// CHECK-NEXT: if (%d > 0.0f32)
// CHECK-NEXT: %self.a = %d
// CHECK-NEXT: } else
// CHECK-NEXT: if (%d < -1.0f32)
// CHECK-NEXT: %self.a = -%d
// CHECK-NEXT: }
// CHECK-NEXT: }
// CHECK-NEXT: }
// CHECK-NEXT: %self.n = 4u32
// CHECK-NEXT: }

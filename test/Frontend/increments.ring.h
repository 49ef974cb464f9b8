// RUN: %ringc --emit=ir %s | FileCheck %s
// ++ and --, as statements and as values.
#include <ringkernel/ring.h>

struct [[ring::message]] In { float x; std::uint32_t n; std::int32_t k; };
struct [[ring::message]] Out { float x; };

class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    ++n; n--; k = n++ + 1u; table[--k] = 0.0f;
    float f = 1.0f; f++;
    a = f;
  }
private:

  float a = 0; std::uint32_t n = 0; std::int32_t k = 0; float table[16] = {};
};

// CHECK: func handler "A::on" "(const In &, ring::Context &)" (ref state %self: "A", ref const message %in: "In", let %ctx: context)
// CHECK-NEXT: %self.n = (%self.n + 1u32)
// CHECK-NEXT: %self.n = (%self.n - 1u32)
// CHECK-NEXT: let %old: u32 = %self.n
// CHECK-NEXT: %self.n = (%old + 1u32)
// CHECK-NEXT: %self.k = i32((%old + 1u32))
// CHECK-NEXT: %self.k = (%self.k - 1i32)
// CHECK-NEXT: %self.table[%self.k] = 0.0f32
// CHECK-NEXT: var %f: f32 = 1.0f32
// CHECK-NEXT: %f = (%f + 1.0f32)
// CHECK-NEXT: %self.a = %f
// CHECK-NEXT: }

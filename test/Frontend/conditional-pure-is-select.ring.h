// RUN: %ringc --emit=ir %s | FileCheck %s
// A conditional without effects is an expression.
#include <ringkernel/ring.h>

struct [[ring::message]] In { float x; std::uint32_t n; std::int32_t k; };
struct [[ring::message]] Out { float x; };

class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    a = in.x > 0.0f ? in.x : -in.x;
  }
private:

  float a = 0; std::uint32_t n = 0; std::int32_t k = 0; float table[16] = {};
};

// CHECK: func handler "A::on" "(const In &, ring::Context &)" (ref state %self: "A", ref const message %in: "In", let %ctx: context)
// CHECK-NEXT: %self.a = select((%in.x > 0.0f32), %in.x, -%in.x)
// CHECK-NEXT: }

// RUN: %ringc --emit=ir %s | FileCheck %s
// Functions of <bit>.
#include <ringkernel/ring.h>
#include <bit>
struct [[ring::message]] In { float x; std::uint32_t n; std::int32_t k; };
struct [[ring::message]] Out { float x; };

class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    n = std::popcount(in.n) + std::countl_zero(in.n) + std::countr_zero(in.n);
    n = std::bit_cast<std::uint32_t>(in.x);
    a = std::bit_cast<float>(in.n);
  }
private:

  float a = 0; std::uint32_t n = 0; std::int32_t k = 0; float table[16] = {};
};

// CHECK: func handler "A::on" "(const In &, ring::Context &)" (ref state %self: "A", ref const message %in: "In", let %ctx: context)
// CHECK-NEXT: %self.n = u32(((popcount(%in.n) + clz(%in.n)) + ctz(%in.n)))
// CHECK-NEXT: %self.n = bitcast<u32>(%in.x)
// CHECK-NEXT: %self.a = bitcast<f32>(%in.n)
// CHECK-NEXT: }

// RUN: %ringc --emit=ir %s | FileCheck %s
// Compound assignments compute in the promoted type.
#include <ringkernel/ring.h>

struct [[ring::message]] In { float x; std::uint32_t n; std::int32_t k; };
struct [[ring::message]] Out { float x; };

class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    a += in.x; a -= 1.0f; a *= 2.0f; a /= 3.0f;
    n <<= 2; n >>= in.n; n &= 7u; n |= 8u; n ^= 1u; n %= 5u;
    std::uint8_t small = 3;
    small += in.n;
    k = small;
  }
private:

  float a = 0; std::uint32_t n = 0; std::int32_t k = 0; float table[16] = {};
};

// CHECK: func handler "A::on" "(const In &, ring::Context &)" (ref state %self: "A", ref const message %in: "In", let %ctx: context)
// CHECK-NEXT: %self.a = (%self.a + %in.x)
// CHECK-NEXT: %self.a = (%self.a - 1.0f32)
// CHECK-NEXT: %self.a = (%self.a * 2.0f32)
// CHECK-NEXT: %self.a = (%self.a / 3.0f32)
// CHECK-NEXT: %self.n = (%self.n << 2i32)
// CHECK-NEXT: %self.n = (%self.n >> %in.n)
// CHECK-NEXT: %self.n = (%self.n & 7u32)
// CHECK-NEXT: %self.n = (%self.n | 8u32)
// CHECK-NEXT: %self.n = (%self.n ^ 1u32)
// CHECK-NEXT: %self.n = (%self.n % 5u32)
// CHECK-NEXT: var %small: u8 = 3u8
// CHECK-NEXT: %small = u8((u32(%small) + %in.n))
// CHECK-NEXT: %self.k = i32(%small)
// CHECK-NEXT: }

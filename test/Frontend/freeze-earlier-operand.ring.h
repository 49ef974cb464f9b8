// RUN: %ringc --emit=ir %s | FileCheck %s
// A value read early is kept where a later operand changes it, and only there.
#include <ringkernel/ring.h>

struct [[ring::message]] In { float x; std::uint32_t n; std::int32_t k; };
struct [[ring::message]] Out { float x; };

struct Pair { std::uint32_t first, second; };
class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    // twice() changes another field: nothing to keep.
    a = a + in.x * twice();
    // Braces are evaluated from the left: n is read before bump() changes it.
    last = Pair{n, bump()};
    // So is a shift.
    n = n << bump();
  }
private:
  std::uint32_t bump() { return ++n; }
  Pair last{};
  float twice() { k += 1; return 2.0f; }
  float a = 0; std::uint32_t n = 0; std::int32_t k = 0; float table[16] = {};
};

// CHECK: func device "A::twice" "() [state]" (ref state %self: "A") -> f32
// CHECK-NEXT: %self.k = (%self.k + 1i32)
// CHECK-NEXT: return 2.0f32
// CHECK-NEXT: }
// CHECK: func device "A::bump" "() [state]" (ref state %self: "A") -> u32
// CHECK-NEXT: %self.n = (%self.n + 1u32)
// CHECK-NEXT: return %self.n
// CHECK-NEXT: }
// CHECK: func handler "A::on" "(const In &, ring::Context &)" (ref state %self: "A", ref const message %in: "In", let %ctx: context)
// CHECK-NEXT: let %twice: f32 = call "A::twice"(&%self)
// CHECK-NEXT: %self.a = (%self.a + (%in.x * %twice))
// CHECK-NEXT: let %kept: u32 = %self.n
// CHECK-NEXT: let %bump: u32 = call "A::bump"(&%self)
// CHECK-NEXT: %self.last = "Pair"{%kept, %bump}
// CHECK-NEXT: let %kept.1: u32 = %self.n
// CHECK-NEXT: let %bump.1: u32 = call "A::bump"(&%self)
// CHECK-NEXT: %self.n = (%kept.1 << %bump.1)
// CHECK-NEXT: }

// RUN: %ringc --emit=ir %s | FileCheck %s
// Conditions with effects are evaluated once a round, where C++ does.
#include <ringkernel/ring.h>

struct [[ring::message]] In { float x; std::uint32_t n; std::int32_t k; };
struct [[ring::message]] Out { float x; };

class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    while (step() < in.n) { if (a > 3.0f) continue; a += 1.0f; }
    do { a += 1.0f; if (a > 9.0f) continue; } while (step() < in.n);
    for (std::uint32_t i = step(); step() < i; ++i) a += 2.0f;
  }
private:
  std::uint32_t step() { return ++n; }
  float a = 0; std::uint32_t n = 0; std::int32_t k = 0; float table[16] = {};
};

// CHECK: func device "A::step" "() [state]" (ref state %self: "A") -> u32
// CHECK-NEXT: %self.n = (%self.n + 1u32)
// CHECK-NEXT: return %self.n
// CHECK-NEXT: }
// CHECK: func handler "A::on" "(const In &, ring::Context &)" (ref state %self: "A", ref const message %in: "In", let %ctx: context)
// CHECK-NEXT: loop do
// CHECK-NEXT: let %step: u32 = call "A::step"(&%self)
// CHECK-NEXT: if !(%step < %in.n)
// CHECK-NEXT: break
// CHECK-NEXT: }
// CHECK-NEXT: if (%self.a > 3.0f32)
// CHECK-NEXT: continue
// CHECK-NEXT: }
// CHECK-NEXT: %self.a = (%self.a + 1.0f32)
// CHECK-NEXT: }
// CHECK-NEXT: loop init
// CHECK-NEXT: var %again: bool = true
// CHECK-NEXT: } step
// CHECK-NEXT: let %step.1: u32 = call "A::step"(&%self)
// CHECK-NEXT: %again = (%step.1 < %in.n)
// CHECK-NEXT: } do
// CHECK-NEXT: %self.a = (%self.a + 1.0f32)
// CHECK-NEXT: if (%self.a > 9.0f32)
// CHECK-NEXT: continue
// CHECK-NEXT: }
// CHECK-NEXT: } while %again
// CHECK-NEXT: block
// CHECK-NEXT: var %i: u32 = call "A::step"(&%self)
// CHECK-NEXT: loop step
// CHECK-NEXT: %i = (%i + 1u32)
// CHECK-NEXT: } do
// CHECK-NEXT: let %step.2: u32 = call "A::step"(&%self)
// CHECK-NEXT: if !(%step.2 < %i)
// CHECK-NEXT: break
// CHECK-NEXT: }
// CHECK-NEXT: %self.a = (%self.a + 2.0f32)
// CHECK-NEXT: }
// CHECK-NEXT: }
// CHECK-NEXT: }

// RUN: %ringc --emit=ir %s | FileCheck %s
// && and || with effects on the right are ifs.
#include <ringkernel/ring.h>

struct [[ring::message]] In { float x; std::uint32_t n; std::int32_t k; };
struct [[ring::message]] Out { float x; };

class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    if (in.x > 0.0f && next() < 5u) a = 1.0f;
    const bool any = in.n == 0u || next() == 2u;
    if (any) a = 2.0f;
  }
private:
  std::uint32_t next() { return ++n; }
  float a = 0; std::uint32_t n = 0; std::int32_t k = 0; float table[16] = {};
};

// CHECK: func device "A::next" "() [state]" (ref state %self: "A") -> u32
// CHECK-NEXT: %self.n = (%self.n + 1u32)
// CHECK-NEXT: return %self.n
// CHECK-NEXT: }
// CHECK: func handler "A::on" "(const In &, ring::Context &)" (ref state %self: "A", ref const message %in: "In", let %ctx: context)
// CHECK-NEXT: var %both: bool = (%in.x > 0.0f32)
// CHECK-NEXT: if %both
// CHECK-NEXT: let %next: u32 = call "A::next"(&%self)
// CHECK-NEXT: %both = (%next < 5u32)
// CHECK-NEXT: }
// CHECK-NEXT: if %both
// CHECK-NEXT: %self.a = 1.0f32
// CHECK-NEXT: }
// CHECK-NEXT: var %any: bool = (%in.n == 0u32)
// CHECK-NEXT: if !%any
// CHECK-NEXT: let %next.1: u32 = call "A::next"(&%self)
// CHECK-NEXT: %any = (%next.1 == 2u32)
// CHECK-NEXT: }
// CHECK-NEXT: if %any
// CHECK-NEXT: %self.a = 2.0f32
// CHECK-NEXT: }
// CHECK-NEXT: }

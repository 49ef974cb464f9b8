// RUN: %ringc --emit=ir %s | FileCheck %s
// A reference is bound once, its indices frozen; a function is compiled for each address space.
#include <ringkernel/ring.h>

struct [[ring::message]] In { float x; std::uint32_t n; std::int32_t k; };
struct [[ring::message]] Out { float x; };

class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    float& slot = table[n];
    n = 3u;
    slot = in.x;
    const float& seen = in.x;
    float local = 0.0f;
    float& other = local;
    other = seen;
    addTo(table[1], other);
    addTo(local, 2.0f);
  }
private:
  static void addTo(float& to, float what) { to += what; }
  float a = 0; std::uint32_t n = 0; std::int32_t k = 0; float table[16] = {};
};

// CHECK: func device "A::addTo" "(float &, float) [state]" (ref state %to: f32, let %what: f32)
// CHECK-NEXT: %to = (%to + %what)
// CHECK-NEXT: }
// CHECK: func device "A::addTo" "(float &, float) [function]" (ref function %to: f32, let %what: f32)
// CHECK-NEXT: %to = (%to + %what)
// CHECK-NEXT: }
// CHECK: func handler "A::on" "(const In &, ring::Context &)" (ref state %self: "A", ref const message %in: "In", let %ctx: context)
// CHECK-NEXT: let %kept: u32 = %self.n
// CHECK-NEXT: ref state %slot: f32 = %self.table[%kept]
// CHECK-NEXT: %self.n = 3u32
// CHECK-NEXT: %slot = %in.x
// CHECK-NEXT: ref const message %seen: f32 = %in.x
// CHECK-NEXT: var %local: f32 = 0.0f32
// CHECK-NEXT: %local = %seen
// CHECK-NEXT: call "A::addTo" "(float &, float) [state]"(&%self.table[1i32], %local)
// CHECK-NEXT: call "A::addTo" "(float &, float) [function]"(&%local, 2.0f32)
// CHECK-NEXT: }

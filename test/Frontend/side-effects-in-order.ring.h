// RUN: %ringc --emit=ir %s | FileCheck %s
// Effects inside expressions become statements in C++17 order.
#include <ringkernel/ring.h>

struct [[ring::message]] In { float x; std::uint32_t n; std::int32_t k; };
struct [[ring::message]] Out { float x; };

class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    // The index is read before the increment, the value after it.
    table[n++] = in.x;
    // An earlier operand keeps its value when a later one changes it.
    const std::uint32_t both = n + bump();
    a = static_cast<float>(both);
  }
private:
  std::uint32_t bump() { return ++k, 3u; }
  float a = 0; std::uint32_t n = 0; std::int32_t k = 0; float table[16] = {};
};

// CHECK: func device "A::bump" "() [state]" (ref state %self: "A") -> u32
// CHECK-NEXT: %self.k = (%self.k + 1i32)
// CHECK-NEXT: return 3u32
// CHECK-NEXT: }
// CHECK: func handler "A::on" "(const In &, ring::Context &)" (ref state %self: "A", ref const message %in: "In", let %ctx: context)
// CHECK-NEXT: let %old: u32 = %self.n
// CHECK-NEXT: %self.n = (%old + 1u32)
// CHECK-NEXT: %self.table[%old] = %in.x
// CHECK-NEXT: let %bump: u32 = call "A::bump"(&%self)
// CHECK-NEXT: let %both: u32 = (%self.n + %bump)
// CHECK-NEXT: %self.a = f32(%both)
// CHECK-NEXT: }

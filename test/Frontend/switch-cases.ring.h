// RUN: %ringc --emit=ir %s | FileCheck %s
// switch on integers and enums, several labels on one body.
#include <ringkernel/ring.h>

struct [[ring::message]] In { float x; std::uint32_t n; std::int32_t k; };
struct [[ring::message]] Out { float x; };
enum class Color : std::uint8_t { Red, Blue = 7 };
class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    switch (in.k) {
    case 1: a = 1.0f; break;
    case -2:
    case 3: { a = 2.0f; return; }
    default: a = 0.0f;
    }
    switch (color) { case Color::Red: a = 3.0f; break; case Color::Blue: break; }
  }
private:

  float a = 0; Color color = Color::Red;
};

// CHECK: func handler "A::on" "(const In &, ring::Context &)" (ref state %self: "A", ref const message %in: "In", let %ctx: context)
// CHECK-NEXT: switch %in.k
// CHECK-NEXT: case 1i32
// CHECK-NEXT: %self.a = 1.0f32
// CHECK-NEXT: }
// CHECK-NEXT: case -2i32, 3i32
// CHECK-NEXT: block
// CHECK-NEXT: %self.a = 2.0f32
// CHECK-NEXT: return
// CHECK-NEXT: }
// CHECK-NEXT: }
// CHECK-NEXT: default
// CHECK-NEXT: %self.a = 0.0f32
// CHECK-NEXT: }
// CHECK-NEXT: }
// CHECK-NEXT: switch %self.color
// CHECK-NEXT: case 0u8
// CHECK-NEXT: %self.a = 3.0f32
// CHECK-NEXT: }
// CHECK-NEXT: case 7u8
// CHECK-NEXT: }
// CHECK-NEXT: }
// CHECK-NEXT: }

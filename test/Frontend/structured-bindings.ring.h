// RUN: %ringc --emit=ir %s | FileCheck %s
// Structured bindings name parts of one object.
#include <ringkernel/ring.h>
#include <array>
struct [[ring::message]] In { float x; std::uint32_t n; std::int32_t k; };
struct [[ring::message]] Out { float x; };
struct Range { float low, high; };
inline Range range(float x) { return {x - 1.0f, x + 1.0f}; }
class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    auto [low, high] = range(in.x);
    a = high - low;
    auto& [first, second] = pair;
    first = second;
    float three[3] = {1.0f, 2.0f, in.x};
    auto [p, q, r] = three;
    a += p + q * r;
    std::array<float, 2> two{in.x, 1.0f};
    auto& [u, w] = two;
    u = w;
  }
private:

  float a = 0; Range pair{};
};

// CHECK: func device "range" "(float)" (let %x: f32) -> "Range"
// CHECK-NEXT: return "Range"{(%x - 1.0f32), (%x + 1.0f32)}
// CHECK-NEXT: }
// CHECK: func handler "A::on" "(const In &, ring::Context &)" (ref state %self: "A", ref const message %in: "In", let %ctx: context)
// CHECK-NEXT: var %parts: "Range" = call "range"(%in.x)
// CHECK-NEXT: %self.a = (%parts.high - %parts.low)
// CHECK-NEXT: ref state %parts.1: "Range" = %self.pair
// CHECK-NEXT: %parts.1.low = %parts.1.high
// CHECK-NEXT: var %three: array<f32, 3> = array<f32, 3>{1.0f32, 2.0f32, %in.x}
// CHECK-NEXT: var %parts.2: array<f32, 3> = %three
// CHECK-NEXT: %self.a = (%self.a + (%parts.2[0i32] + (%parts.2[1i32] * %parts.2[2i32])))
// CHECK-NEXT: var %two: array<f32, 2> = array<f32, 2>{%in.x, 1.0f32}
// CHECK-NEXT: %two[0u32] = %two[1u32]
// CHECK-NEXT: }

// RUN: %ringc --emit=ir %s | FileCheck %s
// Local structs: uninitialised, aggregate, default members, constructors.
#include <ringkernel/ring.h>

struct [[ring::message]] In { float x; std::uint32_t n; std::int32_t k; };
struct [[ring::message]] Out { float x; };
struct Point { float x, y; };
struct WithDefault { float weight = 0.5f; std::uint32_t count = 3; };
struct Made { float sum; explicit Made(float v) : sum(v) {} Made(float v, float w) : Made(v) { sum += w; } };
class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    Point p;
    p.x = in.x;
    Point zero{};
    Point both{1.0f, in.x};
    WithDefault w;
    Made made(in.x);
    Made other = Made{in.x, 2.0f};
    a = p.x + zero.y + both.y + w.weight + made.sum + other.sum;
  }
private:

  float a = 0; std::uint32_t n = 0; std::int32_t k = 0; float table[16] = {};
};

// CHECK: func device "Made::Made" "(float, float) [function]" (ref function %self: "Made", let %v: f32, let %w: f32)
// CHECK-NEXT: %self = "Made"{%v}
// CHECK-NEXT: %self.sum = (%self.sum + %w)
// CHECK-NEXT: }
// CHECK: func handler "A::on" "(const In &, ring::Context &)" (ref state %self: "A", ref const message %in: "In", let %ctx: context)
// CHECK-NEXT: var %p: "Point"
// CHECK-NEXT: %p.x = %in.x
// CHECK-NEXT: var %zero: "Point" = "Point"{0.0f32, 0.0f32}
// CHECK-NEXT: var %both: "Point" = "Point"{1.0f32, %in.x}
// CHECK-NEXT: var %w: "WithDefault" = "WithDefault"{0.5f32, 3u32}
// CHECK-NEXT: var %made: "Made" = "Made"{%in.x}
// CHECK-NEXT: var %other: "Made" = "Made"{}
// CHECK-NEXT: call "Made::Made"(&%other, %in.x, 2.0f32)
// CHECK-NEXT: %self.a = (((((%p.x + %zero.y) + %both.y) + %w.weight) + %made.sum) + %other.sum)
// CHECK-NEXT: }

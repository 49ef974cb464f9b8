// RUN: %ringc --emit=ir %s | FileCheck %s
// Overloaded operators; one that returns a reference becomes part of its caller.
#include <ringkernel/ring.h>

struct [[ring::message]] In { float x; std::uint32_t n; std::int32_t k; };
struct [[ring::message]] Out { float x; };
struct Vec {
  float x, y;
  Vec& operator+=(const Vec& o) { x += o.x; y += o.y; return *this; }
  Vec operator-() const { return {-x, -y}; }
  float operator[](std::uint32_t i) const { return i == 0u ? x : y; }
  bool operator==(const Vec& o) const { return x == o.x && y == o.y; }
};
inline Vec operator*(Vec v, float s) { return {v.x * s, v.y * s}; }
inline Vec operator+(const Vec& a, const Vec& b) { return Vec{a.x + b.x, a.y + b.y}; }
class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    v += Vec{in.x, 1.0f} * 2.0f;
    v = v + -v;
    a = v[1];
    if (v == v) a = 1.0f;
  }
private:

  float a = 0; Vec v{};
};

// CHECK: func device "operator*" "(Vec, float)" (let %v: "Vec", let %s: f32) -> "Vec"
// CHECK-NEXT: return "Vec"{(%v.x * %s), (%v.y * %s)}
// CHECK-NEXT: }
// CHECK: func device "Vec::operator-" "() const [state]" (ref const state %self: "Vec") -> "Vec"
// CHECK-NEXT: return "Vec"{-%self.x, -%self.y}
// CHECK-NEXT: }
// CHECK: func device "operator+" "(const Vec &, const Vec &) [state, function]" (ref const state %a: "Vec", ref const function %b: "Vec") -> "Vec"
// CHECK-NEXT: return "Vec"{(%a.x + %b.x), (%a.y + %b.y)}
// CHECK-NEXT: }
// CHECK: func device "Vec::operator[]" "(unsigned int) const [state]" (ref const state %self: "Vec", let %i: u32) -> f32
// CHECK-NEXT: return select((%i == 0u32), %self.x, %self.y)
// CHECK-NEXT: }
// CHECK: func device "Vec::operator==" "(const Vec &) const [state, state]" (ref const state %self: "Vec", ref const state %o: "Vec") -> bool
// CHECK-NEXT: return ((%self.x == %o.x) && (%self.y == %o.y))
// CHECK-NEXT: }
// CHECK: func handler "A::on" "(const In &, ring::Context &)" (ref state %self: "A", ref const message %in: "In", let %ctx: context)
// CHECK-NEXT: let %result: "Vec" = call "operator*"("Vec"{%in.x, 1.0f32}, 2.0f32)
// CHECK-NEXT: %self.v.x = (%self.v.x + %result.x)
// CHECK-NEXT: %self.v.y = (%self.v.y + %result.y)
// CHECK-NEXT: let %result.1: "Vec" = call "Vec::operator-"(&%self.v)
// CHECK-NEXT: let %result.2: "Vec" = call "operator+"(&%self.v, &%result.1)
// CHECK-NEXT: %self.v = %result.2
// CHECK-NEXT: let %result.3: f32 = call "Vec::operator[]"(&%self.v, 1u32)
// CHECK-NEXT: %self.a = %result.3
// CHECK-NEXT: let %result.4: bool = call "Vec::operator=="(&%self.v, &%self.v)
// CHECK-NEXT: if %result.4
// CHECK-NEXT: %self.a = 1.0f32
// CHECK-NEXT: }
// CHECK-NEXT: }

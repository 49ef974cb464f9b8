// RUN: %ringc --emit=ir %s | FileCheck %s
// Templates and overloads are functions of their own.
#include <ringkernel/ring.h>

struct [[ring::message]] In { float x; std::uint32_t n; std::int32_t k; };
struct [[ring::message]] Out { float x; };
template <int N> inline float scale(float x) { return x * N; }
inline float pick(std::uint32_t v) { return v; }
inline float pick(std::int32_t v) { return v; }
template <int N> inline float power(float x) { if constexpr (N == 0) return 1.0f; else return x * power<N - 1>(x); }
class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    a = scale<2>(in.x) + scale<3>(in.x) + pick(in.n) + pick(in.k) + power<3>(in.x);
  }
private:

  float a = 0; std::uint32_t n = 0; std::int32_t k = 0; float table[16] = {};
};

// CHECK: func device "scale<2>" "(float)" (let %x: f32) -> f32
// CHECK-NEXT: return (%x * 2.0f32)
// CHECK-NEXT: }
// CHECK: func device "scale<3>" "(float)" (let %x: f32) -> f32
// CHECK-NEXT: return (%x * 3.0f32)
// CHECK-NEXT: }
// CHECK: func device "pick" "(unsigned int)" (let %v: u32) -> f32
// CHECK-NEXT: return f32(%v)
// CHECK-NEXT: }
// CHECK: func device "pick" "(int)" (let %v: i32) -> f32
// CHECK-NEXT: return f32(%v)
// CHECK-NEXT: }
// CHECK: func device "power<0>" "(float)" (let %x: f32) -> f32
// CHECK-NEXT: return 1.0f32
// CHECK-NEXT: }
// CHECK: func device "power<1>" "(float)" (let %x: f32) -> f32
// CHECK-NEXT: let %power: f32 = call "power<0>"(%x)
// CHECK-NEXT: return (%x * %power)
// CHECK-NEXT: }
// CHECK: func device "power<2>" "(float)" (let %x: f32) -> f32
// CHECK-NEXT: let %power: f32 = call "power<1>"(%x)
// CHECK-NEXT: return (%x * %power)
// CHECK-NEXT: }
// CHECK: func device "power<3>" "(float)" (let %x: f32) -> f32
// CHECK-NEXT: let %power: f32 = call "power<2>"(%x)
// CHECK-NEXT: return (%x * %power)
// CHECK-NEXT: }
// CHECK: func handler "A::on" "(const In &, ring::Context &)" (ref state %self: "A", ref const message %in: "In", let %ctx: context)
// CHECK-NEXT: let %scale: f32 = call "scale<2>"(%in.x)
// CHECK-NEXT: let %scale.1: f32 = call "scale<3>"(%in.x)
// CHECK-NEXT: let %pick: f32 = call "pick" "(unsigned int)"(%in.n)
// CHECK-NEXT: let %pick.1: f32 = call "pick" "(int)"(%in.k)
// CHECK-NEXT: let %power: f32 = call "power<3>"(%in.x)
// CHECK-NEXT: %self.a = ((((%scale + %scale.1) + %pick) + %pick.1) + %power)
// CHECK-NEXT: }

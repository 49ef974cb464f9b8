// RUN: %ringc --emit=ir %s | FileCheck %s
// Functions of <cmath> and ring.h by name, and std::min and its like.
#include <ringkernel/ring.h>
#include <cmath>
#include <algorithm>
#include <utility>
struct [[ring::message]] In { float x; std::uint32_t n; std::int32_t k; };
struct [[ring::message]] Out { float x; };

class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    a = std::sqrt(in.x) + std::exp(a) + std::pow(in.x, 2.0f) + std::fabs(in.x) + std::fma(a, a, in.x) + std::fmin(a, in.x);
    a += ring::sqrt(in.x) + ring::erfc(in.x) + ring::rsqrt(in.x) + sqrtf(in.x) + std::sin(in.x) + ring::max(a, in.x);
    const double d = std::sqrt(in.n) + ::floor(double(in.x));
    a = static_cast<float>(d);
    if (std::isnan(in.x) || std::isinf(a) || !std::isfinite(a) || ring::isnan(a) || std::signbit(a)) a = 0.0f;
    a = std::min(a, in.x) + std::max({a, in.x, 3.0f}) + std::clamp(a, 0.0f, 1.0f) + std::abs(in.x);
    k = std::abs(in.k);
    std::swap(a, table[2]);
  }
private:

  float a = 0; std::uint32_t n = 0; std::int32_t k = 0; float table[16] = {};
};

// CHECK: func handler "A::on" "(const In &, ring::Context &)" (ref state %self: "A", ref const message %in: "In", let %ctx: context)
// CHECK-NEXT: %self.a = (((((sqrt(%in.x) + exp(%self.a)) + pow(%in.x, 2.0f32)) + abs(%in.x)) + fma(%self.a, %self.a, %in.x)) + fmin(%self.a, %in.x))
// CHECK-NEXT: %self.a = (%self.a + (((((sqrt(%in.x) + erfc(%in.x)) + rsqrt(%in.x)) + sqrt(%in.x)) + sin(%in.x)) + max(%self.a, %in.x)))
// CHECK-NEXT: let %d: f64 = (sqrt(f64(%in.n)) + floor(f64(%in.x)))
// CHECK-NEXT: %self.a = f32(%d)
// CHECK-NEXT: if ((((isnan(%in.x) || isinf(%self.a)) || !isfinite(%self.a)) || isnan(%self.a)) || signbit(%self.a))
// CHECK-NEXT: %self.a = 0.0f32
// CHECK-NEXT: }
// CHECK-NEXT: %self.a = (((min(%self.a, %in.x) + max(max(%self.a, %in.x), 3.0f32)) + min(max(%self.a, 0.0f32), 1.0f32)) + abs(%in.x))
// CHECK-NEXT: %self.k = abs(%in.k)
// CHECK-NEXT: let %swapped: f32 = %self.a
// CHECK-NEXT: %self.a = %self.table[2i32]
// CHECK-NEXT: %self.table[2i32] = %swapped
// CHECK-NEXT: }

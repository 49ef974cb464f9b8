// RUN: %ringc --emit=ir %s | FileCheck %s
// Every conversion of C++ is explicit.
#include <ringkernel/ring.h>

struct [[ring::message]] In { float x; std::uint32_t n; std::int32_t k; };
struct [[ring::message]] Out { float x; };

class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    std::uint8_t b = static_cast<std::uint8_t>(in.n);
    std::int64_t wide = in.k;
    const bool set = in.n;
    a = static_cast<float>(wide) + b + set;
    n = static_cast<std::uint32_t>(in.x);
    const double d = in.x;
    a = float(d);
    k = b << 3;
  }
private:

  float a = 0; std::uint32_t n = 0; std::int32_t k = 0; float table[16] = {};
};

// CHECK: func handler "A::on" "(const In &, ring::Context &)" (ref state %self: "A", ref const message %in: "In", let %ctx: context)
// CHECK-NEXT: var %b: u8 = u8(%in.n)
// CHECK-NEXT: var %wide: i64 = i64(%in.k)
// CHECK-NEXT: let %set: bool = bool(%in.n)
// CHECK-NEXT: %self.a = ((f32(%wide) + f32(i32(%b))) + f32(i32(%set)))
// CHECK-NEXT: %self.n = u32(%in.x)
// CHECK-NEXT: let %d: f64 = f64(%in.x)
// CHECK-NEXT: %self.a = f32(%d)
// CHECK-NEXT: %self.k = (i32(%b) << 3i32)
// CHECK-NEXT: }

// RUN: %ringc --emit=ir %s | FileCheck %s
// Constants, sizeof, enumerators and constexpr calls are evaluated; a constant table becomes a local.
#include <ringkernel/ring.h>

struct [[ring::message]] In { float x; std::uint32_t n; std::int32_t k; };
struct [[ring::message]] Out { float x; };
inline constexpr std::uint32_t limit = 4 * 1024;
enum class Mode { Slow, Fast = 5 };
inline constexpr float weights[4] = {1.0f, 0.5f, 0.25f, 0.125f};
constexpr int pick(int n) { return n * 10; }
class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    n = limit + static_cast<std::uint32_t>(Mode::Fast) + sizeof(In) + alignof(double);
    constexpr float half = 1.0f / 2.0f;
    a = half * weights[in.n & 3u] + pick(2);
    k = 0x7fffffff; k = -1; a = 1e-6f;
  }
private:

  float a = 0; std::uint32_t n = 0; std::int32_t k = 0; float table[16] = {};
};

// CHECK: func handler "A::on" "(const In &, ring::Context &)" (ref state %self: "A", ref const message %in: "In", let %ctx: context)
// CHECK-NEXT: let %weights: array<f32, 4> = array<f32, 4>{1.0f32, 0.5f32, 0.25f32, 0.125f32}
// CHECK-NEXT: %self.n = 4121u32
// CHECK-NEXT: %self.a = ((0.5f32 * %weights[(%in.n & 3u32)]) + 20.0f32)
// CHECK-NEXT: %self.k = 2147483647i32
// CHECK-NEXT: %self.k = -1i32
// CHECK-NEXT: %self.a = 1e-06f32
// CHECK-NEXT: }

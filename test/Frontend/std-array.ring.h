// RUN: %ringc --emit=ir %s | FileCheck %s
// std::array by name; indices stay in 32 bits.
#include <ringkernel/ring.h>
#include <array>
struct [[ring::message]] In { float x; std::uint32_t n; std::int32_t k; };
struct [[ring::message]] Out { float x; };

class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    values[in.n % values.size()] = in.x;
    std::array<float, 4> local{};
    local[1] = values.front() + values.back() + std::get<2>(values);
    local.fill(in.x);
    values = local;
    a = local[3];
    n = values.empty() ? 0u : 1u;
    grid[in.n][1] = 2.0f;
  }
private:

  float a = 0; std::uint32_t n = 0; std::array<float, 4> values{}; std::array<std::array<float, 2>, 3> grid{};
};

// CHECK: func handler "A::on" "(const In &, ring::Context &)" (ref state %self: "A", ref const message %in: "In", let %ctx: context)
// CHECK-NEXT: %self.values[(%in.n % 4u32)] = %in.x
// CHECK-NEXT: var %local: array<f32, 4> = array<f32, 4>{}
// CHECK-NEXT: %local[1u32] = ((%self.values[0u32] + %self.values[3u32]) + %self.values[2u32])
// CHECK-NEXT: let %filler: f32 = %in.x
// CHECK-NEXT: loop init
// CHECK-NEXT: var %index: u32 = 0u32
// CHECK-NEXT: } while (%index < 4u32) step
// CHECK-NEXT: %index = (%index + 1u32)
// CHECK-NEXT: } do
// CHECK-NEXT: %local[%index] = %filler
// CHECK-NEXT: }
// CHECK-NEXT: %self.values = %local
// CHECK-NEXT: %self.a = %local[3u32]
// CHECK-NEXT: %self.n = select(false, 0u32, 1u32)
// CHECK-NEXT: %self.grid[%in.n][1u32] = 2.0f32
// CHECK-NEXT: }

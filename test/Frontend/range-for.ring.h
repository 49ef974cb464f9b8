// RUN: %ringc --emit=ir %s | FileCheck %s
// range-for over arrays by value and by reference.
#include <ringkernel/ring.h>
#include <array>
struct [[ring::message]] In { float x; std::uint32_t n; std::int32_t k; };
struct [[ring::message]] Out { float x; };

class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    float sum = 0.0f;
    for (float v : table) sum += v;
    for (float& v : history) v *= 2.0f;
    for (const auto& v : history) sum += v;
    for (auto v : counts) sum += v;
    a = sum;
  }
private:

  float a = 0; float table[4] = {}; std::array<float, 8> history{}; std::array<std::uint32_t, 2> counts{};
};

// CHECK: func handler "A::on" "(const In &, ring::Context &)" (ref state %self: "A", ref const message %in: "In", let %ctx: context)
// CHECK-NEXT: var %sum: f32 = 0.0f32
// CHECK-NEXT: loop init
// CHECK-NEXT: var %index: u32 = 0u32
// CHECK-NEXT: } while (%index < 4u32) step
// CHECK-NEXT: %index = (%index + 1u32)
// CHECK-NEXT: } do
// CHECK-NEXT: var %v: f32 = %self.table[%index]
// CHECK-NEXT: %sum = (%sum + %v)
// CHECK-NEXT: }
// CHECK-NEXT: loop init
// CHECK-NEXT: var %index.1: u32 = 0u32
// CHECK-NEXT: } while (%index.1 < 8u32) step
// CHECK-NEXT: %index.1 = (%index.1 + 1u32)
// CHECK-NEXT: } do
// CHECK-NEXT: %self.history[%index.1] = (%self.history[%index.1] * 2.0f32)
// CHECK-NEXT: }
// CHECK-NEXT: loop init
// CHECK-NEXT: var %index.2: u32 = 0u32
// CHECK-NEXT: } while (%index.2 < 8u32) step
// CHECK-NEXT: %index.2 = (%index.2 + 1u32)
// CHECK-NEXT: } do
// CHECK-NEXT: %sum = (%sum + %self.history[%index.2])
// CHECK-NEXT: }
// CHECK-NEXT: loop init
// CHECK-NEXT: var %index.3: u32 = 0u32
// CHECK-NEXT: } while (%index.3 < 2u32) step
// CHECK-NEXT: %index.3 = (%index.3 + 1u32)
// CHECK-NEXT: } do
// CHECK-NEXT: var %v.1: u32 = %self.counts[%index.3]
// CHECK-NEXT: %sum = (%sum + f32(%v.1))
// CHECK-NEXT: }
// CHECK-NEXT: %self.a = %sum
// CHECK-NEXT: }

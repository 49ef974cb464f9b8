// RUN: %ringc --emit=ir %s | FileCheck %s
// A default member initialiser may read the members before it; other initialisers mean the handler.
#include <ringkernel/ring.h>
struct [[ring::message]] In { std::uint32_t n; };
struct Chain { std::uint32_t first = 1; std::uint32_t second = first + 1; };
class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context&) {
    Chain chain{in.n + first};
    Chain again;
    first = chain.second + again.second;
  }
  std::uint32_t first = 0;
};

// CHECK: func handler "A::on" "(const In &, ring::Context &)" (ref state %self: "A", ref const message %in: "In", let %ctx: context)
// CHECK-NEXT: var %chain: "Chain" = "Chain"{}
// CHECK-NEXT: %chain.first = (%in.n + %self.first)
// CHECK-NEXT: %chain.second = (%chain.first + 1u32)
// CHECK-NEXT: var %again: "Chain" = "Chain"{}
// CHECK-NEXT: %again.first = 1u32
// CHECK-NEXT: %again.second = (%again.first + 1u32)
// CHECK-NEXT: %self.first = (%chain.second + %again.second)
// CHECK-NEXT: }

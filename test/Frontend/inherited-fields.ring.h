// RUN: %ringc --emit=ir %s | FileCheck %s
// Fields and member functions of a base class.
#include <ringkernel/ring.h>

struct [[ring::message]] In { float x; std::uint32_t n; std::int32_t k; };
struct [[ring::message]] Out { float x; };
struct Base { std::uint32_t id; void bump() { id += 1u; } };
struct Derived : Base { };
class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    d.id = in.n;
    d.bump();
    n = d.id;
  }
private:

  std::uint32_t n = 0; Derived d{};
};

// CHECK: func device "Base::bump" "() [state]" (ref state %self: "Derived")
// CHECK-NEXT: %self.id = (%self.id + 1u32)
// CHECK-NEXT: }
// CHECK: func handler "A::on" "(const In &, ring::Context &)" (ref state %self: "A", ref const message %in: "In", let %ctx: context)
// CHECK-NEXT: %self.d.id = %in.n
// CHECK-NEXT: call "Base::bump"(&%self.d)
// CHECK-NEXT: %self.n = %self.d.id
// CHECK-NEXT: }

// RUN: %ringc --emit=ir %s | FileCheck %s
// Structs in state: fields, copies, member functions.
#include <ringkernel/ring.h>

struct [[ring::message]] In { float x; std::uint32_t n; std::int32_t k; };
struct [[ring::message]] Out { float x; };
struct Vec { float x, y; float length2() const { return x * x + y * y; } };
struct Body { Vec position; float mass; };
class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    body.position.x += in.x;
    Body copy = body;
    copy.position = Vec{1.0f, 2.0f};
    body = copy;
    a = body.position.length2();
  }
private:

  float a = 0; Body body{};
};

// CHECK: func device "Vec::length2" "() const [state]" (ref const state %self: "Vec") -> f32
// CHECK-NEXT: return ((%self.x * %self.x) + (%self.y * %self.y))
// CHECK-NEXT: }
// CHECK: func handler "A::on" "(const In &, ring::Context &)" (ref state %self: "A", ref const message %in: "In", let %ctx: context)
// CHECK-NEXT: %self.body.position.x = (%self.body.position.x + %in.x)
// CHECK-NEXT: var %copy: "Body" = %self.body
// CHECK-NEXT: %copy.position = "Vec"{1.0f32, 2.0f32}
// CHECK-NEXT: %self.body = %copy
// CHECK-NEXT: let %length2: f32 = call "Vec::length2"(&%self.body.position)
// CHECK-NEXT: %self.a = %length2
// CHECK-NEXT: }

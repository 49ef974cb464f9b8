// RUN: %ringc --verify-diagnostics %s
#include <ringkernel/ring.h>
struct [[ring::message]] In { float x; std::uint32_t n; };
struct Shape { virtual float area() const { return 0.0f; } };
struct Circle : Shape { float area() const override { return 3.0f; } };
class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    Circle c; // expected-error {{'Circle' is virtual: the call would go through a pointer to code [refused-virtual]}}
    a = c.area(); // expected-error {{'Circle::area' is virtual}}
  }
private:
  float a = 0; std::uint32_t n = 0;
};

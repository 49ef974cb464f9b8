// RUN: %ringc --verify-diagnostics %s
// C++ gives these no order, so results would differ between compilers.
#include <ringkernel/ring.h>
struct [[ring::message]] In { float x; std::uint32_t n; };
class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    n = add(++n, n); // expected-error {{this operand and one before it have effects on the same object, and C++ gives them no order [conflicting-effects]}} expected-warning {{unsequenced modification}}
    n = add(bump(), bump()); // expected-error {{this operand and one before it have effects}}
    n = bump() - n; // expected-error {{this operand and one before it have effects}}
    n = add(bump(), in.n) + add(1u, 2u);
  }
private:
  std::uint32_t bump() { return ++n; }
  static std::uint32_t add(std::uint32_t x, std::uint32_t y) { return x + y; }
  float a = 0; std::uint32_t n = 0;
};

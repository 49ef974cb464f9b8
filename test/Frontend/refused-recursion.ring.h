// RUN: %ringc --verify-diagnostics %s
// Direct and mutual recursion, with the calls that led there.
#include <ringkernel/ring.h>
struct [[ring::message]] In { float x; std::uint32_t n; };
inline std::uint32_t factorial(std::uint32_t n) {
  return n < 2u ? 1u : n * factorial(n - 1u); // expected-error {{'factorial' calls itself: a device has no call stack to speak of [refused-recursion]}}
}
inline std::uint32_t odd(std::uint32_t n);
inline std::uint32_t even(std::uint32_t n) { return n == 0u ? 1u : odd(n - 1u); } // expected-note {{'odd' is called here}}
inline std::uint32_t odd(std::uint32_t n) { return n == 0u ? 0u : even(n - 1u); } // expected-error {{'even' calls itself}}
class [[ring::actor]] A {
public:
  // expected-note@+1 2 {{reached from handler 'A::on'}}
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    n = factorial(in.n) + even(in.n); // expected-note {{'factorial' is called here}} expected-note {{'even' is called here}}
  }
private:
  float a = 0; std::uint32_t n = 0;
};

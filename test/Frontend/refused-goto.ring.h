// RUN: %ringc --verify-diagnostics %s
#include <ringkernel/ring.h>
struct [[ring::message]] In { float x; std::uint32_t n; };
class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    if (in.n == 0u) goto end; // expected-error {{'goto' has no form in the languages of the targets [refused-goto]}}
    a = 1.0f;
end: // expected-error {{'goto' has no form}}
    a = 2.0f;
  }
private:
  float a = 0; std::uint32_t n = 0;
};

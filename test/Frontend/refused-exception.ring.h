// RUN: %ringc --verify-diagnostics %s
#include <ringkernel/ring.h>
struct [[ring::message]] In { float x; std::uint32_t n; };
class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    if (in.x < 0.0f) throw 1; // expected-error {{exceptions do not run on a device: call 'ctx.fail(code)' to end a handler [refused-exception]}}
    try { a = 1.0f; } catch (...) { a = 2.0f; } // expected-error {{exceptions do not run on a device}}
  }
private:
  float a = 0; std::uint32_t n = 0;
};

// RUN: %ringc --verify-diagnostics %s
#include <ringkernel/ring.h>
struct [[ring::message]] In { float x; std::uint32_t n; };
class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    asm volatile("nop"); // expected-error {{inline assembly is for one machine only [refused-asm]}}
  }
private:
  float a = 0; std::uint32_t n = 0;
};

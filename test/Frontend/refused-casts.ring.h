// RUN: %ringc --verify-diagnostics %s
#include <ringkernel/ring.h>
struct [[ring::message]] In { float x; std::uint32_t n; };
class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    const_cast<In&>(in).x = 1.0f; // expected-error {{'const_cast' would write what others may be reading [refused-const-cast]}}
    n = reinterpret_cast<std::uint32_t&>(a); // expected-error {{pointers do not exist in device code}}
    volatile int v = 0; // expected-error {{'volatile' means nothing on a device: use messages, or the atomics of 'ring.h' [refused-volatile]}}
  }
private:
  float a = 0; std::uint32_t n = 0;
};

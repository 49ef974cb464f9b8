// RUN: %ringc --verify-diagnostics %s
#include <cstdio>
#include <ringkernel/ring.h>
struct [[ring::message]] In { float x; std::uint32_t n; };
inline int sum(int count, ...) { return count; }
class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    sum(2, 1, 2); // expected-error {{C variadic arguments do not exist on a device: use a template [refused-variadic]}}
    printf("%f", in.x); // expected-error {{'printf' is not among the library functions that ringc knows}}
  }
private:
  float a = 0; std::uint32_t n = 0;
};

// RUN: %ringc --verify-diagnostics %s
#include <ringkernel/ring.h>
struct [[ring::message]] In { float x; std::uint32_t n; };
inline float half(float x) { return x / 2.0f; }
class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    float (*f)(float) = &half; // expected-error {{a function is not a value on a device: call it by name, or pass a lambda to a template [refused-function-pointer]}}
    a = f(in.x); // expected-error {{a function is not a value on a device}}
    auto g = half; // expected-error {{a function is not a value on a device}}
    float A::*m = &A::a; // expected-error {{a function is not a value on a device}}
  }
private:
  float a = 0; std::uint32_t n = 0;
};

// RUN: %ringc --verify-diagnostics %s
#include <ringkernel/ring.h>
struct [[ring::message]] In { float x; std::uint32_t n; };
inline float first(const float* p) { return p[0]; }
class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    float* p = &a; // expected-error {{pointers do not exist in device code: use an index, a reference, or a 'std::array' [refused-pointer]}}
    *(&a) = 1.0f; // expected-error {{pointers do not exist in device code}}
    const char* text = "hello"; // expected-error {{pointers do not exist in device code}}
    first(table); // expected-error {{pointers do not exist in device code}}
    if (&in != nullptr) a = 2.0f; // expected-error {{pointers do not exist in device code}} expected-warning {{comparison may be assumed to always evaluate to true}}
    this->a = 3.0f;
    A* self = this; // expected-error {{pointers do not exist in device code}}
  }
private:
  float a = 0; float table[2] = {};
};

// RUN: %ringc --verify-diagnostics %s
#include <ringkernel/ring.h>
struct [[ring::message]] In { float x; std::uint32_t n; };
class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    switch (in.n) {
    case 0: a = 1.0f; // expected-error@-0 {{this case falls through to the next: end it with 'break' or 'return' [switch-fallthrough]}}
    case 1: a = 2.0f; break;
    }
    switch (in.n) {
    case 0:
    case 1: a = 2.0f; break;
    case 2: a = 3.0f; [[fallthrough]]; // expected-error@-0 {{this case falls through}}
    default: break;
    }
    switch (in.n) { // expected-error {{a switch whose body does not begin with a label is not supported yet}}
      a = 1.0f; //
    case 1: break;
    }
  }
private:
  float a = 0; std::uint32_t n = 0;
};

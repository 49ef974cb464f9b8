// RUN: %ringc --verify-diagnostics %s
// With the chain of calls that led to the missing body.
#include <ringkernel/ring.h>
struct [[ring::message]] In { float x; std::uint32_t n; };
float elsewhere(float x);
inline float middle(float x) { return elsewhere(x); } // expected-error {{the body of 'elsewhere' is not visible here: define it inline in a header [refused-body-not-visible]}}
inline float outer(float x) { return middle(x); } // expected-note {{'middle' is called here}}
class [[ring::actor]] A {
public:
  // expected-note@+1 {{reached from handler 'A::on'}}
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    a = outer(in.x); // expected-note {{'outer' is called here}}
  }
private:
  float a = 0; std::uint32_t n = 0;
};

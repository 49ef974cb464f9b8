// RUN: %ringc --verify-diagnostics %s
// Valid C++ for a later version.
#include <ringkernel/ring.h>
struct [[ring::message]] In { float x; std::uint32_t n; };
struct Base { int x; };
struct Derived : Base {};
class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    float& either = in.n == 0u ? a : b; // expected-error {{a choice between two places is not supported yet by this version of ringc [not-supported-yet]}}
    n = ({ int x = 3; x; }); // expected-error {{a statement expression is not supported yet}}
    switch (in.n) { case 1 ... 3: break; } // expected-error {{a range of case labels is not supported yet}}
    const auto copy = [*this] { return a; }; // expected-error {{a capture of '*this' is not supported yet}}
    Base& base = derived; // expected-error {{a conversion between base and derived class is not supported yet}}
    a = pick(in.n); // expected-error {{a function that returns a reference from several places is not supported yet}}
  }
private:
  float& pick(std::uint32_t n) { if (n == 0u) return a; return b; }
  float a = 0, b = 0; std::uint32_t n = 0; Derived derived{};
};

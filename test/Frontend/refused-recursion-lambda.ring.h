// RUN: %ringc --verify-diagnostics %s
// A lambda that is given itself never ends either.
#include <ringkernel/ring.h>
struct [[ring::message]] In { float x; std::uint32_t n; };
class [[ring::actor]] A {
public:
  // expected-note@+1 {{reached from handler 'A::on'}}
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    const auto down = [&](auto self, std::uint32_t k) -> std::uint32_t { return k == 0u ? 0u : self(self, k - 1u); }; // expected-error {{'lambda in A::on' calls itself}}
    n = down(down, in.n); // expected-note {{'lambda in A::on' is called here}}
  }
private:
  float a = 0; std::uint32_t n = 0;
};

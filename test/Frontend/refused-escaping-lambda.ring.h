// RUN: %ringc --verify-diagnostics %s
#include <ringkernel/ring.h>
struct [[ring::message]] In { float x; std::uint32_t n; };
template <class F> struct Holder { F f; }; // expected-error {{a lambda can only be called or passed on, not stored or returned [refused-escaping-lambda]}}
inline auto make() { return [](float v) { return v; }; }
class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    auto f = [&](float v) { return v; };
    Holder<decltype(f)> h{f};
    auto g = make(); // expected-error {{a lambda can only be called or passed on}}
    a = f(in.x);
  }
private:
  float a = 0; std::uint32_t n = 0;
};

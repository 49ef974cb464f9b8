// RUN: %ringc --verify-diagnostics %s
#include <ringkernel/ring.h>
struct [[ring::message]] In { float x; std::uint32_t n; };
namespace {
inline float hidden(float x) { return x; }
struct Local { int x; };
}
class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    a = hidden(in.x); // expected-error {{'(anonymous namespace)::hidden' is in an anonymous namespace}}
    Local l{}; // expected-error {{'(anonymous namespace)::Local' is in an anonymous namespace}}
  }
private:
  float a = 0; std::uint32_t n = 0;
};

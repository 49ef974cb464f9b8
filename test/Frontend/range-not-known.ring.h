// RUN: %ringc --verify-diagnostics %s
#include <ringkernel/ring.h>
struct [[ring::message]] In { float x; std::uint32_t n; };
struct Numbers { const int* begin() const { return nullptr; } const int* end() const { return nullptr; } };
class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    for (int i : Numbers{}) n += i; // expected-error {{a range-for goes over arrays, 'std::array', 'std::span' and 'ring::gridStride', not 'Numbers' [range-not-known]}}
  }
private:
  float a = 0; std::uint32_t n = 0;
};

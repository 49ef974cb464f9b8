// RUN: %ringc --verify-diagnostics --target=wgsl %s
// RUN: %ringc --verify-diagnostics --target=msl %s
// Each declaration is named; a function that declares none, at its first double.
#include <ringkernel/ring.h>
#include <span>
struct [[ring::message]] Price {
  double value; // expected-error {{has no 'double' [target-no-double]}}
};
[[ring::kernel]] inline void halve(std::span<float> x) {
  for (std::size_t i : ring::gridStride(x.size()))
    x[i] = x[i] * 0.1; // expected-error {{has no 'double'}}
}
[[ring::kernel]] inline void copy(std::span<const double> x, // expected-error {{has no 'double'}}
                                  std::span<float> y) {
  for (std::size_t i : ring::gridStride(y.size())) {
    const double value = x[i]; // expected-error {{has no 'double'}}
    y[i] = float(value);
  }
}
class [[ring::actor]] Shop {
public:
  [[ring::handler]] void on(const Price& price, ring::Context&) { last = float(price.value); }

private:
  float last = 0;
};

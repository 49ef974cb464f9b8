// RUN: %ringc --verify-diagnostics --target=wgsl %s
// RUN: %ringc --verify-diagnostics --target=msl %s
// Each declaration is named.
#include <ringkernel/ring.h>
#include <span>
struct [[ring::message]] Price {
  double value; // expected-error {{has no 'double' [target-no-double]}}
};
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

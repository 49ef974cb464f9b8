// RUN: %ringc --verify-diagnostics %s
// Only what ringc knows by name; nothing of libstdc++ is lowered.
#include <array>
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <ringkernel/ring.h>
struct [[ring::message]] In { float x; std::uint32_t n; };
class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    a = values.at(1); // expected-error {{'at' throws and does not run on a device: use '[]' [refused-throwing-at]}}
    a = *values.begin(); // expected-error {{pointers do not exist in device code}}
    a = std::accumulate(values.begin(), values.end(), 0.0f); // expected-error {{'std::accumulate' is not among the library functions that ringc knows [library-function-unknown]}}
    a = std::tgamma(in.x); // expected-error {{'std::tgamma' is not among the library functions}}
    std::sort(values.begin(), values.end()); // expected-error {{'std::sort' is not among the library functions}}
    std::abort(); // expected-error {{'abort' is not among the library functions}}
    for (auto i : {1, 2, 3}) n += i; // expected-error {{'std::initializer_list' is not supported yet}}
  }
private:
  float a = 0; std::uint32_t n = 0; std::array<float, 4> values{};
};

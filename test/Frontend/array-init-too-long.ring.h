// RUN: %ringc --verify-diagnostics %s
#include <ringkernel/ring.h>
struct [[ring::message]] In { float x; std::uint32_t n; };
class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    float many[2000] = {1.0f}; // expected-error {{an array of 2000 elements is initialised with other than zeros, at most 1024 can be [array-init-too-long]}}
    float zeros[2000] = {};
    a = zeros[in.n];
  }
private:
  float a = 0; std::uint32_t n = 0;
};

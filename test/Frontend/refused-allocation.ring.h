// RUN: %ringc --verify-diagnostics %s
#include <ringkernel/ring.h>
struct [[ring::message]] In { float x; std::uint32_t n; };
class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    int* p = new int(3); // expected-error {{pointers do not exist in device code}}
    delete[] new int[4]; // expected-error {{'new' and 'delete' do not run on a device: use a 'std::array' of fixed size [refused-allocation]}}
    new int; // expected-error {{'new' and 'delete' do not run on a device}}
  }
private:
  float a = 0; std::uint32_t n = 0;
};

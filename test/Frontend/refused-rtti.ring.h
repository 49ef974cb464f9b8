// RUN: %ringc --verify-diagnostics %s
#include <typeinfo>
#include <ringkernel/ring.h>
struct [[ring::message]] In { float x; std::uint32_t n; };
class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    const std::type_info& info = typeid(in); // expected-error {{run-time type information does not exist on a device [refused-rtti]}}
  }
private:
  float a = 0; std::uint32_t n = 0;
};

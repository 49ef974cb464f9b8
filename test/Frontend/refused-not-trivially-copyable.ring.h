// RUN: %ringc --verify-diagnostics %s
#include <string>
#include <vector>
#include <ringkernel/ring.h>
struct [[ring::message]] In { float x; std::uint32_t n; };
struct Guard { ~Guard() {} int x; };
class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    Guard g; // expected-error {{'Guard' is not trivially copyable: values on a device are plain bytes [refused-not-trivially-copyable]}}
    std::string s; // expected-error {{is not among the library types that ringc knows}}
    std::vector<int> v; // expected-error {{'std::vector<int>' is not among the library types that ringc knows}}
  }
private:
  float a = 0; std::uint32_t n = 0;
};

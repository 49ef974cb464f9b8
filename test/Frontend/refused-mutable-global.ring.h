// RUN: %ringc --verify-diagnostics %s
#include <ringkernel/ring.h>
struct [[ring::message]] In { float x; std::uint32_t n; };
inline int counter = 0;
struct Globals { static inline std::uint32_t shared = 0; };
inline const float fixed = 2.0f;
class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    ++counter; // expected-error {{'counter' is a variable outside of the handler: make it 'constexpr', or a field of the actor [refused-mutable-global]}}
    static int calls = 0; // expected-error {{'calls' is a variable outside of the handler}}
    n = Globals::shared; // expected-error {{'shared' is a variable outside of the handler}}
    static const float table[2] = {1.0f, 2.0f};
    a = table[in.n & 1u] + fixed;
  }
private:
  float a = 0; std::uint32_t n = 0;
};

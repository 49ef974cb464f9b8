// RUN: %ringc --verify-diagnostics %s
// Arguments that an attribute does not take.
#include <ringkernel/ring.h>
inline constexpr int notAScope = 1;
struct [[ring::message(1)]] M {}; // expected-error {{'ring::message' takes at most 0 arguments, 1 given [attribute-argument-count]}}
class [[ring::actor(ring::Scope::Warp, ring::Scope::Block)]] A {}; // expected-error {{'ring::actor' takes at most 1 arguments, 2 given}}
class [[ring::actor(notAScope)]] B {}; // expected-error {{the argument of 'ring::actor' must be 'ring::Scope::Thread', 'ring::Scope::Warp' or 'ring::Scope::Block' [attribute-argument]}}
class [[ring::actor("Warp")]] C {}; // expected-error {{the argument of 'ring::actor' must be}}
int size();
[[ring::kernel(size())]] inline void k() {} // expected-error {{the argument of 'ring::kernel' must be a constant number of threads}}
[[ring::kernel(1.5f)]] inline void l() {} // expected-error {{the argument of 'ring::kernel' must be a constant number of threads}}
[[ring::kernel(1, 2, 3, 4)]] inline void m() {} // expected-error {{'ring::kernel' takes at most 3 arguments, 4 given}}
class [[ring::actor(Wrap)]] D {}; // expected-error {{use of undeclared identifier 'Wrap'}}

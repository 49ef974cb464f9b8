// RUN: %ringc --verify-diagnostics %s
// A misspelt attribute is an error even where the user silences unknown attributes.
#include <ringkernel/ring.h>
struct [[ring::mesage]] M {}; // expected-error {{unknown attribute 'ring::mesage'; did you mean 'ring::message'? [attribute-misspelt]}}
class [[ring::Actor]] A { // expected-error {{unknown attribute 'ring::Actor'; did you mean 'ring::actor'?}}
  [[ring::handelr]] void on(); // expected-error {{unknown attribute 'ring::handelr'; did you mean 'ring::handler'?}}
  void f() {
    [[ring::unroll]] for (;;) {} // expected-error {{unknown attribute 'ring::unroll'; there are message, actor, handler, stencil and kernel [attribute-unknown]}}
  }
};
[[ring :: kernell(16)]] inline void k() {} // expected-error {{did you mean 'ring::kernel'?}}

// RUN: %ringc --verify-diagnostics %s
// Without `ring::` an attribute would mean nothing.
#include <ringkernel/ring.h>
struct [[message]] M { int x; }; // expected-error {{attribute 'message' needs its prefix: 'ring::message' [attribute-prefix]}}
class [[actor]] A {}; // expected-error {{attribute 'actor' needs its prefix: 'ring::actor'}}
[[kernel(16)]] inline void k() {} // expected-error {{attribute 'kernel' needs its prefix: 'ring::kernel'}}
struct [[other::message]] Other {}; // expected-warning {{unknown attribute 'message' ignored}}

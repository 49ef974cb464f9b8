// RUN: %ringc --verify-diagnostics %s
#include <ringkernel/ring.h>
struct [[ring::message]] M { int x; };
struct [[ring::message]] N { int x; };
class [[ring::actor]] A {
  [[ring::handler]] void on(const M& m, ring::Context& ctx) {} // expected-error {{handler 'A::on' must be public [handler-not-public]}}
public:
  void on(const N& m, ring::Context& ctx) {} // expected-error {{'A::on' looks like a handler and lacks '[[ring::handler]]' [handler-without-attribute]}}
};
class [[ring::actor]] B {
public:
  [[ring::handler]] void on(const M& m, ring::Context& ctx) {} // expected-note {{the first one is here}}
  [[ring::handler]] void on(const M& m, ring::Context& ctx) const {} // expected-error {{a second handler for message 'M' [handler-twice]}}
  template <class T> [[ring::handler]] void on(const T& m, ring::Context& ctx) {} // expected-error {{a handler cannot be a template: write one overload for each message [handler-template]}}
};
struct NoActor {
  [[ring::handler]] void on(const M& m, ring::Context& ctx) {} // expected-error {{handler 'NoActor::on' is in a class that is no actor: mark the class '[[ring::actor]]' [handler-outside-actor]}}
};
class [[ring::actor]] C {
public:
  [[ring::handler]] void on(const M& m, ring::Context& ctx); // expected-error {{the body of 'C::on' is not visible here: define it inline in a header [refused-body-not-visible]}}
};

// RUN: %ringc --verify-diagnostics %s
#include <ringkernel/ring.h>
struct [[ring::message]] M { int x; };
struct [[ring::message]] N { int x; };
struct [[ring::message]] O { int x; };
class [[ring::actor]] A {
public:
  [[ring::handler]] void on(M m, ring::Context& ctx) {} // expected-error {{handler 'A::on' has parameters '(M, ring::Context &)' and must be 'void on(const Message &, ring::Context &)' [handler-shape]}}
  [[ring::handler]] void on(M& m, ring::Context& ctx) {} // expected-error {{handler 'A::on' has parameters '(M &, ring::Context &)'}}
  [[ring::handler]] void handle(const M& m, ring::Context& ctx) {} // expected-error {{handler 'A::handle' has parameters}}
  [[ring::handler]] int on(const N& m, ring::Context& ctx) { return 0; } // expected-error {{handler 'A::on' has parameters}}
  [[ring::handler]] void on(const M& m) {} // expected-error {{handler 'A::on' has parameters '(const M &)'}}
  [[ring::handler]] static void on(const O& m, ring::Context& ctx) {} // expected-error {{handler 'A::on' has parameters}}
  [[ring::handler]] void on(const O& m, const ring::Context& ctx) {} // expected-error {{handler 'A::on' has parameters}}
};

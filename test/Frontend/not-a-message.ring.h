// RUN: %ringc --verify-diagnostics %s
// What is sent and handled is a message.
#include <ringkernel/ring.h>
struct Plain { int x; };
struct [[ring::message]] In { int x; };
class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const Plain& p, ring::Context& ctx) {} // expected-error {{'Plain' is no message: mark it '[[ring::message]]' [not-a-message]}}
};
class [[ring::actor]] B {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    ctx.reply(Plain{1}); // expected-error {{'Plain' is no message}}
    ctx.reply(3); // expected-error {{'int' is no message}}
  }
};

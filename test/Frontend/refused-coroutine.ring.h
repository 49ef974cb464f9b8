// RUN: %ringc --verify-diagnostics %s
#include <ringkernel/ring.h>
#include <coroutine>
struct Task {
  struct promise_type {
    Task get_return_object() { return {}; }
    std::suspend_never initial_suspend() { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
};
struct [[ring::message]] In { float x; };
inline Task later() { co_return; } // expected-error {{coroutines do not run on a device: keep the progress in a field of the actor [refused-coroutine]}}
class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) { // expected-note {{reached from handler 'A::on'}}
    later(); // expected-note {{'later' is called here}}
  }
};

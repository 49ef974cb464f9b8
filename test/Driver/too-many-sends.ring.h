// RUN: %ringc --verify-diagnostics %s
//
// Loops with constant bounds may multiply to more sends than an outbox can hold.
#include <ringkernel/ring.h>

struct [[ring::message]] Ping {
  std::int32_t n;
};

class [[ring::actor]] Flood {
public:
  // expected-error@+1 {{'Flood::on' sends in a loop without a constant bound; count up to a constant or use 'trySend' [unbounded-sends]}}
  [[ring::handler]] void on(const Ping& ping, ring::Context& ctx) {
    for (int i = 0; i < 100000; ++i)
      for (int j = 0; j < 100000; ++j)
        ctx.reply(Ping{ping.n + i + j});
  }
};

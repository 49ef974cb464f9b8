// RUN: %ringc --emit=ir %s | FileCheck %s
// What a handler may tell its context.
#include <ringkernel/ring.h>
struct [[ring::message]] Ping { std::uint32_t left; };
class [[ring::actor]] Player {
public:
  [[ring::handler]] void on(const Ping& p, ring::Context& ctx) {
    if (p.left == 0u) { ctx.reply(Ping{0u}); ctx.stop(); return; }
    ctx.send(partner, Ping{p.left - 1u});
    ctx.send(ctx.sender(), p);
    if (!ctx.trySend(partner, p)) ctx.fail(7u);
    last = ctx.self();
  }
private:
  ring::ActorRef<Player> partner;
  ring::ActorId last;
};

// CHECK: func handler "Player::on" "(const Ping &, ring::Context &)" (ref state %self: "Player", ref const message %p: "Ping", let %ctx: context)
// CHECK-NEXT: if (%p.left == 0u32)
// CHECK-NEXT: reply "Ping"{0u32}
// CHECK-NEXT: stop
// CHECK-NEXT: return
// CHECK-NEXT: }
// CHECK-NEXT: send "Ping"{(%p.left - 1u32)} to %self.partner.id
// CHECK-NEXT: send %p to sender()
// CHECK-NEXT: let %sent: bool = try_send %p to %self.partner.id
// CHECK-NEXT: if !%sent
// CHECK-NEXT: fail 7u32
// CHECK-NEXT: }
// CHECK-NEXT: %self.last = self()
// CHECK-NEXT: }

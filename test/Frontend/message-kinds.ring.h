// RUN: %ringc --emit=ir %s | FileCheck %s
// Messages: enums, bools, nested structs, arrays, templates, empty ones; handlers defined outside.
#include <ringkernel/ring.h>
#include <array>
namespace bank {
enum class Kind : std::uint8_t { Debit, Credit };
struct Money { std::int64_t cents; };
struct [[ring::message]] Transfer { Kind kind; bool urgent; Money amount; std::array<std::uint16_t, 3> tags; double rates[2]; };
template <class T> struct [[ring::message]] Value { T value; };
template struct Value<float>;
struct [[ring::message]] Tick {};
}
class [[ring::actor(ring::Scope::Block)]] Bank {
public:
  [[ring::handler]] void on(const bank::Transfer& t, ring::Context&) { sum += t.amount.cents; }
  [[ring::handler]] void on(const bank::Tick&, ring::Context& ctx) { ctx.reply(bank::Value<std::int64_t>{sum}); }
  [[ring::handler]] void on(const bank::Value<float>& v, ring::Context& ctx);
  std::int64_t sum = 0;
};
inline void Bank::on(const bank::Value<float>& v, ring::Context& ctx) { ctx.parallelFor(4u, [&](std::uint32_t) { (void)v; }); }

// CHECK: func handler "Bank::on" "(const bank::Transfer &, ring::Context &)" (ref state %self: "Bank", ref const message %t: "bank::Transfer", let %ctx: context)
// CHECK-NEXT: %self.sum = (%self.sum + %t.amount.cents)
// CHECK-NEXT: }
// CHECK: func handler "Bank::on" "(const bank::Tick &, ring::Context &)" (ref state %self: "Bank", ref const message %message: "bank::Tick", let %ctx: context)
// CHECK-NEXT: reply "bank::Value<long>"{%self.sum}
// CHECK-NEXT: }
// CHECK: func handler "Bank::on" "(const bank::Value<float> &, ring::Context &)" (ref state %self: "Bank", ref const message %v: "bank::Value<float>", let %ctx: context)
// CHECK-NEXT: parallel let %index: u32 < 4u32
// CHECK-NEXT: }
// CHECK-NEXT: }

// What a scan may not do.
// RUN: %ringc --verify-diagnostics %s
#include <ringkernel/ring.h>
struct [[ring::message]] In { std::uint32_t n; };
struct Pair { float x, y; };
class [[ring::actor(ring::Scope::Warp)]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    const auto f = [&](std::uint32_t i) { return table[i]; };
    ctx.scan(in.n, 0u, ring::Plus{}, f, [&](std::uint32_t, std::uint32_t sum) { last = sum; }); // expected-error {{every round of the region writes 'last'; combine the rounds' values with 'reduce', or give each round an element of its own [region-race]}}
    ctx.scan(in.n, 0u, ring::Plus{}, f, [&](std::uint32_t i, std::uint32_t sum) { table[sum] = i; }); // expected-error {{two rounds of the region may write the same element of 'table[...]'; index it by 'i' so that different rounds differ [region-unclear]}}
    ctx.scan(in.n, 0u, ring::Plus{}, f, [&](std::uint32_t i, std::uint32_t) { ctx.reply(In{i}); }); // expected-error {{'reply' inside of a parallel region; do it behind the region, by what a 'reduce' found [region-effect]}}
    ctx.parallelFor(4u, [&](std::uint32_t) {
      ctx.exclusiveScan(4u, 0u, ring::Plus{}, [](std::uint32_t i) { return i; }, [](std::uint32_t, std::uint32_t) {}); // expected-error {{'exclusiveScan' inside of a parallel region; only one region may be open [region-nested]}}
    });
  }

private:
  std::uint32_t table[64] = {};
  std::uint32_t last = 0;
};

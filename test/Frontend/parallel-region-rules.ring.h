// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a parallel region, a loop's step, a stencil and a constant index may not do.
// RUN: %ringc --verify-diagnostics --emit=ir -o /dev/null %s
#include <ringkernel/ring.h>

struct [[ring::message]] Go {
  std::uint32_t count;
};
struct [[ring::message]] Done {
  std::uint32_t count;
};

class [[ring::actor(ring::Scope::Warp)]] Rules {
public:
  [[ring::handler]] void on(const Go& go, ring::Context& ctx) {
    ctx.parallelFor(go.count, [&](std::uint32_t i) {
      if (i == 0)
        ctx.reply(Done{i}); // expected-error {{'reply' inside of a parallel region; do it behind the region, by what a 'reduce' found [region-effect]}}
    });
    ctx.parallelFor(go.count, [&](std::uint32_t i) {
      if (i == 1)
        ctx.fail(i); // the lowest i decides
      if (i == 2)
        ctx.stop(); // expected-error {{'stop' inside of a parallel region; do it behind the region, by what a 'reduce' found [region-effect]}}
    });
    ctx.parallelFor(4u, [&](std::uint32_t i) {
      ctx.parallelFor(4u, [&](std::uint32_t j) { // expected-error {{'parallelFor' inside of a parallel region; only one region may be open [region-nested]}}
        table[j] = i;
      });
    });
    for (std::uint32_t i = 0; i < 4;
         i = end(i, ctx)) // expected-error {{'fail' in the step of a loop; move it to the end of the loop's body [step-fails]}}
      table[i] = i;
    table[7] = 1; // expected-error {{index 7 is out of bounds; the array has 4 elements [index-out-of-bounds]}}
  }

private:
  static std::uint32_t end(std::uint32_t i, ring::Context& ctx) {
    if (i > 2)
      ctx.fail(i);
    return i + 1;
  }
  std::uint32_t table[4] = {};
};

[[ring::stencil]] inline void smear(
    ring::Cell1<float> x) { // expected-error {{field 'x' is written at the centre and read at other cells in one sweep; write to a second field [stencil-reads-what-it-writes]}}
  x() = x.east();
}

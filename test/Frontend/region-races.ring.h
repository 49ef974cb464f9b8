// What a parallel region may not write, and not read besides: each at its place, through calls too.
// RUN: %ringc --verify-diagnostics --emit=ir -o /dev/null %s
#include <ringkernel/ring.h>

struct [[ring::message]] Go {
  std::uint32_t count, width;
};
struct Particle {
  float x, v;
};

class [[ring::actor(ring::Scope::Warp)]] Races {
public:
  [[ring::handler]] void on(const Go& go, ring::Context& ctx) {
    float sum = 0;
    Particle& first = particles[0];
    ctx.parallelFor(go.count, [&](std::uint32_t i) {
      sum += 1.0f;    // expected-error {{every round of the region writes 'sum'; combine the rounds' values with 'reduce', or give each round an element of its own [region-race]}}
      total += 1.0f;  // expected-error {{every round of the region writes 'total'}}
      table[3] = 1;   // expected-error {{every round of the region writes 'table[3]'}}
      table[go.width] = 1; // expected-error {{every round of the region writes 'table[...]'}}
      first.v = 2.0f; // expected-error {{every round of the region writes 'particles[...].v'}}
      single(i);      // expected-note {{'Races::single' is called here}}
    });
    ctx.parallelFor(go.count, [&](std::uint32_t i) {
      table[i % 4] = 1; // expected-error {{two rounds of the region may write the same element of 'table[...]'; index it by 'i' so that different rounds differ [region-unclear]}}
      grid[i / 8][0] = 1.0f; // expected-error {{two rounds of the region may write the same element of 'grid[...][0]'}}
      table[i * go.width] = 1;  // expected-error {{two rounds of the region may write}}
      table[std::uint8_t(i)] = 1; // expected-error {{two rounds of the region may write}}
      places[order[i]] = 1.0f; // expected-error {{two rounds of the region may write}}
    });
    ctx.parallelFor(go.count, [&](std::uint32_t i) {
      places[i] = places[i + 1]; // expected-error {{'places[...]' is read here by other rounds than those that write it; read from a copy, or make two regions of it [region-overlap]}}
      // expected-note@-1 {{it is written here}}
      grid[i][0] = grid[i + 1][0] + grid[0][2]; // expected-error {{'grid[...][0]' is read here}}
      // expected-note@-1 {{it is written here}}
      particles[i].x = 0;           // expected-note {{it is written here}}
      const Particle p = particles[0]; // expected-error {{'particles[0]' is read here}}
      table[i] = std::uint32_t(p.v);
      table[i + 1] = 2; // expected-error {{'table[...]' is written here by other rounds}}
      // expected-note@-2 {{it is written here}}
    });
    ctx.parallelFor(go.count, [&](std::uint32_t i) {
      places[go.width - i] = places[i - go.width]; // expected-error {{'places[...]' is read here}}
      // expected-note@-1 {{it is written here}}
      table[4 * i + 1] = table[4 * i + 5]; // expected-error {{'table[...]' is read here}}
      // expected-note@-1 {{it is written here}}
      for (std::uint32_t k = 0; k <= 4; ++k)
        table[100 + i * 4 + k] = 0; // expected-error {{two rounds of the region may write}}
    });
    total = ctx.reduce(go.count, 0.0f, ring::Plus{}, [&](std::uint32_t i) {
      seen = i; // expected-error {{every round of the region writes 'seen'}}
      return places[i];
    });
  }

private:
  void single(std::uint32_t i) {
    table[i] = 1;
    seen = i; // expected-error {{every round of the region writes 'seen'}}
  }
  float total = 0;
  std::uint32_t seen = 0;
  std::uint32_t table[64] = {};
  std::uint32_t order[64] = {};
  float places[64] = {};
  float grid[8][8] = {};
  Particle particles[64] = {};
};

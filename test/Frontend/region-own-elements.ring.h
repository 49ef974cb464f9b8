// What a parallel region may write: locals, and elements whose index tells rounds apart.
// RUN: %ringc --verify-diagnostics --emit=ir -o /dev/null %s
// expected-no-diagnostics
#include <ringkernel/ring.h>

struct [[ring::message]] Go {
  std::uint32_t count, width, height;
};
struct Particle {
  float x, v;
};
inline std::uint32_t mirrored(std::uint32_t i) { return 63 - i; }

class [[ring::actor(ring::Scope::Block)]] Elements {
public:
  [[ring::handler]] void on(const Go& go, ring::Context& ctx) {
    float kept[64] = {};
    const std::uint32_t base = go.count * 2;
    ctx.parallelFor(go.count, [&](std::uint32_t i) {
      float sum = 0;
      float scratch[4] = {};
      for (int k = 0; k < 4; ++k)
        scratch[k % 2] += rows[i][k]; // every round has its own
      for (int k = 0; k < 3; ++k)
        rows[i][k] = rows[i][k + 1]; // a row is one round's
      for (std::uint32_t k = 0; k < 4; ++k)
        sum += flat[i * 4 + k] + total; // what nobody writes is anybody's
      for (std::uint32_t k = 0; k < 4; ++k)
        flat[i * 4 + k] = sum;
      kept[i] = scratch[0];
      Particle& p = particles[base + i];
      p.x += p.v;
      damp(p);
      move(i);
    });
    ctx.parallelFor(32u, [&](std::uint32_t i) {
      places[2 * i] = places[2 * i + 1]; // pairs
      for (std::uint32_t k = 0; k < 8; ++k)
        flat[k * 32 + i] = 0; // columns: i stays below 32
    });
    ctx.parallelFor(go.count, [&](std::uint32_t i) {
      grid[i / 8][i % 8] = 1.0f;
      bits[i >> 2][i & 3] = 1.0f;
      places[mirrored(i)] = 1.0f;
    });
    ctx.parallelFor(go.width * go.height, [&](std::uint32_t i) {
      const std::uint32_t x = i % go.width, y = i / go.width;
      wide[y * go.width + x] = 1.0f;
      for (std::uint32_t z = 0; z < go.height; ++z)
        deep[z][y][x] = 0;
    });
    total = ctx.reduce(64, 0.0f, ring::Plus{}, [&](int i) { return kept[i] += places[i]; });
  }

private:
  static void damp(Particle& p) { p.v *= 0.5f; }
  void move(std::uint32_t i) { moved[i] += places[i]; }
  float total = 0;
  float rows[64][4] = {};
  float flat[256] = {};
  float places[64] = {}, moved[64] = {};
  float grid[8][8] = {}, bits[16][4] = {};
  float wide[64] = {};
  float deep[4][4][4] = {};
  Particle particles[256] = {};
};

// A region whose calls multiply is not followed without end.
// RUN: %ringc --verify-diagnostics --emit=ir -o /dev/null %s
#include <ringkernel/ring.h>

struct [[ring::message]] Go {
  std::uint32_t count;
};

template <int N> std::uint32_t tree(std::uint32_t i) {
  if constexpr (N == 0)
    return i;
  else
    return tree<N - 1>(i) + tree<N - 1>(i + 1);
}

class [[ring::actor]] Large {
public:
  [[ring::handler]] void on(const Go& go, ring::Context& ctx) {
    ctx.parallelFor(go.count, [&](std::uint32_t i) { values[i] = tree<12>(i); });
    ctx.parallelFor(go.count, [&](std::uint32_t i) { values[i] = tree<14>(i); }); // expected-error {{the region is too large to be checked for races; make several regions of it [region-too-large]}}
  }

private:
  std::uint32_t values[64] = {};
};

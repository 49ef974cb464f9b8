// RUN: %ringc --verify-diagnostics --target=wgsl %s
// Declared with ring::Shared, and captured by a region.
#include <ringkernel/ring.h>
#include <span>
[[ring::kernel]] inline void fits(std::span<float> x, ring::Shared<float[4096]>& tile) {
  tile[ring::threadIndex().x] = 1;
  x[0] = tile[0];
}
[[ring::kernel]] inline void large(std::span<float> x, ring::Shared<float[4097]>& tile) { // expected-error {{'large' needs 16400 bytes of memory shared by a block; wgsl has 16384 [target-shared-memory]}}
  tile[ring::threadIndex().x] = 1;
  x[0] = tile[0];
}
struct [[ring::message]] Go {
  std::uint32_t count;
};
class [[ring::actor(ring::Scope::Warp)]] Sorter {
public:
  [[ring::handler]] void on(const Go& go, ring::Context& ctx) { // expected-error {{of memory shared by a block; wgsl has 16384}}
    float keys[5000] = {};
    ctx.parallelFor(go.count, [&](std::uint32_t i) { keys[i] = float(i); });
    first = keys[0];
  }

private:
  float first = 0;
};

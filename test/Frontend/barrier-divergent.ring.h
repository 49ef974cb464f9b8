// A barrier that some threads of a block pass by is refused; one that depends on memory is warned of.
// RUN: %ringc --verify-diagnostics --emit=ir -o /dev/null %s
#include <ringkernel/ring.h>
#include <span>

inline void meet() {
  ring::barrier(); // expected-error {{not all threads of a block come to this barrier [barrier-divergent]}}
}

[[ring::kernel]] inline void branches(std::span<float> x, std::span<const std::uint32_t> n,
                                      std::uint32_t count, ring::Shared<std::uint32_t[2]>& flags) {
  const std::uint32_t t = ring::threadIndex().x;
  std::uint32_t derived = 0;
  if (t < 5) { // expected-note {{here they may part}}
    derived = 1;
    ring::barrier(); // expected-error {{not all threads of a block come to this barrier}}
  }
  if (derived == 1) // expected-note {{here they may part}}
    ring::barrier(); // expected-error {{not all threads}}
  for (std::uint32_t i = 0; i < t; ++i) // expected-note {{here they may part}}
    ring::barrier(); // expected-error {{not all threads}}
  for (std::size_t i : ring::gridStride(x.size())) { // expected-note {{here they may part}}
    x[i] = 1;
    ring::barrier(); // expected-error {{not all threads}}
  }
  for (std::uint32_t i = 0; i < count; ++i) {
    ring::barrier(); // expected-error {{not all threads}}
    if (i > t) // expected-note {{here they may part}}
      break;
  }
  if (t == 0) // expected-note {{here they may part}}
    meet();
  if (x[0] > 0) // expected-note {{here they may part}}
    ring::barrier(); // expected-warning {{whether all threads of a block come to this barrier depends on what they read from memory [barrier-unclear]}}
  if (flags[0] > 0) // expected-note {{here they may part}}
    ring::barrier(); // expected-warning {{whether all threads}}
  if (t > 7) // expected-note {{here they may part}}
    return;
  ring::barrier(); // expected-error {{not all threads}}
}

/// All of these are the same for all threads.
[[ring::kernel(32)]] inline void together(std::span<float> x, std::span<const std::uint32_t> n,
                                          std::uint32_t count, ring::Shared<float[32]>& tile) {
  const std::uint32_t t = ring::threadIndex().x;
  if (ring::blockIndex().x > count)
    return;
  for (std::uint32_t i = 0; i < n[0]; ++i) {
    if (t < 16)
      tile[t] = x[t];
    else if (t == 20)
      continue; // meets the others at the loop's step
    if (x.size() > 3 && i < count)
      break;
  }
  ring::barrier();
  switch (count) {
  case 1:
    ring::barrier();
    break;
  default:
    if (t == 0)
      break; // leaves the switch only
    x[t] = tile[t];
  }
  ring::barrier();
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %ringc --verify-diagnostics --emit=ir -o /dev/null %s
//
// A function object whose body is nowhere cannot run on lanes.
#include <ringkernel/ring.h>

struct [[ring::message]] Go {
  std::uint32_t count;
};

struct Twice {
  void operator()(std::uint32_t i) const;
};

class [[ring::actor(ring::Scope::Warp)]] Regions {
public:
  [[ring::handler]] void on(const Go& go, ring::Context& ctx) {
    // clang-format off
    ctx.parallelFor(go.count, Twice{}); // expected-error {{this needs a lambda or function object that takes the index (or two values) by value [region-function]}}
    // clang-format on
  }
};

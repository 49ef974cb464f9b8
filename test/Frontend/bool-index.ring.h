// RUN: %ringc --emit=ir %s | FileCheck %s
//
// A bool index is promoted, which clang's tree does not show.
#include <ringkernel/ring.h>

struct [[ring::message]] In {
  std::int32_t k;
};

class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context&) {
    // CHECK: %self.table[i32((%in.k > 2i32))] = 3i32
    table[in.k > 2] = 3;
  }

private:
  std::int32_t table[2] = {};
};

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An actor whose module is compiled for another GPU language than CUDA.
#ifndef RINGKERNEL_TEST_DEVICE_FOREIGN_RING_H
#define RINGKERNEL_TEST_DEVICE_FOREIGN_RING_H

#include <ringkernel/ring.h>

namespace foreign {

struct [[ring::message]] Word {
  std::uint32_t value;
};
class [[ring::actor]] Echo {
public:
  [[ring::handler]] void on(const Word& word, ring::Context& ctx) { ctx.reply(word); }

private:
  std::uint32_t unused = 0;
};

} // namespace foreign

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The streams that are timed: `threads` rings, a host thread each, all into or out of one kernel
// launch, until the last record is checked on the other side. Rings stay from run to run.
#ifndef RINGKERNEL_BENCH_TRANSPORT_STREAMS_H
#define RINGKERNEL_BENCH_TRANSPORT_STREAMS_H

#include "test/tools/CudaKernels.h"

#include <ringkernel/transport.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace bench {

struct StreamShape {
  ring::TransportDirection direction;
  std::uint32_t slotBytes; ///< on the wire
  std::uint32_t slots;
  unsigned threads;
  std::uint32_t messages; ///< a ring and run; a multiple of all warps' batches
  unsigned warps;         ///< of ours, a ring
};

class Stream {
public:
  virtual ~Stream() = default;
  /// True where every message came once, in order, with every word right.
  virtual bool run() = 0;
  virtual std::uint32_t userBytes() const = 0;
};

/// Through ring::Transport.
std::unique_ptr<Stream> transportStream(ring::test::CudaKernels& kernels, const StreamShape& shape,
                                        ring::TransportMode mode);
/// The raw ring of Kernels.cu.
std::unique_ptr<Stream> rawStream(ring::test::CudaKernels& kernels, const StreamShape& shape);

/// What comes in goes out again, raw: half of `threads` write, half read. `direction` is not read.
std::unique_ptr<Stream> rawRelay(ring::test::CudaKernels& kernels, const StreamShape& shape);
/// Raw questions and answers, one at a time, with `pause` before each: appends the time of each, in
/// microseconds; false where an answer was wrong.
bool rawEcho(ring::test::CudaKernels& kernels, unsigned count, std::vector<double>& times,
             std::chrono::microseconds pause = {});

} // namespace bench

#endif

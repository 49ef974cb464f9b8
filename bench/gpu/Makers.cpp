// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What gpu-bench runs; the programs with larger slots have a list of their own (WideStreams.cpp).
#include "Makers.h"

namespace bench {

std::vector<Maker> makers() {
  return {copies,    roundTrips, injections, lives,    tiers,    barriers,
          pipelines, streams,    targets,    idleness, sustained};
}

} // namespace bench

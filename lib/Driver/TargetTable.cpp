// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The one place of the driver that knows the targets' own types.

#include "TargetTable.h"
#include "ringc/Support/Check.h"
#include "ringc/Target/CUDA/CUDA.h"
#include "ringc/Target/MSL/MSL.h"
#include "ringc/Target/WGSL/WGSL.h"

namespace ringc {

template <class Options, void (*legalize)(ir::Module&, const Options&)>
static void legalizeWith(ir::Module& module, bool contract) {
  Options options;
  options.contract = contract;
  legalize(module, options);
}

const TargetFunctions& targetFunctions(TargetKind target) {
  static constexpr TargetFunctions cudaFunctions = {cuda::canEmit,
                                                    legalizeWith<cuda::Options, cuda::legalize>,
                                                    cuda::canPrint, cuda::print, cuda::printAbi};
  static constexpr TargetFunctions mslFunctions = {msl::canEmit,
                                                   legalizeWith<msl::Options, msl::legalize>,
                                                   msl::canPrint, msl::print, msl::printAbi};
  static constexpr TargetFunctions wgslFunctions = {wgsl::canEmit,
                                                    legalizeWith<wgsl::Options, wgsl::legalize>,
                                                    wgsl::canPrint, wgsl::print, wgsl::printAbi};
  switch (target) {
  case TargetKind::Cuda:
    return cudaFunctions;
  case TargetKind::Msl:
    return mslFunctions;
  case TargetKind::Wgsl:
    return wgslFunctions;
  case TargetKind::Host:
    break;
  }
  RINGC_UNREACHABLE("the host is no GPU target");
}

} // namespace ringc

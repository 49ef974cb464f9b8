// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The NVIDIA architectures that ringc compiles for.
#ifndef RINGC_LIB_DRIVER_CUDAARCHS_H
#define RINGC_LIB_DRIVER_CUDAARCHS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

namespace ringc {

/// As NVRTC names them, oldest first. sm_75 is the floor: what the emitted code's memory model and
/// NVRTC 13 need.
inline llvm::ArrayRef<llvm::StringLiteral> cudaArchs() {
  static constexpr llvm::StringLiteral archs[] = {
      "sm_75",  "sm_80",   "sm_86",  "sm_87",   "sm_88",  "sm_89",
      "sm_90",  "sm_90a",  "sm_100", "sm_100a", "sm_103", "sm_103a",
      "sm_110", "sm_110a", "sm_120", "sm_120a", "sm_121", "sm_121a"};
  return archs;
}

} // namespace ringc

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// CUDA: header-free CUDA C++ for sm_75 and later, compiled by NVRTC or nvcc with --fmad=false. In
// this order: canEmit on the module as it came, legalize on a clone, canPrint, print.
#ifndef RINGC_TARGET_CUDA_CUDA_H
#define RINGC_TARGET_CUDA_CUDA_H

#include "ringc/IR/Module.h"
#include "ringc/Support/Diagnostics.h"
#include "llvm/Support/raw_ostream.h"

namespace ringc::cuda {

struct Options {
  bool contract = false; ///< --fp=fast: a * b + c becomes an explicit fma
};

/// Reports, each at the user's place, what CUDA cannot do and the module as the frontend made it
/// shows; true where there is nothing. The module must verify.
bool canEmit(const ir::Module& module, DiagnosticEngine& diagnostics);

/// Brings a module that canEmit has passed into the form that print takes.
void legalize(ir::Module& module, const Options& options);

/// Reports what only the legalised module shows, such as the memory of a block; true where there is
/// nothing.
bool canPrint(const ir::Module& legalised, DiagnosticEngine& diagnostics);

/// Prints a legalised module that canPrint has passed: complete source, device side of the runtime
/// included.
void print(const ir::Module& module, llvm::raw_ostream& os);

/// Prints the layouts of ring::abi that the module holds, as the device files assume them.
void printAbi(const ir::Module& module, llvm::raw_ostream& os);

} // namespace ringc::cuda

#endif

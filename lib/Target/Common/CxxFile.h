// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the files of all C++ dialects have in common: which device files they need, in which order
// things stand, how a message finds its handler. Entry points are the targets' own.
#ifndef RINGC_LIB_TARGET_COMMON_CXXFILE_H
#define RINGC_LIB_TARGET_COMMON_CXXFILE_H

#include "CxxPrinter.h"

namespace ringc::target {

/// How a target prints what calls into the printed functions.
struct CxxEntries {
  llvm::function_ref<void(const ir::Function&)> kernel; ///< with its body
  llvm::function_ref<void(const ir::Function&)> sweep;  ///< around a stencil's function
  llvm::function_ref<void(const ir::Actor&)> round;
  /// What a kernel that is composed of several modules calls instead of the entry points: with
  /// RING_COMPOSED the file is only this and what it needs. Null where the target has no such
  /// kernel.
  llvm::function_ref<void(const ir::Actor&)> handlers = nullptr;
};

/// The whole file.
void printFile(CxxPrinter& cxx, const CxxEntries& entries);
/// The types of ours and the layouts of ring::abi.
void printAbiText(CxxPrinter& cxx);
/// From `ring_beginMessage` to `ring_endMessage`; `more[i]` follows the arguments of handler i, or
/// it is empty for all.
void printDispatch(CxxPrinter& cxx, const ir::Actor& actor, llvm::ArrayRef<std::string> more = {});

} // namespace ringc::target

#endif

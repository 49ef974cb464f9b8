// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Turns FrontendOptions into what clang needs: a file system with the embedded headers in it, and a
// compiler invocation. It must not parse the user's file.
#ifndef RINGC_LIB_FRONTEND_INVOCATION_H
#define RINGC_LIB_FRONTEND_INVOCATION_H

#include "ringc/Frontend/Frontend.h"
#include "clang/Basic/Diagnostic.h"
#include "clang/Frontend/CompilerInvocation.h"
#include "llvm/Support/VirtualFileSystem.h"

namespace ringc {

/// Everything that ringc carries lies below this folder, which exists in no real file system.
constexpr llvm::StringLiteral embeddedRoot = "/__ringc__";

/// The real file system seen from `workingDirectory`, with the embedded headers in it.
llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> makeFileSystem(llvm::StringRef workingDirectory);

/// Null where the flags make no sense; reported to `diagnostics` then.
std::unique_ptr<clang::CompilerInvocation>
makeInvocation(const FrontendOptions& options,
               llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> fileSystem,
               llvm::IntrusiveRefCntPtr<clang::DiagnosticsEngine> diagnostics);

/// `flags` without what clang does not know and without inputs, outputs and kinds of compilation.
std::vector<std::string> filterFlags(llvm::ArrayRef<std::string> flags);

} // namespace ringc

#endif

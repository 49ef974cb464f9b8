// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Files that ringc carries inside itself, so that it runs where neither clang nor RingKernel is
// installed. The tables are made by cmake/RingKernelEmbed.cmake from the files themselves; nothing
// else may define these functions. Contents are byte for byte, followed by a NUL that is not
// counted.

#ifndef RINGC_SUPPORT_EMBEDDED_H
#define RINGC_SUPPORT_EMBEDDED_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

namespace ringc {

/// One embedded file. `path` is relative, with '/' between its parts; both live as long as the
/// program.
struct EmbeddedFile {
  llvm::StringRef path;
  llvm::StringRef contents;
};

/// Clang's freestanding headers: `stddef.h`, ... relative to `<resource-dir>/include`. Sorted by
/// path.
llvm::ArrayRef<EmbeddedFile> clangHeaders();

/// What a user includes: `ringkernel/ring.h`, ... relative to the include directory. Sorted by
/// path.
llvm::ArrayRef<EmbeddedFile> ringkernelHeaders();

/// The device side of the runtime: `cuda/...`, `msl/...`, `wgsl/...`, relative to `runtime/device`.
/// Sorted by path.
llvm::ArrayRef<EmbeddedFile> deviceFiles();

} // namespace ringc

#endif // RINGC_SUPPORT_EMBEDDED_H

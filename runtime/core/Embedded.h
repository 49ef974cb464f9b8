// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Files that the build puts into the library (cmake/RingKernelEmbed.cmake).
#ifndef RINGKERNEL_RUNTIME_CORE_EMBEDDED_H
#define RINGKERNEL_RUNTIME_CORE_EMBEDDED_H

#include <span>
#include <string_view>

namespace ring::runtime {

struct EmbeddedFile {
  std::string_view path;
  std::string_view contents;
};

/// The sources of the resident kernel, with paths from the root of the tree. Sorted by path.
std::span<const EmbeddedFile> residentFiles();
/// What kernels of transports include, likewise; in RingKernel::Transport.
std::span<const EmbeddedFile> transportFiles();

} // namespace ring::runtime

#endif

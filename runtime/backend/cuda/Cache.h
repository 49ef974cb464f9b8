// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Compiled kernels on disk, between runs: a file a key, private to the user. The file holds the
// whole key, so neither a collision nor garbage is taken for a kernel. A cache that cannot be read
// or written is no error: the kernel is compiled.
#ifndef RINGKERNEL_RUNTIME_BACKEND_CUDA_CACHE_H
#define RINGKERNEL_RUNTIME_BACKEND_CUDA_CACHE_H

#include <optional>
#include <string_view>
#include <vector>

namespace ring::runtime::cuda {

/// The folder, if this is set (empty: no cache); else `ringkernel` in XDG_CACHE_HOME or ~/.cache.
inline constexpr const char* kCacheVariable = "RINGKERNEL_CACHE_DIR";

std::optional<std::vector<char>> readCache(std::string_view key);
/// Puts the file there as a whole; beyond 256 MiB or 512 files the oldest go.
void writeCache(std::string_view key, const std::vector<char>& value);

} // namespace ring::runtime::cuda

#endif // RINGKERNEL_RUNTIME_BACKEND_CUDA_CACHE_H

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Compiled kernels on disk, between runs: a file a key, private to the user. The file holds the
// whole key, so neither a collision nor garbage is taken for a kernel. A cache that cannot be read
// or written is no error: the kernel is compiled.
#ifndef RINGKERNEL_RUNTIME_BACKEND_CUDA_CACHE_H
#define RINGKERNEL_RUNTIME_BACKEND_CUDA_CACHE_H

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ring::runtime::cuda {

/// The folder, if this is set (empty: no cache); else `ringkernel` in XDG_CACHE_HOME or ~/.cache.
inline constexpr const char* kCacheVariable = "RINGKERNEL_CACHE_DIR";

std::optional<std::vector<char>> readCache(std::string_view key);
/// Puts the file there as a whole; beyond kMaxCacheBytes or kMaxCacheFiles the oldest go.
void writeCache(std::string_view key, const std::vector<char>& value);

/// Beyond one of them the oldest files go.
inline constexpr std::uint64_t kMaxCacheBytes = std::uint64_t(256) << 20;
inline constexpr std::size_t kMaxCacheFiles = 512;

/// What the folder is, for reports.
struct CacheState {
  std::string folder;          ///< empty: there is none, or kCacheVariable turns it off
  std::string namedBy;         ///< the variable that names it
  bool exists = false;         ///< as a folder
  bool isPrivate = false;      ///< ours, and nobody else can write there
  bool isReadByOthers = false; ///< others may look at it
  std::string writeProblem;    ///< why nothing can be put there; empty: it can
  std::size_t kernels = 0;     ///< files that are whole
  std::uint64_t kernelBytes = 0;
  std::size_t garbage =
      0; ///< files that are none of ours, or damaged, or left by a process that died
  std::uint64_t garbageBytes = 0;
};
/// Looks; what does not exist is not made. A file of a moment is written to see whether it can be.
CacheState inspectCache();

} // namespace ring::runtime::cuda

#endif // RINGKERNEL_RUNTIME_BACKEND_CUDA_CACHE_H

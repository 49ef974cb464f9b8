// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reading. Folders open like files on some systems and fail later, so they are told apart first. A
// device has no size and may have no end, so bytes are counted as they come.
#include "InputFile.h"

#include "Failure.h"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <system_error>

namespace example {

std::string readFile(const std::filesystem::path& path, std::size_t maxBytes) {
  constexpr std::size_t kChunk = std::size_t(1) << 20;
  std::error_code error;
  std::ifstream file;
  if (std::filesystem::is_directory(path, error))
    throw Failure(fmt::format("cannot read '{}': it is a folder; name a file", path.string()));
  errno = 0;
  file.open(path, std::ios::binary);
  if (!file.is_open())
    throw Failure(
        fmt::format("cannot read '{}': {}", path.string(), std::generic_category().message(errno)));
  std::string bytes;
  while (file && bytes.size() <= maxBytes) {
    const std::size_t before = bytes.size();
    bytes.resize(before + std::min(kChunk, maxBytes + 1 - before));
    file.read(bytes.data() + before, std::streamsize(bytes.size() - before));
    bytes.resize(before + std::size_t(file.gcount()));
  }
  if (file.bad())
    throw Failure(fmt::format("cannot read '{}'", path.string()));
  if (bytes.size() > maxBytes)
    throw Failure(
        fmt::format("'{}' has more than {} bytes, which are taken", path.string(), maxBytes));
  return bytes;
}

} // namespace example

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Files by rename. Assumes POSIX: mkstemp, and rename as one step within a folder.
#include "OutputFile.h"

#include "Failure.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fmt/core.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace example {

namespace {

[[noreturn]] void fail(const std::filesystem::path& path, int error) {
  throw Failure(fmt::format("cannot write '{}': {}", path.string(), std::strerror(error)));
}

/// mkstemp makes files that nobody else may read; the user's umask decides here.
mode_t ordinaryMode() {
  const mode_t mask = umask(0);
  umask(mask);
  return 0666 & ~mask;
}

} // namespace

OutputFile::OutputFile(std::filesystem::path path) : path_(std::move(path)) {
  if (std::filesystem::is_directory(path_))
    fail(path_, EISDIR);
  temporary_ = path_.string() + ".XXXXXX";
  descriptor_ = mkstemp(temporary_.data());
  if (descriptor_ < 0) {
    const int error = errno;
    temporary_.clear();
    fail(path_, error);
  }
}

OutputFile::~OutputFile() {
  if (descriptor_ >= 0)
    close(descriptor_);
  if (!temporary_.empty())
    unlink(temporary_.c_str());
}

void OutputFile::commit(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(descriptor_, text.data(), text.size());
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      fail(path_, errno);
    text.remove_prefix(std::size_t(written));
  }
  if (fchmod(descriptor_, ordinaryMode()) != 0)
    fail(path_, errno);
  const int closed = close(descriptor_);
  descriptor_ = -1;
  if (closed != 0 || std::rename(temporary_.c_str(), path_.c_str()) != 0)
    fail(path_, errno);
  temporary_.clear();
}

} // namespace example

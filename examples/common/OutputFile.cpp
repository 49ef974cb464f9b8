// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Files by rename. Assumes POSIX: exclusive creation, and rename as one step within a folder.
#include "OutputFile.h"

#include "Failure.h"

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fmt/core.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace example {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail(const fs::path& path, int error) {
  throw Failure(fmt::format("cannot write '{}': {}", path.string(), std::strerror(error)));
}

/// Until it is whole nobody else may read it; then the user's umask decides.
mode_t ordinaryMode() {
  const mode_t mask = umask(0);
  umask(mask);
  return 0666 & ~mask;
}

/// What a symbolic link names in the end, also where that does not exist yet; else `path`.
fs::path followLinks(fs::path path) {
  constexpr int kMostLinks = 40; // as the kernel: a circle fails when it is opened
  std::error_code error;
  for (int i = 0; i < kMostLinks && fs::is_symlink(path, error); ++i)
    path = path.parent_path() / fs::read_symlink(path, error);
  return path;
}

} // namespace

OutputFile::OutputFile(fs::path path) : path_(std::move(path)), target_(followLinks(path_)) {
  std::error_code error;
  const fs::file_status status = fs::status(target_, error);
  if (fs::is_directory(status))
    fail(path_, EISDIR);
  if (!fs::exists(status) || fs::is_regular_file(status))
    openTemporary();
  else if (descriptor_ = open(target_.c_str(), O_WRONLY | O_CLOEXEC); descriptor_ < 0)
    fail(path_, errno);
}

OutputFile::~OutputFile() {
  if (descriptor_ >= 0)
    close(descriptor_);
  if (!temporary_.empty())
    unlink(temporary_.c_str());
}

/// The name is known to who removes leftovers before there is a file of it: a signal may come at
/// any time. It has our process number, so nobody who lives has made it.
void OutputFile::openTemporary() {
  static std::atomic<unsigned> made{0};
  do {
    temporary_ = fmt::format("{}.{}-{}", target_.string(), getpid(), made++);
    leftover_.emplace(temporary_.c_str());
    descriptor_ = open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  } while (descriptor_ < 0 && errno == EEXIST);
  if (descriptor_ >= 0)
    return;
  const int error = errno;
  leftover_.reset();
  temporary_.clear();
  fail(path_, error);
}

void OutputFile::closeFile() {
  const int closed = close(descriptor_);
  descriptor_ = -1;
  if (closed != 0)
    fail(path_, errno);
}

void OutputFile::write(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor_, text.data(), text.size());
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      fail(path_, errno);
    text.remove_prefix(std::size_t(written));
  }
  if (!temporary_.empty() && fchmod(descriptor_, ordinaryMode()) != 0)
    fail(path_, errno);
  closeFile();
}

void OutputFile::commit() {
  if (temporary_.empty())
    return;
  if (std::rename(temporary_.c_str(), target_.c_str()) != 0)
    fail(path_, errno);
  leftover_.reset();
  temporary_.clear();
}

} // namespace example

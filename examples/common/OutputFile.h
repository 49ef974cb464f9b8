// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A file that appears whole or not at all: written beside its place, renamed at the end.
#ifndef RINGKERNEL_EXAMPLES_COMMON_OUTPUTFILE_H
#define RINGKERNEL_EXAMPLES_COMMON_OUTPUTFILE_H

#include <filesystem>
#include <string>
#include <string_view>

namespace example {

class OutputFile {
public:
  /// Opens a file beside `path`, so that a place that cannot be written is found before the work
  /// starts. Throws Failure.
  explicit OutputFile(std::filesystem::path path);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  /// Removes what was not committed.
  ~OutputFile();

  /// Writes `text` and moves the file to its place. Throws Failure, and leaves the place as it was.
  void commit(std::string_view text);

  const std::filesystem::path& path() const { return path_; }

private:
  std::filesystem::path path_;
  std::string temporary_; ///< empty once committed
  int descriptor_ = -1;
};

} // namespace example

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A file that appears whole or not at all: written beside its place, renamed at the end. Devices
// and pipes are written to, never replaced; a symbolic link stays one.
#ifndef RINGKERNEL_EXAMPLES_COMMON_OUTPUTFILE_H
#define RINGKERNEL_EXAMPLES_COMMON_OUTPUTFILE_H

#include "Leftovers.h"

#include <filesystem>
#include <optional>
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

  /// Writes the file's whole content, not yet to its place. Throws Failure.
  void write(std::string_view text);
  /// Moves what was written to its place. Throws Failure, and leaves the place as it was.
  void commit();

private:
  void openTemporary();
  void closeFile();

  std::filesystem::path path_;   ///< as given
  std::filesystem::path target_; ///< what a link names
  std::string temporary_;        ///< empty for a device and once committed
  std::optional<Leftover> leftover_;
  int descriptor_ = -1;
};

} // namespace example

#endif

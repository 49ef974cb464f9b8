// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Writes outputs: first every temporary file, then what cannot be renamed onto (devices, pipes,
// standard output), then the renames. Must not leave a half-written file under an output's name,
// nor a temporary file, on any error.

#include "OutputFiles.h"
#include "llvm/Support/FileSystem.h"

namespace ringc {

namespace {

/// A complete temporary file and the name it is to get.
struct Prepared {
  llvm::sys::fs::TempFile file;
  std::string path;
};

std::string reasonOf(llvm::Error error) {
  return llvm::errorToErrorCode(std::move(error)).message();
}

/// Writes all of `contents`; the reason where that failed, else empty.
std::string writeAll(llvm::raw_fd_ostream& os, llvm::StringRef contents) {
  os << contents;
  os.flush();
  std::string reason = os.has_error() ? os.error().message() : std::string();
  os.clear_error();
  return reason;
}

/// A device or a pipe: written to, never replaced.
bool isSpecialFile(llvm::StringRef path) {
  llvm::sys::fs::file_status status;
  return !llvm::sys::fs::status(path, status) && llvm::sys::fs::exists(status) &&
         !llvm::sys::fs::is_regular_file(status) && !llvm::sys::fs::is_directory(status);
}

std::string writeSpecialFile(llvm::StringRef path, llvm::StringRef contents) {
  std::error_code error;
  llvm::raw_fd_ostream os(path, error, llvm::sys::fs::CD_OpenExisting);
  return error ? error.message() : writeAll(os, contents);
}

/// Puts `contents` into a new temporary file beside `path`.
std::string prepare(const std::string& given, llvm::StringRef contents,
                    std::vector<Prepared>& prepared) {
  if (llvm::sys::fs::is_directory(given))
    return std::make_error_code(std::errc::is_a_directory).message();
  // A symbolic link stays one: what it names is replaced.
  llvm::SmallString<256> target;
  const bool isLink =
      llvm::sys::fs::is_symlink_file(given) && !llvm::sys::fs::real_path(given, target);
  const std::string path = isLink ? std::string(target) : given;
  auto file = llvm::sys::fs::TempFile::create(path + ".%%%%%%.tmp",
                                              llvm::sys::fs::all_read | llvm::sys::fs::all_write);
  if (!file)
    return reasonOf(file.takeError());
  prepared.push_back({std::move(*file), path});
  llvm::raw_fd_ostream os(prepared.back().file.FD, /*shouldClose=*/false);
  return writeAll(os, contents);
}

/// Gives every file its name; on an error takes back what got one.
std::string renameAll(std::vector<Prepared>& prepared, std::string& failedPath) {
  for (size_t i = 0; i < prepared.size(); ++i) {
    llvm::Error error = prepared[i].file.keep(prepared[i].path);
    if (!error)
      continue;
    failedPath = prepared[i].path;
    for (size_t j = 0; j < i; ++j)
      llvm::sys::fs::remove(prepared[j].path);
    for (size_t j = i + 1; j < prepared.size(); ++j)
      llvm::consumeError(prepared[j].file.discard());
    return reasonOf(std::move(error));
  }
  return {};
}

} // namespace

void OutputFiles::add(std::string path, std::string contents) {
  outputs_.push_back({std::move(path), std::move(contents)});
}

bool OutputFiles::write(llvm::raw_fd_ostream& standardOutput, DiagnosticEngine& diagnostics) const {
  std::vector<Prepared> prepared;
  auto giveUp = [&](llvm::StringRef path, llvm::StringRef reason) {
    for (Prepared& file : prepared)
      llvm::consumeError(file.file.discard());
    diagnostics.report(DiagId::OutputUnwritable, {}, path, reason);
    return false;
  };
  std::vector<const Output*> special;
  for (const Output& output : outputs_) {
    if (output.path == "-" || isSpecialFile(output.path))
      special.push_back(&output);
    else if (std::string reason = prepare(output.path, output.contents, prepared); !reason.empty())
      return giveUp(output.path, reason);
  }
  // Renaming is the step least likely to fail, so it comes last.
  for (const Output* output : special) {
    std::string reason = output->path == "-" ? writeAll(standardOutput, output->contents)
                                             : writeSpecialFile(output->path, output->contents);
    if (!reason.empty())
      return giveUp(output->path, reason);
  }
  std::string failedPath;
  if (std::string reason = renameAll(prepared, failedPath); !reason.empty()) {
    diagnostics.report(DiagId::OutputUnwritable, {}, failedPath, reason);
    return false;
  }
  return true;
}

} // namespace ringc

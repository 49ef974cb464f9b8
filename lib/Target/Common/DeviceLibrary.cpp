// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Collects embedded device files and their needs.

#include "DeviceLibrary.h"
#include "ringc/Support/Check.h"
#include "ringc/Support/Embedded.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"

namespace ringc::target {

llvm::StringRef deviceFile(llvm::StringRef path) {
  for (const EmbeddedFile& file : deviceFiles())
    if (file.path == path)
      return file.contents;
  RINGC_UNREACHABLE("no device file '" + path + "'");
}

/// The comment lines that a file opens with.
static std::pair<llvm::StringRef, llvm::StringRef> split(llvm::StringRef contents) {
  llvm::StringRef rest = contents;
  while (rest.starts_with("//"))
    rest = rest.split('\n').second;
  return {contents.drop_back(rest.size()), rest};
}

void DeviceLibrary::need(llvm::StringRef path) {
  if (!needed_.insert(path.str()).second)
    return;
  llvm::SmallVector<llvm::StringRef> lines;
  split(deviceFile(path)).first.split(lines, '\n');
  for (llvm::StringRef line : lines)
    if (line.consume_front("// uses: "))
      need(line.trim());
  order_.push_back(path.str());
}

std::string DeviceLibrary::text() const {
  std::string all;
  for (const std::string& path : order_) {
    if (assumed_.contains(path))
      continue;
    all += "\n// runtime/device/" + path + "\n";
    all += split(deviceFile(path)).second.ltrim('\n');
  }
  return all;
}

static void collectIdentifiers(llvm::StringRef text, std::set<std::string>& names) {
  for (size_t at = text.find("ring_"); at != llvm::StringRef::npos; at = text.find("ring_", at)) {
    const size_t end = std::min(
        text.size(), text.find_if_not([](char c) { return llvm::isAlnum(c) || c == '_'; }, at));
    names.insert(text.slice(at, end).str());
    at = end;
  }
}

std::vector<std::string> DeviceLibrary::identifiers() const {
  std::set<std::string> names;
  for (const std::string& path : order_)
    collectIdentifiers(deviceFile(path), names);
  return {names.begin(), names.end()};
}

std::vector<std::string> DeviceLibrary::allIdentifiers(llvm::StringRef folder) {
  std::set<std::string> names;
  for (const EmbeddedFile& file : deviceFiles())
    if (file.path.starts_with(folder))
      collectIdentifiers(file.contents, names);
  return {names.begin(), names.end()};
}

} // namespace ringc::target

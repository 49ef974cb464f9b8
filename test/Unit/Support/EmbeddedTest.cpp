// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The embedded tables hold the files that they name, byte for byte, and no file is missing.

#include "ringc/Support/Embedded.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

namespace {

namespace fs = std::filesystem;
using ringc::EmbeddedFile;

std::string readFile(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

void expectSameAsOnDisk(llvm::ArrayRef<EmbeddedFile> files, const fs::path& root) {
  ASSERT_FALSE(files.empty());
  for (const EmbeddedFile& file : files) {
    const fs::path path = root / file.path.str();
    ASSERT_TRUE(fs::exists(path)) << path;
    EXPECT_TRUE(file.contents == readFile(path)) << path;
    EXPECT_EQ(file.contents.data()[file.contents.size()], '\0') << path;
  }
  EXPECT_TRUE(std::is_sorted(files.begin(), files.end(), [](const auto& left, const auto& right) {
    return left.path < right.path;
  }));
}

void expectAllOf(llvm::ArrayRef<EmbeddedFile> files, const fs::path& root, const fs::path& folder) {
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file())
      continue;
    const std::string name = entry.path().lexically_relative(root).generic_string();
    EXPECT_EQ(std::count_if(files.begin(), files.end(),
                            [&](const EmbeddedFile& file) { return file.path == name; }),
              1)
        << name;
  }
}

TEST(Embedded, ClangHeadersAreThoseOfTheLinkedClang) {
  expectSameAsOnDisk(ringc::clangHeaders(), CLANG_HEADER_DIR);
}

TEST(Embedded, RingkernelHeadersAreAllThere) {
  const fs::path root = fs::path(SOURCE_DIR) / "include";
  expectSameAsOnDisk(ringc::ringkernelHeaders(), root);
  expectAllOf(ringc::ringkernelHeaders(), root, root / "ringkernel");
}

TEST(Embedded, DeviceFilesAreAllThere) {
  const fs::path root = fs::path(SOURCE_DIR) / "runtime" / "device";
  expectSameAsOnDisk(ringc::deviceFiles(), root);
  expectAllOf(ringc::deviceFiles(), root, root);
}

} // namespace

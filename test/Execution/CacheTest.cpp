// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The cache of compiled kernels: whatever lies in its folder, it gives what was put in or nothing.
#include "runtime/backend/cuda/Cache.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

namespace ring::runtime::cuda {
namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<char>;

class Cache : public testing::Test {
protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "ringkernel-cache-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder = name;
    setenv(kCacheVariable, folder.c_str(), 1);
  }
  void TearDown() override { fs::remove_all(folder); }

  std::vector<fs::path> files() const {
    std::vector<fs::path> all;
    for (const auto& entry : fs::directory_iterator(folder))
      all.push_back(entry.path());
    return all;
  }
  static Bytes contents(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static void put(const fs::path& path, const Bytes& bytes) {
    std::ofstream(path, std::ios::binary)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }

  fs::path folder;
  const Bytes value{'c', 'u', 0, 'b', 'i', '\n', 'n'};
};

TEST_F(Cache, GivesWhatWasPutIn) {
  EXPECT_FALSE(readCache("key"));
  writeCache("key", value);
  EXPECT_EQ(readCache("key"), value);
  EXPECT_FALSE(readCache("ke"));
  EXPECT_EQ(files().size(), 1u) << "nothing but the file stays";
}

TEST_F(Cache, NoCutAndNoChangedByteIsTakenForAKernel) {
  writeCache("key", value);
  const fs::path file = files().at(0);
  const Bytes whole = contents(file);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    put(file, Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
    EXPECT_FALSE(readCache("key")) << size;
  }
  for (std::size_t i = 0; i < whole.size(); ++i) {
    Bytes changed = whole;
    changed[i] ^= 1;
    put(file, changed);
    EXPECT_FALSE(readCache("key")) << i;
  }
  writeCache("key", value); // and is replaced
  EXPECT_EQ(readCache("key"), value);
}

TEST_F(Cache, AFileOfAnotherKeyIsNotTaken) {
  writeCache("one", value);
  const fs::path one = files().at(0);
  const Bytes bytes = contents(one);
  fs::remove(one);
  writeCache("two", {'x'});
  put(files().at(0), bytes); // as where two keys have one hash
  EXPECT_FALSE(readCache("two"));
}

TEST_F(Cache, AFolderInTheWayIsNoKernel) {
  writeCache("key", value);
  const fs::path file = files().at(0);
  fs::remove(file);
  fs::create_directories(file / "within");
  EXPECT_FALSE(readCache("key"));
  writeCache("key", value);
  EXPECT_FALSE(readCache("key"));
  EXPECT_EQ(files().size(), 1u) << "what could not be put in place is gone";
}

TEST_F(Cache, APlaceThatCannotBeWrittenIsNoError) {
  put(folder / "file", value);
  setenv(kCacheVariable, (folder / "file" / "below").c_str(), 1);
  writeCache("key", value);
  EXPECT_FALSE(readCache("key"));
  setenv(kCacheVariable, "", 1);
  writeCache("key", value);
  EXPECT_FALSE(readCache("key"));
}

TEST_F(Cache, WritersAtOnceLeaveAWholeFile) {
  std::vector<std::thread> writers;
  for (char c = 'a'; c < 'e'; ++c)
    writers.emplace_back([c] {
      for (int i = 0; i < 50; ++i) {
        writeCache("key", Bytes(10000, c));
        const auto read = readCache("key");
        ASSERT_TRUE(read);
        ASSERT_EQ(*read, Bytes(10000, read->front()));
      }
    });
  for (std::thread& writer : writers)
    writer.join();
  EXPECT_EQ(files().size(), 1u);
}

TEST_F(Cache, TheOldestFilesGoAndOthersStay) {
  const auto now = fs::file_time_type::clock::now();
  for (int i = 0; i < 520; ++i) {
    const fs::path path = folder / (std::to_string(i) + ".cubin");
    put(path, value);
    fs::last_write_time(path, now - std::chrono::minutes(1000 - i));
  }
  put(folder / "notes.txt", value);
  put(folder / "new.tmp", value);
  put(folder / "old.tmp", value);
  fs::last_write_time(folder / "old.tmp", now - std::chrono::hours(2));
  writeCache("key", value);
  EXPECT_EQ(readCache("key"), value);
  EXPECT_FALSE(fs::exists(folder / "8.cubin"));
  EXPECT_TRUE(fs::exists(folder / "9.cubin"));
  EXPECT_TRUE(fs::exists(folder / "notes.txt"));
  EXPECT_TRUE(fs::exists(folder / "new.tmp"));
  EXPECT_FALSE(fs::exists(folder / "old.tmp"));
}

} // namespace
} // namespace ring::runtime::cuda

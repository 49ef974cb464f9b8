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

TEST_F(Cache, InspectionTellsKernelsFromGarbage) {
  const auto now = fs::file_time_type::clock::now();
  writeCache("one", value);
  writeCache("two", value);
  writeCache("three", value);
  CacheState state = inspectCache();
  EXPECT_EQ(state.folder, folder);
  EXPECT_EQ(state.namedBy, kCacheVariable);
  EXPECT_TRUE(state.exists && state.isPrivate && !state.isReadByOthers);
  EXPECT_EQ(state.writeProblem, "");
  EXPECT_EQ(state.kernels, 3u);
  EXPECT_EQ(state.garbage, 0u);
  std::uint64_t bytes = 0;
  for (const fs::path& file : files())
    bytes += fs::file_size(file);
  EXPECT_EQ(state.kernelBytes, bytes);

  Bytes changed = contents(files().at(0));
  changed.back() ^= 1;
  put(files().at(0), changed);                                // damaged
  fs::copy(files().at(1), folder / "0123456789abcdef.cubin"); // not under its own name
  put(folder / "notes.txt", value);                           // none of ours
  put(folder / "died.tmp", value);                            // left behind
  fs::last_write_time(folder / "died.tmp", now - std::chrono::hours(2));
  put(folder / "new.tmp", value);                          // being written
  fs::create_directory(folder / "ffffffffffffffff.cubin"); // in the way
  for (const char* head :
       {"ringkernel cubin 2\n", "ringkernel cubin 2\n9", "ringkernel cubin 2\nx\n",
        "ringkernel cubin 2\n99999999999999999999\n", "ringkernel cubin 2\n3\nab"})
    put(folder / (std::to_string(std::string(head).size()) + "-.cubin"),
        Bytes(head, head + std::string(head).size()));
  const std::size_t before = files().size();
  state = inspectCache();
  EXPECT_EQ(state.kernels, 2u);
  EXPECT_EQ(state.garbage, before - 3); // all but two kernels and the file that is being written
  EXPECT_EQ(files().size(), before) << "looking leaves nothing";
}

TEST_F(Cache, InspectionTellsWhoElseMayWrite) {
  fs::permissions(folder, fs::perms::owner_all | fs::perms::group_read);
  EXPECT_TRUE(inspectCache().isPrivate);
  EXPECT_TRUE(inspectCache().isReadByOthers);
  fs::permissions(folder, fs::perms::owner_all | fs::perms::others_write);
  EXPECT_FALSE(inspectCache().isPrivate);
}

TEST_F(Cache, InspectionTellsWhyNothingCanBeWritten) {
  setenv(kCacheVariable, (folder / "not" / "yet").c_str(), 1);
  CacheState state = inspectCache();
  EXPECT_FALSE(state.exists);
  EXPECT_EQ(state.writeProblem, "");
  EXPECT_TRUE(files().empty()) << "and makes none";
  put(folder / "file", value);
  setenv(kCacheVariable, (folder / "file").c_str(), 1);
  EXPECT_EQ(inspectCache().writeProblem, "it is no folder");
  setenv(kCacheVariable, (folder / "file" / "below" / "it").c_str(), 1);
  EXPECT_EQ(inspectCache().writeProblem, "`" + (folder / "file").string() + "` is no folder");
  setenv(kCacheVariable, "/proc/self", 1); // for root too
  EXPECT_NE(inspectCache().writeProblem, "");
  setenv(kCacheVariable, "", 1);
  EXPECT_EQ(inspectCache().folder, "");
}

} // namespace
} // namespace ring::runtime::cuda

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Files are written under a name of their own and then renamed, so that other processes see all of
// one or nothing.
#include "runtime/backend/cuda/Cache.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <unistd.h>

namespace ring::runtime::cuda {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kMagic = "ringkernel cubin 1\n";
constexpr std::uintmax_t kMaxBytes = std::uintmax_t(256) << 20;
constexpr std::size_t kMaxFiles = 512;

fs::path folder() {
  if (const char* named = std::getenv(kCacheVariable))
    return named;
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache && *cache)
    return fs::path(cache) / "ringkernel";
  if (const char* home = std::getenv("HOME"); home && *home)
    return fs::path(home) / ".cache" / "ringkernel";
  return {};
}

/// FNV-1a, 64 bits (Fowler, Noll, Vo): names files; equality is decided by the key inside.
std::uint64_t hashOf(std::string_view key) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : key)
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return hash;
}

fs::path fileOf(const fs::path& dir, std::string_view key) {
  char name[32];
  std::snprintf(name, sizeof(name), "%016llx.cubin", static_cast<unsigned long long>(hashOf(key)));
  return dir / name;
}

std::string headOf(std::string_view key) {
  return std::string(kMagic) + std::to_string(key.size()) + "\n" + std::string(key);
}

void prune(const fs::path& dir) {
  struct File {
    fs::path path;
    fs::file_time_type time;
    std::uintmax_t bytes;
  };
  std::vector<File> files;
  std::uintmax_t total = 0;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(dir, error)) {
    if (entry.path().extension() != ".cubin")
      continue;
    const File file{entry.path(), entry.last_write_time(error), entry.file_size(error)};
    if (error)
      continue; // another process removed it
    total += file.bytes;
    files.push_back(file);
  }
  std::ranges::sort(files, {}, &File::time);
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (total <= kMaxBytes && files.size() - i <= kMaxFiles)
      return;
    total -= files[i].bytes;
    fs::remove(files[i].path, error);
  }
}

} // namespace

std::optional<std::vector<char>> readCache(std::string_view key) {
  const fs::path dir = folder();
  if (dir.empty())
    return std::nullopt;
  std::ifstream file(fileOf(dir, key), std::ios::binary);
  if (!file)
    return std::nullopt;
  std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  const std::string head = headOf(key);
  // The size of the value stands at the end: a file that was cut off is none.
  const std::size_t tail = sizeof(std::uint64_t);
  if (bytes.size() < head.size() + tail || !std::equal(head.begin(), head.end(), bytes.begin()))
    return std::nullopt;
  std::uint64_t size = 0;
  std::copy_n(bytes.end() - tail, tail, reinterpret_cast<char*>(&size));
  if (size != bytes.size() - head.size() - tail || size == 0)
    return std::nullopt;
  return std::vector<char>(bytes.begin() + static_cast<std::ptrdiff_t>(head.size()),
                           bytes.end() - static_cast<std::ptrdiff_t>(tail));
}

void writeCache(std::string_view key, const std::vector<char>& value) {
  const fs::path dir = folder();
  std::error_code error;
  if (dir.empty())
    return;
  if (fs::create_directories(dir, error))
    fs::permissions(dir, fs::perms::owner_all, error);
  const fs::path to = fileOf(dir, key);
  fs::path own = to;
  static std::atomic<unsigned> written{0};
  own += "." + std::to_string(getpid()) + "." + std::to_string(written.fetch_add(1));
  {
    std::ofstream file(own, std::ios::binary | std::ios::trunc);
    const std::uint64_t size = value.size();
    file << headOf(key);
    file.write(value.data(), static_cast<std::streamsize>(value.size()));
    file.write(reinterpret_cast<const char*>(&size), sizeof(size));
    file.close();
    if (!file) {
      fs::remove(own, error);
      return;
    }
  }
  fs::rename(own, to, error);
  if (error)
    fs::remove(own, error);
  prune(dir);
}

} // namespace ring::runtime::cuda

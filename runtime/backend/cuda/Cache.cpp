// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Files are written under a name of their own and then renamed, so that other processes see all of
// one or nothing.
#include "runtime/backend/cuda/Cache.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

namespace ring::runtime::cuda {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kMagic = "ringkernel cubin 2\n";
constexpr std::uintmax_t kMaxBytes = std::uintmax_t(256) << 20;
constexpr std::size_t kMaxFiles = 512;
constexpr std::string_view kOwnEnding = ".tmp"; ///< of a file that is being written

fs::path folder() {
  if (const char* named = std::getenv(kCacheVariable))
    return named;
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache && *cache)
    return fs::path(cache) / "ringkernel";
  if (const char* home = std::getenv("HOME"); home && *home)
    return fs::path(home) / ".cache" / "ringkernel";
  return {};
}

/// FNV-1a, 64 bits (Fowler, Noll, Vo): names files, where the key inside decides, and tells values
/// from what a disk or a killed process made of them.
std::uint64_t hashOf(std::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : bytes)
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
  // increment() and not `for`, which throws where the folder goes away meanwhile.
  for (fs::directory_iterator at(dir, error), end; !error && at != end; at.increment(error)) {
    const fs::path path = at->path();
    std::error_code gone; // another process may remove it at any time
    const fs::file_time_type time = fs::last_write_time(path, gone);
    if (gone)
      continue;
    if (path.extension() == kOwnEnding) { // a process may have died over it
      if (fs::file_time_type::clock::now() - time > std::chrono::hours(1))
        fs::remove(path, gone);
      continue;
    }
    const std::uintmax_t bytes = fs::file_size(path, gone);
    if (gone || path.extension() != ".cubin")
      continue;
    total += bytes;
    files.push_back({path, time, bytes});
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
  // read() and not an istreambuf_iterator, which throws where the file is a folder.
  std::vector<char> bytes;
  char piece[1 << 14];
  while (file.read(piece, sizeof(piece)) || file.gcount() > 0)
    bytes.insert(bytes.end(), piece, piece + file.gcount());
  const std::string head = headOf(key);
  // The hash of the value stands at the end: a file that was cut off or changed is none.
  std::uint64_t hash = 0;
  if (bytes.size() <= head.size() + sizeof(hash) ||
      !std::equal(head.begin(), head.end(), bytes.begin()))
    return std::nullopt;
  const std::string_view value(bytes.data() + head.size(),
                               bytes.size() - head.size() - sizeof(hash));
  std::memcpy(&hash, value.data() + value.size(), sizeof(hash));
  if (hash != hashOf(value))
    return std::nullopt;
  return std::vector<char>(value.begin(), value.end());
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
  own += kOwnEnding;
  {
    std::ofstream file(own, std::ios::binary | std::ios::trunc);
    const std::uint64_t hash = hashOf({value.data(), value.size()});
    file << headOf(key);
    file.write(value.data(), static_cast<std::streamsize>(value.size()));
    file.write(reinterpret_cast<const char*>(&hash), sizeof(hash));
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

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Files are written under a name of their own and then renamed, so that other processes see all of
// one or nothing.
#include "runtime/backend/cuda/Cache.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace ring::runtime::cuda {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kMagic = "ringkernel cubin 2\n";
constexpr std::string_view kOwnEnding = ".tmp"; ///< of a file that is being written

struct Place {
  fs::path folder;
  const char* namedBy; ///< the variable
};

Place place() {
  if (const char* named = std::getenv(kCacheVariable))
    return {named, kCacheVariable};
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache && *cache)
    return {fs::path(cache) / "ringkernel", "XDG_CACHE_HOME"};
  if (const char* home = std::getenv("HOME"); home && *home)
    return {fs::path(home) / ".cache" / "ringkernel", "HOME"};
  return {{}, ""};
}

fs::path folder() { return place().folder; }

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

std::vector<char> contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  // read() and not an istreambuf_iterator, which throws where the file is a folder.
  std::vector<char> bytes;
  char piece[1 << 14];
  while (file.read(piece, sizeof(piece)) || file.gcount() > 0)
    bytes.insert(bytes.end(), piece, piece + file.gcount());
  return bytes;
}

/// What stands behind `headBytes`; nothing where it is not whole: the hash of the value stands at
/// the end.
std::optional<std::string_view> valueIn(const std::vector<char>& bytes, std::size_t headBytes) {
  std::uint64_t hash = 0;
  if (bytes.size() <= headBytes + sizeof(hash))
    return std::nullopt;
  const std::string_view value(bytes.data() + headBytes, bytes.size() - headBytes - sizeof(hash));
  std::memcpy(&hash, value.data() + value.size(), sizeof(hash));
  return hash == hashOf(value) ? std::optional(value) : std::nullopt;
}

bool isOld(const fs::path& path) {
  std::error_code gone;
  const fs::file_time_type time = fs::last_write_time(path, gone);
  return !gone && fs::file_time_type::clock::now() - time > std::chrono::hours(1);
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
      if (isOld(path))
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
    if (total <= kMaxCacheBytes && files.size() - i <= kMaxCacheFiles)
      return;
    total -= files[i].bytes;
    fs::remove(files[i].path, error);
  }
}

/// The file is a kernel under the name of its key.
bool isKernel(const fs::path& path) {
  const std::vector<char> bytes = contents(path);
  const std::string_view text(bytes.data(), bytes.size());
  if (!text.starts_with(kMagic))
    return false;
  std::size_t keyBytes = 0;
  const char* const end = text.data() + text.size();
  const auto [after, error] = std::from_chars(text.data() + kMagic.size(), end, keyBytes);
  if (error != std::errc() || after == end || *after != '\n' ||
      keyBytes > static_cast<std::size_t>(end - after) - 1)
    return false;
  const std::string_view key(after + 1, keyBytes);
  return fileOf(path.parent_path(), key) == path &&
         valueIn(bytes, static_cast<std::size_t>(key.data() - text.data()) + keyBytes).has_value();
}

/// Why nothing can be written to `dir`, or, where it does not exist, why it cannot be made; empty:
/// it can.
std::string writeProblem(const fs::path& dir) {
  std::error_code error;
  if (fs::is_directory(dir, error)) {
    // Permissions tell root nothing, and a disk may be full.
    std::string name = (dir / "doctor.XXXXXX").string() + std::string(kOwnEnding);
    const int file = mkstemps(name.data(), static_cast<int>(kOwnEnding.size()));
    if (file < 0)
      return std::strerror(errno);
    const bool isWritten =
        write(file, kMagic.data(), kMagic.size()) == static_cast<ssize_t>(kMagic.size());
    const int problem = errno;
    close(file);
    unlink(name.c_str());
    return isWritten ? "" : std::strerror(problem);
  }
  if (fs::exists(fs::symlink_status(dir, error)))
    return "it is no folder";
  const fs::path parent = dir.has_parent_path() ? dir.parent_path() : fs::path(".");
  if (parent == dir)
    return "it cannot be made";
  if (fs::is_directory(parent, error))
    return access(parent.c_str(), W_OK | X_OK) == 0 ? "" : std::strerror(errno);
  const std::string above = writeProblem(parent);
  return above == "it is no folder" ? "`" + parent.string() + "` is no folder" : above;
}

} // namespace

CacheState inspectCache() {
  const Place at = place();
  CacheState state;
  state.folder = at.folder.string();
  state.namedBy = at.namedBy;
  if (at.folder.empty())
    return state;
  state.writeProblem = writeProblem(at.folder);
  struct stat facts{};
  if (stat(at.folder.c_str(), &facts) != 0 || !S_ISDIR(facts.st_mode))
    return state;
  state.exists = true;
  state.isPrivate = facts.st_uid == geteuid() && (facts.st_mode & (S_IWGRP | S_IWOTH)) == 0;
  state.isReadByOthers = (facts.st_mode & (S_IRGRP | S_IROTH)) != 0;
  std::error_code error;
  for (fs::directory_iterator i(at.folder, error), end; !error && i != end; i.increment(error)) {
    const fs::path& path = i->path();
    std::error_code gone;
    const std::uintmax_t bytes = i->is_regular_file(gone) ? fs::file_size(path, gone) : 0;
    const bool isBeingWritten = path.extension() == kOwnEnding && !isOld(path);
    if (gone || isBeingWritten)
      continue;
    const bool isWhole = path.extension() == ".cubin" && isKernel(path);
    ++(isWhole ? state.kernels : state.garbage);
    (isWhole ? state.kernelBytes : state.garbageBytes) += bytes;
  }
  return state;
}

std::optional<std::vector<char>> readCache(std::string_view key) {
  const fs::path dir = folder();
  if (dir.empty())
    return std::nullopt;
  const std::vector<char> bytes = contents(fileOf(dir, key));
  const std::string head = headOf(key);
  if (bytes.size() < head.size() || !std::equal(head.begin(), head.end(), bytes.begin()))
    return std::nullopt;
  const std::optional<std::string_view> value = valueIn(bytes, head.size());
  if (!value)
    return std::nullopt;
  return std::vector<char>(value->begin(), value->end());
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

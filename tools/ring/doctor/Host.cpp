// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where a system does not say something, the fact is null.
#include "Host.h"

#include "Process.h"

#include "runtime/backend/cpu/Placement.h"
#include "runtime/backend/cuda/WideAccess.h"

#include <fmt/core.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <thread>
#include <unistd.h>
#include <vector>

#if defined(__linux__)
#include <sys/vfs.h>
#endif
#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace ring::tool {

namespace fs = std::filesystem;

namespace {

#if defined(__x86_64__)
bool hasMovdir64b() {
  constexpr unsigned kBit = 1u << 28; // of ecx, leaf 7
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (c & kBit) != 0;
}
#endif

Json features() {
  Json names = Json::array();
#if defined(__x86_64__)
  const struct {
    const char* name;
    bool isThere;
  } all[] = {{"avx", __builtin_cpu_supports("avx") != 0},
             {"avx2", __builtin_cpu_supports("avx2") != 0},
             {"avx512f", __builtin_cpu_supports("avx512f") != 0},
             {"movdir64b", hasMovdir64b()}};
  for (const auto& feature : all)
    if (feature.isThere)
      names.push_back(feature.name);
#endif
  return names;
}

Json modelName() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name"))
      if (const std::size_t at = line.find(": "); at != std::string::npos)
        return line.substr(at + 2);
  return nullptr;
}

bool canWriteIn(const std::string& folder) {
  std::string name = folder + "/ringkernel-doctor.XXXXXX";
  const int file = mkstemp(name.data());
  if (file < 0)
    return false;
  close(file);
  unlink(name.c_str());
  return true;
}

Json sharedMemory() {
  const char* path = "/dev/shm";
  Json facts{{"path", path}, {"exists", fs::is_directory(path)}};
  struct statvfs space{};
  if (statvfs(path, &space) != 0)
    return facts;
  facts["writable"] = canWriteIn(path);
#if defined(__linux__)
  constexpr long kTmpfs = 0x01021994;
  struct statfs kind{};
  facts["inMemory"] = statfs(path, &kind) == 0 && kind.f_type == kTmpfs;
#endif
  facts["bytes"] = std::uint64_t(space.f_blocks) * space.f_frsize;
  facts["freeBytes"] = std::uint64_t(space.f_bavail) * space.f_frsize;
  return facts;
}

/// The first file of that name in `folders`, else in PATH; empty where there is none.
std::string findProgram(const std::string& name, std::vector<std::string> folders) {
  std::istringstream path(std::getenv("PATH") ? std::getenv("PATH") : "");
  for (std::string folder; std::getline(path, folder, ':');)
    folders.push_back(folder.empty() ? "." : folder);
  for (const std::string& folder : folders) {
    const std::string file = folder + "/" + name;
    std::error_code ignored;
    if (fs::is_regular_file(file, ignored) && access(file.c_str(), X_OK) == 0)
      return file;
  }
  return "";
}

/// The line of `--version` that holds `word`, else the first; null where it does not say.
Json versionOf(const std::string& program, const char* word) {
  const Ended ended = runProcess({program, "--version"}, std::chrono::seconds(10));
  if (!ended.isFine())
    return nullptr;
  std::istringstream lines(ended.output);
  std::string first;
  for (std::string line; std::getline(lines, line);) {
    if (line.find(word) != std::string::npos)
      return line;
    if (first.empty())
      first = line;
  }
  return first.empty() ? Json() : Json(first);
}

std::vector<std::string> cudaFolders() {
  std::vector<std::string> folders;
  for (const char* variable : {"CUDA_PATH", "CUDA_HOME"})
    if (const char* root = std::getenv(variable); root && *root)
      folders.push_back(std::string(root) + "/bin");
  folders.emplace_back("/usr/local/cuda/bin");
  return folders;
}

} // namespace

Json processorFacts() {
  return {{"model", modelName()},
          {"cores", std::max(1l, sysconf(_SC_NPROCESSORS_ONLN))},
          {"usableCores", runtime::cpu::availableCores()},
          {"features", features()},
          {"wideAccess", runtime::cuda::hasWideAccess()}};
}

Json memoryFacts() {
  Json limit;
  struct rlimit memlock{};
  if (getrlimit(RLIMIT_MEMLOCK, &memlock) == 0 && memlock.rlim_cur != RLIM_INFINITY)
    limit = memlock.rlim_cur;
  return {{"sharedMemory", sharedMemory()}, {"memlockLimitBytes", limit}};
}

Json compilerFacts() {
  const std::string besideUs = fs::path(ownProgram()).parent_path().string();
  const struct {
    const char* name;
    std::vector<std::string> folders; ///< before PATH
    const char* word;
  } wanted[] = {{"ringc", {besideUs}, "ringc"},
                {"clang++-19", {}, "version"},
                {"clang++", {}, "version"},
                {"g++", {}, "g++"},
                {"nvcc", cudaFolders(), "release"}};
  Json found = Json::array();
  for (const auto& compiler : wanted) {
    const std::string path = findProgram(compiler.name, compiler.folders);
    found.push_back({{"name", compiler.name},
                     {"path", path.empty() ? Json() : Json(path)},
                     {"version", path.empty() ? Json() : versionOf(path, compiler.word)}});
  }
  return found;
}

std::string systemName() {
  struct utsname names{};
  return uname(&names) == 0 ? fmt::format("{} {} {}", names.sysname, names.release, names.machine)
                            : "an unknown system";
}

std::string ownProgram() {
  std::error_code error;
  const fs::path file = fs::read_symlink("/proc/self/exe", error);
  return error ? "" : file.string();
}

} // namespace ring::tool

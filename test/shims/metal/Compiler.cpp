// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The two command lines, and what can only be seen in the LLVM IR of the check: recursion, and
// pointers that leave `constant`. What clang is and where the shims are, CMake says.

#include "test/shims/metal/Compiler.h"

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <unistd.h>
#include <vector>

namespace ring::msl {

namespace {

namespace fs = std::filesystem;

const fs::path kShims = RINGKERNEL_METAL_SHIMS;

/// Contraction belongs to the IR: a fused multiply-add is one that ringc wrote.
constexpr const char* kExecuteFlags = " -x c++ -std=c++20 -O1 -fPIC -shared -ffp-contract=off "
                                      "-fno-math-errno -nostdinc -fvisibility=hidden"
                                      " -Wno-unknown-attributes";
/// Without these features `double`, and program-scope variables outside `constant`, are errors, as
/// in Metal.
constexpr const char* kCheckFlags =
    " -x clcpp -cl-std=clc++2021 -target spir64 -cl-no-stdinc -S -emit-llvm -O0 -gline-tables-only"
    " -Xclang -cl-ext=-__opencl_c_program_scope_global_variables,-cl_khr_fp64,-__opencl_c_fp64,"
    "-__opencl_c_pipes,-__opencl_c_device_enqueue,-__opencl_c_images,-__opencl_c_read_write_images,"
    "-__opencl_c_3d_image_writes,-cl_khr_3d_image_writes"
    " -Wno-unknown-attributes -Wno-keyword-macro -cl-single-precision-constant";

std::string quoted(const std::string& text) { return "'" + text + "'"; }

/// FNV-1a over the parts, for names of files in the cache.
std::string contentHash(std::initializer_list<std::string_view> parts) {
  std::uint64_t hash = 14695981039346656037ull;
  for (std::string_view part : parts)
    for (unsigned char c : part)
      hash = (hash ^ c) * 1099511628211ull;
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash));
  return text;
}

std::string readFile(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// All of the shims' own text: a changed shim makes new libraries.
const std::string& shimText() {
  static const std::string text = [] {
    std::set<fs::path> files;
    for (const char* folder : {"execute", "api"})
      for (const auto& entry : fs::directory_iterator(kShims / folder))
        files.insert(entry.path());
    files.insert(kShims / "Abi.h");
    std::string all;
    for (const fs::path& file : files)
      all += readFile(file);
    return all;
  }();
  return text;
}

fs::path cacheFolder() {
  const fs::path folder =
      fs::temp_directory_path() / ("ringkernel-msl-" + std::to_string(getuid()));
  fs::create_directories(folder);
  return folder;
}

/// A path of this process's own in the cache.
fs::path scratch(const std::string& suffix) {
  static std::atomic<unsigned> count{0};
  return cacheFolder() / (std::to_string(getpid()) + "-" + std::to_string(count++) + suffix);
}

/// Runs clang over `text`; true when it succeeded. `messages` gets what it wrote.
bool runClang(const std::string& flags, const std::string& shim, const std::string& text,
              const fs::path& output, std::string& messages) {
  const fs::path input = scratch(".metal");
  std::ofstream(input, std::ios::binary) << text;
  const std::string command = quoted(RINGKERNEL_SHIM_CLANG) + flags + " -isystem " +
                              quoted(kShims / shim) + " -o " + quoted(output) + " " +
                              quoted(input) + " 2>&1";
  std::FILE* pipe = popen(command.c_str(), "r");
  if (!pipe) {
    messages += "error: cannot run `" RINGKERNEL_SHIM_CLANG "`\n";
    return false;
  }
  char buffer[4096];
  for (std::size_t n; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;)
    messages.append(buffer, n);
  const bool fine = pclose(pipe) == 0;
  fs::remove(input);
  return fine;
}

/// Name behind the first `@` of `line` from `from` on.
std::string symbol(const std::string& line, std::size_t from) {
  const std::size_t at = line.find('@', from);
  if (at == std::string::npos)
    return {};
  const std::size_t end = line.find_first_of("( ,)", at);
  return line.substr(at + 1, end - at - 1);
}

class IrReader {
public:
  explicit IrReader(const fs::path& path) {
    std::ifstream stream(path);
    for (std::string line; std::getline(stream, line);)
      read(line);
  }

  std::string errors() {
    std::string text = castErrors;
    for (const auto& [function, callees] : calls)
      if (reaches(function, function))
        text += "error: `" + readable(function) + "` calls itself, which Metal does not allow\n";
    return text;
  }

private:
  void read(const std::string& line) {
    if (line.starts_with("define ")) {
      current = symbol(line, 0);
      calls[current];
    } else if (const std::size_t call = line.find("call "); call != std::string::npos) {
      calls[current].insert(symbol(line, call));
    }
    // `constant` is address space 6 in the shim, which clang lets become 1 (`device`) without a
    // cast.
    if (line.find("addrspacecast") != std::string::npos &&
        line.find("ptr addrspace(6)") != std::string::npos &&
        line.find("to ptr addrspace(1)") != std::string::npos)
      castErrors += "error: in `" + readable(current) +
                    "` a pointer or reference to `constant` becomes one to `device`\n";
  }

  bool reaches(const std::string& from, const std::string& to) const {
    std::vector<std::string> work{from};
    std::set<std::string> seen;
    while (!work.empty()) {
      const auto callees = calls.find(work.back());
      work.pop_back();
      if (callees == calls.end())
        continue;
      for (const std::string& callee : callees->second) {
        if (callee == to)
          return true;
        if (seen.insert(callee).second)
          work.push_back(callee);
      }
    }
    return false;
  }

  /// `_Z4nameii` and `_ZL4nameii` are `name`; other manglings stay as they are.
  static std::string readable(const std::string& mangled) {
    std::size_t at = mangled.starts_with("_ZL")  ? 3
                     : mangled.starts_with("_Z") ? 2
                                                 : mangled.size();
    std::size_t length = 0;
    while (at < mangled.size() && mangled[at] >= '0' && mangled[at] <= '9')
      length = length * 10 + static_cast<std::size_t>(mangled[at++] - '0');
    return length == 0 ? mangled : mangled.substr(at, length);
  }

  std::string current;
  std::map<std::string, std::set<std::string>> calls;
  std::string castErrors;
};

/// Puts `file` before each line that begins with a place or with `error:`.
std::string placed(const std::string& file, const std::string& errors) {
  std::string text;
  for (std::size_t at = 0; at < errors.size();) {
    const std::size_t end = errors.find('\n', at);
    text += file + ":" + (errors[at] == 'e' ? " " : "") + errors.substr(at, end - at + 1);
    at = end + 1;
  }
  return text;
}

} // namespace

Outcome check(std::string_view text, const std::string& file) {
  const Source source = readSource(text);
  Outcome outcome;
  outcome.messages = placed(file, source.errors);
  const fs::path ir = scratch(".ll");
  const std::string numbered = "#line 1 \"" + file + "\"\n" + source.text;
  outcome.fine = runClang(kCheckFlags, "check", numbered, ir, outcome.messages);
  if (outcome.fine)
    outcome.messages += placed(file, IrReader(ir).errors());
  outcome.fine = outcome.fine && outcome.messages.find("error: ") == std::string::npos;
  fs::remove(ir);
  return outcome;
}

Outcome compile(const Source& source, const std::string& file) {
  Outcome outcome;
  const std::string text = "#line 1 \"" + file + "\"\n" + source.text + kernelFunctions(source);
  const fs::path library =
      cacheFolder() /
      (contentHash({RINGKERNEL_SHIM_CLANG, kExecuteFlags, shimText(), text}) + ".so");
  outcome.library = library;
  outcome.fine = fs::exists(library);
  if (outcome.fine)
    return outcome;
  // Made beside and renamed: another process may be making the same.
  const fs::path made = scratch(".so");
  outcome.fine = runClang(kExecuteFlags, "execute", text, made, outcome.messages);
  if (outcome.fine)
    fs::rename(made, library);
  return outcome;
}

} // namespace ring::msl

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// check-cuda [--time] FILE.cu...: compiles every file with NVRTC to cubins for sm_80 and sm_90 and
// to PTX, and puts the PTX through ptxas where there is one. No GPU is needed. Logs go to stderr as
// NVRTC wrote them. Exit 0: all fine, 1: refused, 2: misuse or no NVRTC.

#include "test/tools/Nvrtc.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>
#include <unistd.h>
#include <vector>

namespace {

/// The first is what `--time` times: the newest.
constexpr const char* kArchitectures[] = {"90", "80"};

class Checker {
public:
  Checker(const ring::test::Nvrtc& nvrtc, bool time) : nvrtc(nvrtc), time(time) {}

  bool check(const std::string& file) {
    std::ifstream stream(file, std::ios::binary);
    const std::string source{std::istreambuf_iterator<char>(stream), {}};
    if (!stream) {
      std::cerr << file << ": error: cannot read the file\n";
      return false;
    }
    for (const char* architecture : kArchitectures)
      if (!compile(file, source, std::string("sm_") + architecture))
        return false; // the other architectures would say the same
    for (const char* architecture : kArchitectures) {
      const auto ptx = compile(file, source, std::string("compute_") + architecture);
      if (!ptx || !assemble(file, *ptx, architecture))
        return false;
    }
    return true;
  }

private:
  std::optional<std::string> compile(const std::string& file, const std::string& source,
                                     const std::string& architecture) {
    const auto start = std::chrono::steady_clock::now();
    const auto output = nvrtc.compile(source, file, architecture);
    const std::chrono::duration<double, std::milli> taken =
        std::chrono::steady_clock::now() - start;
    if (!output.log.empty())
      std::cerr << output.log << (output.log.back() == '\n' ? "" : "\n");
    if (!output.compiled) {
      std::cerr << file << ": error: refused by NVRTC " << nvrtc.version() << " for "
                << architecture << "\n";
      return std::nullopt;
    }
    if (time)
      std::printf("%s: NVRTC %s, %s, %s: %.1f ms\n", file.c_str(), nvrtc.version().c_str(),
                  architecture.c_str(), compiledBefore ? "warm" : "cold", taken.count());
    compiledBefore = true;
    return output.code;
  }

  /// PTX for an architecture must be accepted for it and for every newer one.
  bool assemble(const std::string& file, const std::string& ptx, const std::string& architecture) {
    const std::string ptxas = ptxasProgram();
    if (ptxas.empty())
      return true;
    char path[] = "/tmp/check-cuda-XXXXXX";
    const int descriptor = mkstemp(path);
    if (descriptor < 0) {
      std::cerr << "check-cuda: error: cannot make a temporary file\n";
      return false;
    }
    close(descriptor);
    std::ofstream(path, std::ios::binary) << ptx;
    bool fine = true;
    for (const std::string target : kArchitectures) {
      if (std::stoi(target) < std::stoi(architecture))
        continue;
      const std::string command =
          "'" + ptxas + "' -arch=sm_" + target + " -o /dev/null '" + path + "'";
      if (std::system(command.c_str()) != 0) {
        std::cerr << file << ": error: PTX for compute_" << architecture
                  << " refused by ptxas for sm_" << target << "\n";
        fine = false;
      }
    }
    unlink(path);
    return fine;
  }

  static std::string ptxasProgram() {
    const char* variable = std::getenv("RINGKERNEL_PTXAS");
    return variable ? variable : RINGKERNEL_PTXAS;
  }

  const ring::test::Nvrtc& nvrtc;
  const bool time;
  bool compiledBefore = false;
};

} // namespace

int main(int argc, char** argv) {
  bool time = false;
  std::vector<std::string> files;
  for (const std::string& argument : std::vector<std::string>(argv + 1, argv + argc)) {
    if (argument == "--time")
      time = true;
    else
      files.push_back(argument);
  }
  if (files.empty() || files[0].starts_with("-")) {
    std::cerr << "usage: check-cuda [--time] FILE.cu...\n";
    return 2;
  }
  ring::test::Nvrtc nvrtc;
  if (!nvrtc.load(RINGKERNEL_NVRTC_LIBRARY)) {
    std::cerr << "check-cuda: error: " << nvrtc.error() << "\n";
    return 2;
  }
  Checker checker(nvrtc, time);
  bool fine = true;
  for (const std::string& file : files)
    fine = checker.check(file) && fine;
  return fine ? 0 : 1;
}

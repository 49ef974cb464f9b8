// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What both fuzzers are told, and the files they begin with.
#ifndef RINGKERNEL_TEST_FUZZ_ARGUMENTS_H
#define RINGKERNEL_TEST_FUZZ_ARGUMENTS_H

#include "Mutator.h"
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace fuzz {

struct Arguments {
  uint64_t count = 1000;
  uint64_t seed = 1;
  unsigned jobs = std::max(1u, std::thread::hardware_concurrency());
  int64_t only = -1;
  std::filesystem::path save = std::filesystem::temp_directory_path();
  bool passes = false; ///< of a fuzzer that has some
  std::string clang;   ///< a Clang of the same release; empty: none
  std::vector<std::filesystem::path> corpus;
};

/// --count=, --seed=, --jobs=, --only=, --save=, --clang=, --passes where `hasPasses`, and the
/// corpus. Ends the program with the usage and exit code 2 where they are wrong. (Libraries for
/// this throw, and what links with LLVM is compiled without exceptions.)
Arguments parseArguments(int argc, char** argv, const char* name, bool hasPasses);

/// Files as they are given, and below folders those that `isWanted`; sorted by path, so that a
/// mutant's number means the same everywhere.
std::vector<Seed> readCorpus(const std::vector<std::filesystem::path>& roots,
                             const std::function<bool(const std::filesystem::path&)>& isWanted);

} // namespace fuzz

#endif

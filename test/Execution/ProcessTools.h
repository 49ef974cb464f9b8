// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What tests of processes ask of the system.
#ifndef RINGKERNEL_TEST_EXECUTION_PROCESSTOOLS_H
#define RINGKERNEL_TEST_EXECUTION_PROCESSTOOLS_H

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

namespace ring::test {

/// Children of this process, zombies too.
inline std::vector<pid_t> children() {
  std::vector<pid_t> found;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
    if (std::atoi(entry.path().filename().c_str()) == 0)
      continue; // no process
    std::ifstream file(entry.path() / "stat");
    std::string text((std::istreambuf_iterator<char>(file)), {});
    const std::size_t name = text.rfind(')');
    int parent = 0;
    char state = 0;
    if (name != std::string::npos &&
        std::sscanf(text.c_str() + name + 1, " %c %d", &state, &parent) == 2 && parent == getpid())
      found.push_back(std::atoi(entry.path().filename().c_str()));
  }
  return found;
}

/// Until `isSo()`, 10 s at most.
template <class Condition> bool within10s(Condition&& isSo) {
  for (int i = 0; i < 10000; ++i) {
    if (isSo())
      return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return isSo();
}

} // namespace ring::test

#endif // RINGKERNEL_TEST_EXECUTION_PROCESSTOOLS_H

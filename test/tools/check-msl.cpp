// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// check-msl FILE.metal...: judges every file with the check shim (true address spaces, Metal's
// types and functions) and compiles it with the execute shim. Exit 0: all fine, 1: refused, 2:
// misuse.

#include "test/shims/metal/Compiler.h"

#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

namespace {

bool check(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (!stream) {
    std::cerr << file << ": error: cannot read the file\n";
    return false;
  }
  ring::msl::Outcome outcome = ring::msl::check(text, file);
  std::cerr << outcome.messages;
  if (!outcome.fine)
    return false;
  outcome = ring::msl::compile(ring::msl::readSource(text), file);
  if (!outcome.fine)
    std::cerr << outcome.messages << file
              << ": error: passes the check shim and not the execute shim\n";
  return outcome.fine;
}

} // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> files(argv + 1, argv + argc);
  if (files.empty() || files[0].starts_with("-")) {
    std::cerr << "usage: check-msl FILE.metal...\n";
    return 2;
  }
  bool fine = true;
  for (const std::string& file : files)
    fine = check(file) && fine;
  return fine ? 0 : 1;
}

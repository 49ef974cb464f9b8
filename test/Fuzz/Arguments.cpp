// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See Arguments.h.

#include "Arguments.h"
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>

namespace fuzz {

namespace fs = std::filesystem;

namespace {

bool takeValue(const char* argument, const char* name, std::string& value) {
  const size_t length = std::strlen(name);
  if (std::strncmp(argument, name, length) != 0)
    return false;
  value = argument + length;
  return true;
}

/// All of the text is a number.
template <class T> bool takeNumber(const std::string& text, T& number) {
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && rest == end;
}

bool takeOne(const char* argument, bool hasPasses, Arguments& arguments) {
  std::string value;
  if (takeValue(argument, "--count=", value))
    return takeNumber(value, arguments.count);
  if (takeValue(argument, "--seed=", value))
    return takeNumber(value, arguments.seed);
  if (takeValue(argument, "--jobs=", value))
    return takeNumber(value, arguments.jobs) && arguments.jobs > 0;
  if (takeValue(argument, "--only=", value))
    return takeNumber(value, arguments.only) && arguments.only >= 0;
  if (takeValue(argument, "--save=", value)) {
    arguments.save = value;
    return true;
  }
  if (takeValue(argument, "--clang=", arguments.clang))
    return true;
  if (hasPasses && std::strcmp(argument, "--passes") == 0)
    return arguments.passes = true;
  if (argument[0] == '-')
    return false;
  arguments.corpus.emplace_back(argument);
  return true;
}

} // namespace

Arguments parseArguments(int argc, char** argv, const char* name, bool hasPasses) {
  Arguments arguments;
  bool isRight = true;
  for (int i = 1; i < argc; ++i)
    isRight &= takeOne(argv[i], hasPasses, arguments);
  if (isRight && !arguments.corpus.empty())
    return arguments;
  std::cerr << "usage: " << name << " [--count=N] [--seed=S] [--jobs=J] [--only=I] [--save=DIR]"
            << " [--clang=PATH]" << (hasPasses ? " [--passes]" : "") << " FILE|FOLDER...\n";
  std::exit(2);
}

std::vector<Seed> readCorpus(const std::vector<fs::path>& roots,
                             const std::function<bool(const fs::path&)>& isWanted) {
  std::vector<fs::path> paths;
  for (const fs::path& root : roots) {
    if (!fs::is_directory(root)) {
      paths.push_back(root);
      continue;
    }
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root))
      if (isWanted(entry.path()))
        paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<Seed> corpus;
  for (const fs::path& path : paths) {
    std::stringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    corpus.push_back({path.string(), text.str(), /*isRare=*/false});
  }
  return corpus;
}

} // namespace fuzz

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Feeds ringc mutated handler files: whatever comes in, it must end, and with exit code 0 or 1.
//
//   ringc-fuzz [--count=N] [--seed=S] [--jobs=J] [--only=I] [--save=DIR] FILE|FOLDER...
//
// The corpus is every *.ring.h and *.ring.cpp below the given folders. A failing input is saved in
// DIR; --only runs one input in this process, for a debugger.

#include "Mutator.h"
#include "Worker.h"
#include "ringc/Driver/Driver.h"
#include <algorithm>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <thread>
#include <unistd.h>

namespace {

namespace fs = std::filesystem;

struct Arguments {
  uint64_t count = 1000;
  uint64_t seed = 1;
  unsigned jobs = std::max(1u, std::thread::hardware_concurrency());
  int64_t only = -1;
  fs::path save = fs::temp_directory_path();
  std::vector<fs::path> corpus;
};

bool takeValue(const char* argument, const char* name, std::string& value) {
  const size_t length = std::strlen(name);
  if (std::strncmp(argument, name, length) != 0)
    return false;
  value = argument + length;
  return true;
}

bool parse(int argc, char** argv, Arguments& arguments) {
  std::string value;
  for (int i = 1; i < argc; ++i) {
    if (takeValue(argv[i], "--count=", value))
      arguments.count = std::stoull(value);
    else if (takeValue(argv[i], "--seed=", value))
      arguments.seed = std::stoull(value);
    else if (takeValue(argv[i], "--jobs=", value))
      arguments.jobs = static_cast<unsigned>(std::stoul(value));
    else if (takeValue(argv[i], "--only=", value))
      arguments.only = std::stoll(value);
    else if (takeValue(argv[i], "--save=", value))
      arguments.save = value;
    else if (argv[i][0] == '-')
      return false;
    else
      arguments.corpus.push_back(argv[i]);
  }
  return !arguments.corpus.empty() && arguments.jobs > 0;
}

bool isHandlerFile(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.ends_with(".ring.h") || name.ends_with(".ring.cpp");
}

/// Sorted by path, so that a mutant's number means the same everywhere.
std::vector<fuzz::Seed> readCorpus(const std::vector<fs::path>& roots) {
  std::vector<fs::path> paths;
  for (const fs::path& root : roots) {
    if (!fs::is_directory(root))
      paths.push_back(root);
    else
      for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root))
        if (isHandlerFile(entry.path()))
          paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<fuzz::Seed> corpus;
  for (const fs::path& path : paths) {
    std::stringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    std::string contents = text.str();
    bool isRare = contents.find("expected-error") != std::string::npos;
    for (size_t at = 0; (at = contents.find("#include <", at)) != std::string::npos; ++at)
      isRare |= contents.compare(at, 18, "#include <ringkern") != 0;
    corpus.push_back({path.string(), std::move(contents), isRare});
  }
  return corpus;
}

/// Compiles one mutant for one of the targets; true where it is accepted.
bool compileMutant(const fuzz::Mutant& mutant, uint64_t item, const fs::path& file) {
  std::ofstream(file, std::ios::binary)
      .write(mutant.text.data(), static_cast<std::streamsize>(mutant.text.size()));
  static constexpr const char* outputs[] = {"--target=cuda", "--target=msl", "--target=wgsl",
                                            "--emit=reflection"};
  const std::string path = file.string();
  const std::string include = "-I" + fs::path(mutant.seed->path).parent_path().string();
  const char* args[] = {outputs[item % std::size(outputs)],
                        "-o",
                        "/dev/null",
                        path.c_str(),
                        "--",
                        "-std=c++20",
                        include.c_str()};
  std::error_code error;
  llvm::raw_fd_ostream nothing("/dev/null", error);
  const ringc::ExitCode code = ringc::runDriver(args, nothing, nothing);
  if (code == ringc::ExitCode::Misuse)
    std::abort();
  return code == ringc::ExitCode::Fine;
}

} // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  if (!parse(argc, argv, arguments)) {
    std::cerr << "usage: ringc-fuzz [--count=N] [--seed=S] [--jobs=J] [--only=I] [--save=DIR] "
                 "FILE|FOLDER...\n";
    return 2;
  }
  const fuzz::Mutator mutator(readCorpus(arguments.corpus), arguments.seed);
  fs::create_directories(arguments.save);
  auto run = [&](uint64_t item) {
    const std::string name = "ringc-fuzz-" + std::to_string(getpid()) + ".ring.h";
    const fs::path file = arguments.save / name;
    const bool accepted = compileMutant(mutator.make(item), item, file);
    fs::remove(file);
    return accepted;
  };
  if (arguments.only >= 0) {
    std::cout << mutator.make(static_cast<uint64_t>(arguments.only)).text << std::flush;
    return run(static_cast<uint64_t>(arguments.only)) ? 0 : 1;
  }

  const auto begin = std::chrono::steady_clock::now();
  const fuzz::Limits limits{arguments.jobs, /*itemSeconds=*/20, /*memoryBytes=*/uint64_t(4) << 30};
  const fuzz::Outcome outcome = fuzz::runAll(arguments.count, limits, run);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  for (const fuzz::Failure& failure : outcome.failures) {
    const fuzz::Mutant mutant = mutator.make(failure.item);
    const fs::path saved = arguments.save / ("failed-" + std::to_string(failure.item) + ".ring.h");
    std::ofstream(saved, std::ios::binary) << mutant.text;
    std::cout << "input " << failure.item << " (from " << mutant.seed->path
              << "): " << failure.reason << "; saved as " << saved.string() << '\n';
  }
  std::cout << arguments.count << " mutated handler files in " << seconds.count()
            << " s: " << outcome.accepted << " accepted, " << outcome.refused << " refused, "
            << outcome.failures.size() << " failed\n";
  return outcome.failures.empty() ? 0 : 1;
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Feeds ringc mutated handler files: whatever comes in, it must end, and with exit code 0 or 1.
//
//   ringc-fuzz [--count=N] [--seed=S] [--jobs=J] [--only=I] [--save=DIR] [--clang=PATH]
//              FILE|FOLDER...
//
// The corpus is every *.ring.h and *.ring.cpp below the given folders. A failing input is saved in
// DIR; --only runs one input in this process, for a debugger. Where the Clang at PATH crashes on
// the input too, the fault is Clang's: it is reported and does not count.

#include "Arguments.h"
#include "Worker.h"
#include "ringc/Driver/Driver.h"
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sys/wait.h>
#include <unistd.h>

namespace {

namespace fs = std::filesystem;

bool isHandlerFile(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.ends_with(".ring.h") || name.ends_with(".ring.cpp");
}

/// A file that expects an error, or includes more than ours, is mutated less often.
void markRare(fuzz::Seed& seed) {
  seed.isRare = seed.text.find("expected-error") != std::string::npos;
  for (size_t at = 0; (at = seed.text.find("#include <", at)) != std::string::npos; ++at)
    seed.isRare |= seed.text.compare(at, 18, "#include <ringkern") != 0;
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

/// True where Clang alone crashes on the file: it gives 1 for errors and more where it dies.
bool crashesClang(const std::string& clang, const fs::path& file, const fs::path& include) {
  if (clang.empty())
    return false;
  const std::string command =
      "'" + clang + "' -x c++ -std=c++20 -fsyntax-only -fno-crash-diagnostics -I'" +
      include.string() + "' '-I" RINGKERNEL_INCLUDE "' '" + file.string() + "' >/dev/null 2>&1";
  const int status = std::system(command.c_str());
  return status == -1 ? false : !WIFEXITED(status) || WEXITSTATUS(status) > 1;
}

} // namespace

int main(int argc, char** argv) {
  const fuzz::Arguments arguments =
      fuzz::parseArguments(argc, argv, "ringc-fuzz", /*hasPasses=*/false);
  std::vector<fuzz::Seed> corpus = fuzz::readCorpus(arguments.corpus, isHandlerFile);
  std::ranges::for_each(corpus, markRare);
  const fuzz::Mutator mutator(std::move(corpus), arguments.seed);
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
  std::size_t ofClang = 0;
  for (const fuzz::Failure& failure : outcome.failures) {
    const fuzz::Mutant mutant = mutator.make(failure.item);
    const fs::path saved = arguments.save / ("failed-" + std::to_string(failure.item) + ".ring.h");
    std::ofstream(saved, std::ios::binary) << mutant.text;
    const bool isOfClang =
        crashesClang(arguments.clang, saved, fs::path(mutant.seed->path).parent_path());
    ofClang += isOfClang;
    std::cout << "input " << failure.item << " (from " << mutant.seed->path
              << "): " << failure.reason << (isOfClang ? ", as Clang alone" : "") << "; saved as "
              << saved.string() << '\n';
  }
  std::cout << arguments.count << " mutated handler files in " << seconds.count()
            << " s: " << outcome.accepted << " accepted, " << outcome.refused << " refused, "
            << outcome.failures.size() << " failed, " << ofClang << " of them in Clang\n";
  return outcome.failures.size() == ofClang ? 0 : 1;
}

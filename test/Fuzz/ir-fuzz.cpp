// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Feeds mutated IR text to the parser. Whatever comes in, it must end without a crash; what parses
// must print and parse back to the same; what verifies must survive copying and every analysis, and
// with
// --passes every pass.
//
//   ir-fuzz [--count=N] [--seed=S] [--jobs=J] [--only=I] [--save=DIR] [--passes] FILE|FOLDER...
//
// The corpus is every *.ir below the given folders. A failing input is saved in DIR; --only runs
// one input in this process, for a debugger.

#include "Mutator.h"
#include "Worker.h"
#include "ringc/Analysis/Effects.h"
#include "ringc/IR/Cloner.h"
#include "ringc/IR/Parser.h"
#include "ringc/IR/Printer.h"
#include "ringc/IR/Verifier.h"
#include "ringc/Support/Check.h"
#include "ringc/Transforms/Passes.h"
#include <algorithm>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <thread>

namespace {

namespace fs = std::filesystem;
using namespace ringc;

struct Arguments {
  uint64_t count = 1000;
  uint64_t seed = 1;
  unsigned jobs = std::max(1u, std::thread::hardware_concurrency());
  int64_t only = -1;
  bool passes = false;
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

bool parseArguments(int argc, char** argv, Arguments& arguments) {
  std::string value;
  for (int i = 1; i < argc; ++i) {
    if (takeValue(argv[i], "--count=", value))
      arguments.count = std::strtoull(value.c_str(), nullptr, 10);
    else if (takeValue(argv[i], "--seed=", value))
      arguments.seed = std::strtoull(value.c_str(), nullptr, 10);
    else if (takeValue(argv[i], "--jobs=", value))
      arguments.jobs = static_cast<unsigned>(std::strtoul(value.c_str(), nullptr, 10));
    else if (takeValue(argv[i], "--only=", value))
      arguments.only = std::strtoll(value.c_str(), nullptr, 10);
    else if (takeValue(argv[i], "--save=", value))
      arguments.save = value;
    else if (std::strcmp(argv[i], "--passes") == 0)
      arguments.passes = true;
    else if (argv[i][0] == '-')
      return false;
    else
      arguments.corpus.emplace_back(argv[i]);
  }
  return !arguments.corpus.empty() && arguments.jobs > 0;
}

/// Sorted by path, so that a mutant's number means the same everywhere.
std::vector<fuzz::Seed> readCorpus(const std::vector<fs::path>& roots) {
  std::vector<fs::path> paths;
  for (const fs::path& root : roots) {
    if (!fs::is_directory(root)) {
      paths.push_back(root);
      continue;
    }
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root))
      if (entry.path().extension() == ".ir")
        paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<fuzz::Seed> corpus;
  for (const fs::path& path : paths) {
    std::stringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    corpus.push_back({path.string(), text.str(), /*isRare=*/false});
  }
  return corpus;
}

std::unique_ptr<ir::Module> parsedAgain(const std::string& text) {
  DiagnosticEngine diagnostics;
  std::unique_ptr<ir::Module> module = ir::parse(text, "<printed>", diagnostics);
  RINGC_CHECK(module, "printed IR does not parse: " + diagnostics.all().front().message);
  RINGC_CHECK(ir::toString(*module) == text, "printed IR parses to something else");
  return module;
}

void runPasses(const std::string& text) {
  for (const transforms::PassInfo& pass : transforms::passes()) {
    std::unique_ptr<ir::Module> module = parsedAgain(text);
    pass.run(*module);
    DiagnosticEngine diagnostics;
    if (!ir::verify(*module, diagnostics))
      RINGC_UNREACHABLE("broken by pass '" + pass.name + "': " + diagnostics.all().front().message);
    parsedAgain(ir::toString(*module));
  }
}

/// True where the text is IR that verifies.
bool feed(const std::string& text, bool passes) {
  DiagnosticEngine diagnostics;
  const std::unique_ptr<ir::Module> module = ir::parse(text, "mutant.ir", diagnostics);
  RINGC_CHECK((module != nullptr) != diagnostics.hasErrors(), "refused without an error, or both");
  if (!module)
    return false;
  const std::string printed = ir::toString(*module);
  parsedAgain(printed);
  if (!ir::verify(*module, diagnostics))
    return false;
  RINGC_CHECK(ir::toString(*ir::clone(*module)) == printed, "a copy prints as something else");
  analysis::checkSends(*module, diagnostics);
  RINGC_CHECK(!analysis::effectsText(*module).empty(), "no effects are printed");
  if (passes)
    runPasses(printed);
  return true;
}

} // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  if (!parseArguments(argc, argv, arguments)) {
    std::cerr << "usage: ir-fuzz [--count=N] [--seed=S] [--jobs=J] [--only=I] [--save=DIR] "
                 "[--passes] FILE|FOLDER...\n";
    return 2;
  }
  const fuzz::Mutator mutator(readCorpus(arguments.corpus), arguments.seed);
  const auto run = [&](uint64_t item) { return feed(mutator.make(item).text, arguments.passes); };
  if (arguments.only >= 0) {
    std::cout << mutator.make(static_cast<uint64_t>(arguments.only)).text << std::flush;
    return run(static_cast<uint64_t>(arguments.only)) ? 0 : 1;
  }

  const auto begin = std::chrono::steady_clock::now();
  const fuzz::Limits limits{arguments.jobs, /*itemSeconds=*/20, /*memoryBytes=*/uint64_t(2) << 30};
  const fuzz::Outcome outcome = fuzz::runAll(arguments.count, limits, run);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  fs::create_directories(arguments.save);
  for (const fuzz::Failure& failure : outcome.failures) {
    const fuzz::Mutant mutant = mutator.make(failure.item);
    const fs::path saved = arguments.save / ("failed-" + std::to_string(failure.item) + ".ir");
    std::ofstream(saved, std::ios::binary) << mutant.text;
    std::cout << "input " << failure.item << " (from " << mutant.seed->path
              << "): " << failure.reason << "; saved as " << saved.string() << '\n';
  }
  std::cout << arguments.count << " mutated IR files in " << seconds.count()
            << " s: " << outcome.accepted << " accepted, " << outcome.refused << " refused, "
            << outcome.failures.size() << " failed\n";
  return outcome.failures.empty() ? 0 : 1;
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Feeds mutated IR text to the parser. Whatever comes in, it must end without a crash; what parses
// must print and parse back to the same; what verifies must survive copying and every analysis, and
// with --passes every pass.
//
//   ir-fuzz [--count=N] [--seed=S] [--jobs=J] [--only=I] [--save=DIR] [--passes] FILE|FOLDER...
//
// The corpus is every *.ir below the given folders. A failing input is saved in DIR; --only runs
// one input in this process, for a debugger.

#include "Arguments.h"
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
#include <filesystem>
#include <fstream>
#include <iostream>

namespace {

namespace fs = std::filesystem;
using namespace ringc;

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
  const fuzz::Arguments arguments = fuzz::parseArguments(argc, argv, "ir-fuzz", /*hasPasses=*/true);
  const auto isText = [](const fs::path& path) { return path.extension() == ".ir"; };
  const fuzz::Mutator mutator(fuzz::readCorpus(arguments.corpus, isText), arguments.seed);
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

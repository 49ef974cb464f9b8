// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// ring-opt: passes and analyses on the text form of the IR. Options only; the work is in RingOpt.

#include "RingOpt.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/PrettyStackTrace.h"

namespace cl = llvm::cl;

static cl::OptionCategory category("ring-opt options");
static cl::opt<std::string> input(cl::Positional, cl::desc("FILE (- for standard input)"),
                                  cl::init("-"), cl::cat(category));
static cl::opt<std::string> output("o", cl::desc("write to FILE instead of standard output"),
                                   cl::value_desc("FILE"), cl::init("-"), cl::cat(category));
static cl::list<std::string> passes("pass", cl::desc("run this pass; may be given several times"),
                                    cl::value_desc("NAME"), cl::cat(category));
static cl::opt<bool> listPasses("list-passes", cl::desc("list the passes and stop"),
                                cl::cat(category));
static cl::opt<std::string> analyze("analyze", cl::value_desc("NAME"), cl::cat(category),
                                    cl::desc("print an analysis instead of the IR: effects"));
static cl::opt<bool> verifyRoundtrip("verify-roundtrip", cl::cat(category),
                                     cl::desc("print and parse the IR again, and compare"));

int main(int argc, char** argv) {
  const llvm::InitLLVM init(argc, argv);
  llvm::setBugReportMsg(""); // internalError() has said it, and whom it concerns
  cl::SetVersionPrinter([](llvm::raw_ostream& os) { os << "ring-opt of RingKernel\n"; });
  cl::HideUnrelatedOptions(category);
  if (!cl::ParseCommandLineOptions(argc, argv, "runs passes on RingKernel IR\n", &llvm::errs()))
    return static_cast<int>(ringc::OptExit::Misuse);
  ringc::OptOptions options;
  options.input = input;
  options.output = output;
  options.passes = passes;
  options.listPasses = listPasses;
  options.analysis = analyze;
  options.verifyRoundtrip = verifyRoundtrip;
  return static_cast<int>(ringc::runOpt(options));
}

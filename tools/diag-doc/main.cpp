// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Prints docs/Diagnostics.md from the table of diagnostics, or with --ids one id a line. Not
// installed: `cmake --build BUILD --target update-diagnostics` runs it, and a test holds the
// document against it.

#include "ringc/Support/Diagnostics.h"
#include <string>

using namespace ringc;

namespace {

struct Part {
  llvm::StringLiteral title;
  llvm::StringLiteral about;
  std::vector<DiagId> ids;
};

/// The parts of the house, in the order in which a user meets them.
std::vector<Part> parts() {
  return {
      {"Command line and files",
       "Wrong usage ends with exit code 2, a file that cannot be read or written with 1.",
       {
#define RING_DIAG(Name, Id, Severity, Text, Explanation) DiagId::Name,
#include "ringc/Support/Diagnostics/Driver.def"
#undef RING_DIAG
       }},
      {"Handler files",
       "What the language does not take; docs/Language.md says what it does.",
       {
#define RING_DIAG(Name, Id, Severity, Text, Explanation) DiagId::Name,
#include "ringc/Support/Diagnostics/Frontend.def"
#undef RING_DIAG
       }},
      {"Analyses and passes",
       "What is known only of the whole handler.",
       {
#define RING_DIAG(Name, Id, Severity, Text, Explanation) DiagId::Name,
#include "ringc/Support/Diagnostics/Transforms.def"
#undef RING_DIAG
       }},
      {"Targets",
       "What one target cannot do; the same file may compile for another. docs/Targets.md lists "
       "them.",
       {
#define RING_DIAG(Name, Id, Severity, Text, Explanation) DiagId::Name,
#include "ringc/Support/Diagnostics/Target.def"
#undef RING_DIAG
       }},
      {"IR",
       "Of the linker, and of the text form, which ring-opt reads. docs/IR.md is the "
       "specification.",
       {
#define RING_DIAG(Name, Id, Severity, Text, Explanation) DiagId::Name,
#include "ringc/Support/Diagnostics/IR.def"
#undef RING_DIAG
       }},
  };
}

llvm::StringRef severityText(Severity severity) {
  switch (severity) {
  case Severity::Note:
    return "note";
  case Severity::Warning:
    return "warning";
  case Severity::Error:
    return "error";
  }
  return "";
}

void printDocument(llvm::raw_ostream& os) {
  os << "# Diagnostics\n\n"
        "Generated from include/ringc/Support/Diagnostics/*.def; change it there, then build the\n"
        "target `update-diagnostics`. Every message ends with its id in brackets; `{}` stands for\n"
        "what the message fills in.\n";
  for (const Part& part : parts()) {
    os << "\n## " << part.title << "\n\n" << part.about << '\n';
    for (DiagId id : part.ids)
      os << "\n### " << diagName(id) << "\n\n*" << severityText(diagSeverity(id)) << ":* `"
         << diagText(id) << "`\n\n"
         << diagExplanation(id) << '\n';
  }
}

} // namespace

int main(int argc, char** argv) {
  if (argc == 2 && llvm::StringRef(argv[1]) == "--ids") {
    for (unsigned i = 0; i < diagCount(); ++i)
      llvm::outs() << diagName(static_cast<DiagId>(i)) << '\n';
    return 0;
  }
  if (argc != 1) {
    llvm::errs() << "usage: diag-doc [--ids]\n";
    return 2;
  }
  printDocument(llvm::outs());
  return 0;
}

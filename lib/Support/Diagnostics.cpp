// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The table of diagnostics and the engine that collects them. Prints nothing: see
// DiagnosticPrinter.cpp.

#include "ringc/Support/Diagnostics.h"
#include "ringc/Support/Check.h"
#include <iterator>

namespace ringc {

namespace {

struct Entry {
  const char* name;
  Severity severity;
  const char* text;
  const char* explanation;
};

constexpr Entry table[] = {
#define RING_DIAG(Name, Id, Level, Text, Explanation) {Id, Severity::Level, Text, Explanation},
#include "ringc/Support/Diagnostics.def"
};

const Entry& entryOf(DiagId id) {
  RINGC_CHECK(static_cast<unsigned>(id) < std::size(table), "unknown diagnostic id");
  return table[static_cast<unsigned>(id)];
}

} // namespace

llvm::StringRef diagName(DiagId id) { return entryOf(id).name; }
Severity diagSeverity(DiagId id) { return entryOf(id).severity; }
llvm::StringRef diagText(DiagId id) { return entryOf(id).text; }
llvm::StringRef diagExplanation(DiagId id) { return entryOf(id).explanation; }
unsigned diagCount() { return std::size(table); }

void DiagnosticEngine::add(Diagnostic diagnostic) {
  if (diagnostic.severity == Severity::Error)
    ++errors_;
  diagnostics_.push_back(std::move(diagnostic));
}

} // namespace ringc

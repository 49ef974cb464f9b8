// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See Reporter.h. The text goes in as one argument of "%0 [%1]": a '%' in a user's name must not be
// read as clang's format. A note carries no id, as clang's do not.

#include "Reporter.h"
#include "ringc/Support/Check.h"

namespace ringc {

static clang::DiagnosticsEngine::Level levelOf(Severity severity) {
  switch (severity) {
  case Severity::Note:
    return clang::DiagnosticsEngine::Note;
  case Severity::Warning:
    return clang::DiagnosticsEngine::Warning;
  case Severity::Error:
    return clang::DiagnosticsEngine::Error;
  }
  RINGC_UNREACHABLE("a severity without a level");
}

clang::DiagnosticBuilder Reporter::open(clang::SourceLocation loc, Severity severity,
                                        llvm::StringRef name, llvm::StringRef message) {
  const clang::DiagnosticsEngine::Level level = levelOf(severity);
  if (severity == Severity::Note)
    return engine_.Report(loc, engine_.getCustomDiagID(level, "%0")) << message;
  return engine_.Report(loc, engine_.getCustomDiagID(level, "%0 [%1]")) << message << name;
}

} // namespace ringc

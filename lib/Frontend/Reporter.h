// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sends the frontend's own messages (Diagnostics/Frontend.def) through clang's diagnostics engine,
// so that clang's messages and ours are one stream with one look. It decides nothing.
#ifndef RINGC_LIB_FRONTEND_REPORTER_H
#define RINGC_LIB_FRONTEND_REPORTER_H

#include "ringc/Support/Diagnostics.h"
#include "clang/Basic/Diagnostic.h"
#include "clang/Basic/SourceLocation.h"

namespace ringc {

class Reporter {
public:
  explicit Reporter(clang::DiagnosticsEngine& engine) : engine_(engine) {}

  /// Opens a diagnostic at `loc`; ranges and fix-its may be streamed into what is returned. Every
  /// argument is formatted into the text of `id`.
  template <class... Args>
  clang::DiagnosticBuilder report(clang::SourceLocation loc, DiagId id, const Args&... args) {
    return open(loc, diagSeverity(id), diagName(id),
                fmt::format(fmt::runtime(std::string_view(diagText(id))), args...));
  }
  /// A message of a later stage, already formatted.
  void forward(clang::SourceLocation loc, const Diagnostic& diagnostic) {
    open(loc, diagnostic.severity, diagName(diagnostic.id), diagnostic.message);
  }

  clang::DiagnosticsEngine& engine() { return engine_; }

private:
  clang::DiagnosticBuilder open(clang::SourceLocation loc, Severity severity, llvm::StringRef name,
                                llvm::StringRef message);
  clang::DiagnosticsEngine& engine_;
};

} // namespace ringc

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What ringc tells its user. Every message has an id in Diagnostics.def; docs/Diagnostics.md is
// generated from there. An error of ours is never a diagnostic: it aborts (see Check.h).
#ifndef RINGC_SUPPORT_DIAGNOSTICS_H
#define RINGC_SUPPORT_DIAGNOSTICS_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"
#include <cstdint>
#include <fmt/format.h>
#include <string>
#include <string_view>
#include <vector>

/// Lets diagnostics take LLVM's strings as arguments.
template <> struct fmt::formatter<llvm::StringRef> : fmt::formatter<std::string_view> {
  auto format(llvm::StringRef text, fmt::format_context& context) const {
    return fmt::formatter<std::string_view>::format(std::string_view(text), context);
  }
};

namespace ringc {

enum class Severity : uint8_t { Note, Warning, Error };

enum class DiagId : uint16_t {
#define RING_DIAG(Name, Id, Severity, Text, Explanation) Name,
#include "ringc/Support/Diagnostics.def"
};

/// The kebab-case id that is printed behind a message, e.g. `message-pointer-field`.
llvm::StringRef diagName(DiagId id);
Severity diagSeverity(DiagId id);
/// The message with {} for its arguments (fmt syntax).
llvm::StringRef diagText(DiagId id);
/// A few sentences for docs/Diagnostics.md: why it is so, and the way out.
llvm::StringRef diagExplanation(DiagId id);
/// Number of ids; they run from 0.
unsigned diagCount();

/// A place in a file; line 0 means "the file as a whole", an empty file "no file".
struct SourcePlace {
  std::string file;
  uint32_t line = 0;
  uint32_t column = 0;
};

struct Diagnostic {
  DiagId id;
  Severity severity;
  SourcePlace place;
  std::string message;
};

/// Collects diagnostics in order. Prints nothing itself.
class DiagnosticEngine {
public:
  template <class... Args> void report(DiagId id, SourcePlace place, const Args&... args) {
    add({id, diagSeverity(id), std::move(place),
         fmt::format(fmt::runtime(std::string_view(diagText(id))), args...)});
  }
  void add(Diagnostic diagnostic);
  bool hasErrors() const { return errors_ != 0; }
  unsigned errorCount() const { return errors_; }
  const std::vector<Diagnostic>& all() const { return diagnostics_; }

private:
  std::vector<Diagnostic> diagnostics_;
  unsigned errors_ = 0;
};

/// Prints in clang's form: `file:line:col: error: message [id]`, the source line and a caret.
void printDiagnostics(const DiagnosticEngine& engine, llvm::raw_ostream& os, bool color);

} // namespace ringc

#endif

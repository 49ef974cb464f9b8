// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See DiagnosticFilter.h. Clang gives the name without its scope, so the scope is read back from
// the source text.

#include "DiagnosticFilter.h"
#include "Attributes.h"
#include "clang/Basic/AllDiagnostics.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Lex/Lexer.h"

namespace ringc {

/// The location of the name in `ring :: name` that begins at `begin`; invalid where the scope is
/// another.
static clang::SourceLocation nameBehindRing(clang::SourceLocation begin,
                                            const clang::SourceManager& sources) {
  const clang::LangOptions language;
  clang::Token token;
  begin = sources.getSpellingLoc(begin);
  if (begin.isInvalid() || clang::Lexer::getRawToken(begin, token, sources, language, true) ||
      token.isNot(clang::tok::raw_identifier) || token.getRawIdentifier() != "ring")
    return {};
  clang::SourceLocation at = token.getEndLoc();
  for (unsigned colons = 0; colons < 2; ++colons) { // raw tokens of plain C: ':' twice
    if (clang::Lexer::getRawToken(at, token, sources, language, true))
      return {};
    if (token.is(clang::tok::coloncolon))
      colons = 1;
    else if (token.isNot(clang::tok::colon))
      return {};
    at = token.getEndLoc();
  }
  if (clang::Lexer::getRawToken(at, token, sources, language, true) ||
      token.isNot(clang::tok::raw_identifier))
    return {};
  return token.getLocation();
}

void DiagnosticFilter::HandleDiagnostic(clang::DiagnosticsEngine::Level level,
                                        const clang::Diagnostic& info) {
  if (info.getID() == clang::diag::warn_unknown_attribute_ignored && info.hasSourceManager()) {
    const clang::SourceLocation begin =
        info.getNumRanges() != 0 ? info.getRange(0).getBegin() : info.getLocation();
    const clang::SourceLocation name = nameBehindRing(begin, info.getSourceManager());
    if (name.isValid()) {
      llvm::SmallString<32> text;
      unknown_.push_back(
          {name, clang::Lexer::getSpelling(name, text, info.getSourceManager(), {}).str()});
      return;
    }
  }
  DiagnosticConsumer::HandleDiagnostic(level, info);
  inner_->HandleDiagnostic(level, info);
}

void DiagnosticFilter::reportUnknownAttributes(Reporter& reporter) {
  for (const Unknown& unknown : std::exchange(unknown_, {})) {
    const llvm::StringRef near = nearestAttribute(unknown.text);
    if (near.empty()) {
      reporter.report(unknown.name, DiagId::AttributeUnknown, unknown.text);
      continue;
    }
    const auto range = clang::CharSourceRange::getTokenRange(unknown.name);
    reporter.report(unknown.name, DiagId::AttributeMisspelt, unknown.text, near.str())
        << clang::FixItHint::CreateReplacement(range, near);
  }
}

} // namespace ringc

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Stands before clang's printer: takes out clang's warning about an unknown attribute where that is
// one of ring::, to be reported as our error with a fix-it. All else passes unchanged.
#ifndef RINGC_LIB_FRONTEND_DIAGNOSTICFILTER_H
#define RINGC_LIB_FRONTEND_DIAGNOSTICFILTER_H

#include "Reporter.h"
#include <memory>

namespace ringc {

class DiagnosticFilter final : public clang::DiagnosticConsumer {
public:
  explicit DiagnosticFilter(std::unique_ptr<clang::DiagnosticConsumer> inner)
      : inner_(std::move(inner)) {}

  /// Reports what was taken out; once, when clang is done with the file.
  void reportUnknownAttributes(Reporter& reporter);
  unsigned errorCount() const { return inner_->getNumErrors(); }

  void HandleDiagnostic(clang::DiagnosticsEngine::Level level,
                        const clang::Diagnostic& info) override;
  void BeginSourceFile(const clang::LangOptions& language,
                       const clang::Preprocessor* preprocessor) override {
    inner_->BeginSourceFile(language, preprocessor);
  }
  void EndSourceFile() override { inner_->EndSourceFile(); }
  void finish() override { inner_->finish(); }
  void clear() override { inner_->clear(); }
  bool IncludeInDiagnosticCounts() const override { return inner_->IncludeInDiagnosticCounts(); }

private:
  struct Unknown {
    clang::SourceLocation name;
    std::string text;
  };
  std::unique_ptr<clang::DiagnosticConsumer> inner_;
  std::vector<Unknown> unknown_;
};

} // namespace ringc

#endif

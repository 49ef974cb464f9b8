// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From handler files to finished outputs in memory: the order of frontend, linker, analyses and
// targets. Writes no file.
#ifndef RINGC_LIB_DRIVER_COMPILATION_H
#define RINGC_LIB_DRIVER_COMPILATION_H

#include "OutputPlan.h"
#include "ringc/Frontend/Frontend.h"
#include "ringc/IR/Module.h"

namespace ringc {

/// One run over all inputs of a command line.
class Compilation {
public:
  /// Both must outlive the compilation.
  Compilation(const DriverOptions& options, const std::vector<PlannedOutput>& planned,
              llvm::raw_ostream& err);

  /// Compiles every input; false where one was refused, which has been printed.
  bool run();

  /// The text of each planned output, in the same order. For ptx and cubin: the CUDA source.
  const std::vector<std::string>& texts() const { return texts_; }
  /// Every file on disk that was read, without repetition.
  const std::vector<std::string>& dependencies() const { return dependencies_; }

private:
  bool compileFile(size_t index);
  std::optional<FrontendOptions> frontendOptions(const std::string& input);
  void laterStages(size_t index, ir::Module& module, DiagnosticEngine& diagnostics);
  void makeOutputs(DiagnosticEngine& diagnostics);
  void addDependencies(const std::vector<std::string>& files);

  const DriverOptions& options_;
  const std::vector<PlannedOutput>& planned_;
  llvm::raw_ostream& err_;
  bool color_;
  bool refused_ = false;
  ir::Module linked_;
  std::vector<std::string> texts_;
  std::vector<std::string> dependencies_;
};

} // namespace ringc

#endif

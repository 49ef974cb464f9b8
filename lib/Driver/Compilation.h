// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From handler files to finished outputs in memory: the order of frontend, linker, analyses and
// targets. Writes no file.
#ifndef RINGC_LIB_DRIVER_COMPILATION_H
#define RINGC_LIB_DRIVER_COMPILATION_H

#include "OutputPlan.h"
#include "ringc/Frontend/Frontend.h"
#include "ringc/IR/Module.h"
#include "llvm/ADT/StringSet.h"
#include <map>

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
  std::vector<std::string> takeTexts() { return std::move(texts_); }
  /// Every file on disk that was read, without repetition.
  const std::vector<std::string>& dependencies() const { return dependencies_; }

private:
  bool compileFile(size_t index);
  bool compileAbi();
  std::optional<FrontendOptions> frontendOptions(const std::string& input);
  void laterStages(size_t index, ir::Module& module, DiagnosticEngine& diagnostics);
  void contain();
  bool makeSources(DiagnosticEngine& diagnostics);
  std::string textOf(const PlannedOutput& output) const;
  void addDependencies(const std::vector<std::string>& files);

  const DriverOptions& options_;
  const std::vector<PlannedOutput>& planned_;
  llvm::raw_ostream& err_;
  bool color_;
  bool refused_ = false;
  ir::Module linked_;
  llvm::StringSet<> inHeaders_;               ///< identities of what the .ring.h inputs show
  std::map<TargetKind, std::string> sources_; ///< printed, of the GPU targets asked for
  std::unique_ptr<ir::Module> legalized_;     ///< of --emit=ir with a target
  std::vector<std::string> texts_;
  std::vector<std::string> dependencies_;
};

} // namespace ringc

#endif

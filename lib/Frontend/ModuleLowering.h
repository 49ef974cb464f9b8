// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One module in the making: what was discovered goes in, and every function that is reached from
// there is lowered once for each way in which it is called (callees before callers).
#ifndef RINGC_LIB_FRONTEND_MODULELOWERING_H
#define RINGC_LIB_FRONTEND_MODULELOWERING_H

#include "Discovery.h"
#include "Effects.h"
#include "TypeLowering.h"
#include <map>

namespace ringc {

/// A function is compiled anew for each of these.
struct InstanceKey {
  const clang::FunctionDecl* function; ///< the definition
  const ir::StructType* thisType;      ///< null: no object
  /// Of the object and of the parameters that are references, in order.
  std::vector<ir::AddressSpace> spaces;
  bool operator<(const InstanceKey& other) const {
    return std::tie(function, thisType, spaces) <
           std::tie(other.function, other.thisType, other.spaces);
  }
};

/// How a parameter is handed over.
enum class ParamKind : uint8_t {
  Value,     ///< also spans, cells and the context, by reference too
  Reference, ///< to a place
  Inline,    ///< a lambda: the callee becomes part of the caller
};

/// Something that only a kernel may do, and where.
struct KernelOnlyUse {
  clang::SourceLocation loc;
  std::string what;
};

class ModuleLowering {
public:
  ModuleLowering(clang::ASTContext& ast, Reporter& reporter, const Names& names,
                 Unsupported& unsupported, SourceMap& sources, ir::Module& module)
      : ast(ast), reporter(reporter), names(names), unsupported(unsupported), sources(sources),
        module(module), types(ast, names, sources, unsupported, module) {}

  clang::ASTContext& ast;
  Reporter& reporter;
  const Names& names;
  Unsupported& unsupported;
  SourceMap& sources;
  ir::Module& module;
  TypeLowering types;
  EffectMap effects;

  /// Lowers everything that was discovered. Errors have been reported.
  void lower(const Entities& entities);

  ParamKind paramKind(const clang::FunctionDecl& function, const clang::ParmVarDecl& param) const;
  /// The function for this way of calling it, lowered at its first call; null after an error.
  ir::Function* device(const InstanceKey& key, clang::SourceLocation callSite);
  /// Adds a message type once.
  const ir::StructType* message(const clang::CXXRecordDecl& record, clang::SourceRange use);

  void setKernelOnly(const ir::Function* function, KernelOnlyUse use) {
    kernelOnly_.try_emplace(function, std::move(use));
  }
  const KernelOnlyUse* kernelOnly(const ir::Function* function) const {
    const auto it = kernelOnly_.find(function);
    return it == kernelOnly_.end() ? nullptr : &it->second;
  }

private:
  void lowerAbi();
  void lowerActor(const ActorEntity& actor);
  void lowerHandler(const clang::CXXMethodDecl& method, ir::Actor& result);
  void lowerKernel(const clang::FunctionDecl& function);
  void lowerStencil(const clang::FunctionDecl& function);
  ir::Function* makeDevice(const InstanceKey& key);

  std::map<InstanceKey, ir::Function*> instances_; ///< null: in the making, or failed
  std::vector<InstanceKey> active_;
  llvm::DenseMap<const ir::Function*, KernelOnlyUse> kernelOnly_;
};

} // namespace ringc

#endif

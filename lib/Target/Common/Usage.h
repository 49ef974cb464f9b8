// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What of a module has to be printed.
#ifndef RINGC_LIB_TARGET_COMMON_USAGE_H
#define RINGC_LIB_TARGET_COMMON_USAGE_H

#include "ringc/IR/Module.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace ringc::target {

/// Structs that functions, states and messages use, in the order of the type table; those of
/// ring::abi, which printAbi prints, are left out.
std::vector<const ir::StructType*> usedStructs(const ir::Module& module);

/// The layouts of ring::abi and ring::ActorId that the module holds.
std::vector<const ir::StructType*> abiStructs(const ir::Module& module);

/// A named number of ring::abi.
struct AbiConstant {
  llvm::StringRef name; ///< `kFlagReply`
  uint32_t value;
};
llvm::ArrayRef<AbiConstant> abiConstants();

/// Every expression of every function.
void walkModule(const ir::Module& module, llvm::function_ref<void(const ir::Expr&)> visit);
void walkModule(const ir::Module& module, llvm::function_ref<void(const ir::Stmt&)> visit);

/// The comment that a printed file opens with.
std::string generatedNote(const ir::Module& module);

/// Index of a message type in the module: its number in emitted code.
uint32_t messageIndex(const ir::Module& module, const ir::Type* type);

/// Scope of the actor whose handler `function` is; Thread for all other functions.
ir::Scope scopeOf(const ir::Module& module, const ir::Function& function);

} // namespace ringc::target

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How generated host code names the user's entities and its own constants.
#ifndef RINGC_LIB_TARGET_HOST_NAMES_H
#define RINGC_LIB_TARGET_HOST_NAMES_H

#include "ringc/IR/Module.h"
#include "llvm/ADT/DenseMap.h"

namespace ringc::host {

/// What tells a type or function of a module from all others.
std::string identity(const ir::StructType& type);
std::string identity(const ir::Function& function);

/// A kernel or stencil.
bool isLaunched(const ir::Function& function);

/// A type as global code writes it: `::bank::Transfer`.
std::string typeName(const ir::StructType& type);

class Names {
public:
  explicit Names(const ir::Module& module);

  /// The namespace of the module's constants: `ring_module_bank`.
  const std::string& space() const { return space_; }
  /// The constant that describes a type or function: `bank_Transfer_info`. Behind it, `_handlers`,
  /// `_parameters` make names of what belongs to it.
  llvm::StringRef constant(const void* entity) const { return constants_.find(entity)->second; }
  /// A constant expression for a pointer to the function: `&::wave`, with a cast where the module
  /// holds an overload.
  std::string pointerTo(const ir::Function& function) const;

private:
  const ir::Module& module_;
  std::string space_;
  llvm::DenseMap<const void*, std::string> constants_; ///< by StructType or Function
};

} // namespace ringc::host

#endif

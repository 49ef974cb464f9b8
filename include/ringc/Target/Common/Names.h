// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The one namer of all targets. Names at file scope are the same on every target; locals keep the
// user's name wherever the language allows it. Everything that begins with `ring_` is ours: a
// user's name of that form, a keyword, and the name of a function that printed code calls get a `_`
// behind.
#ifndef RINGC_TARGET_COMMON_NAMES_H
#define RINGC_TARGET_COMMON_NAMES_H

#include "ringc/IR/Module.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringSet.h"
#include <string>

namespace ringc::target {

enum class Language : uint8_t { Cuda, Msl, Wgsl };

/// True for keywords, predeclared types and functions of `language`, and for our own prefix.
bool isReserved(Language language, llvm::StringRef identifier);

/// A qualified C++ name as one readable identifier: `bank::Queue<int, -4>::push` gives
/// `bank_Queue_int_minus4_push`. Two names may give the same; see Scope.
std::string mangle(llvm::StringRef qualifiedName);

/// Names of one scope: each is given once, later askers get `_2`, `_3`, ... behind.
class NameScope {
public:
  /// With `outer`, its names are taken too. It must outlive this.
  explicit NameScope(const NameScope* outer = nullptr) : outer_(outer) {}
  /// `wanted` must be an identifier that is not reserved.
  std::string take(llvm::StringRef wanted);
  bool isTaken(llvm::StringRef name) const;

private:
  const NameScope* outer_;
  llvm::StringSet<> taken_;
};

/// Entry points of a module: the names that hosts look up. They depend on the module as the
/// frontend made it and not on what passes add.
std::string entryName(const ir::Module& module, const ir::Actor& actor); ///< `NAME_round`
/// A kernel's `NAME`, a stencil's `NAME_sweep`.
std::string entryName(const ir::Module& module, const ir::Function& function);

/// What a module prints at file scope.
class ModuleNames {
public:
  explicit ModuleNames(const ir::Module& module);
  ModuleNames(const ModuleNames&) = delete;
  ModuleNames& operator=(const ModuleNames&) = delete;

  llvm::StringRef of(const ir::StructType* type) const { return types_.find(type)->second; }
  llvm::StringRef of(const ir::Function* function) const {
    return functions_.find(function)->second;
  }
  llvm::StringRef entry(const ir::Actor& actor) const { return actors_.find(actor.state)->second; }
  llvm::StringRef entry(const ir::Function* function) const {
    return entries_.find(function)->second;
  }
  const NameScope& scope() const { return scope_; }
  /// A further name at file scope.
  std::string take(llvm::StringRef wanted) { return scope_.take(wanted); }

private:
  void nameEntries(const ir::Module& module);
  NameScope scope_;
  llvm::DenseMap<const ir::StructType*, std::string> types_;
  llvm::DenseMap<const ir::StructType*, std::string> actors_; ///< by state
  llvm::DenseMap<const ir::Function*, std::string> functions_;
  llvm::DenseMap<const ir::Function*, std::string> entries_;
};

/// Names of a function's locals in one language, given when first asked for.
class LocalNames {
public:
  LocalNames(Language language, const NameScope& outer) : language_(language), scope_(&outer) {}
  llvm::StringRef of(const ir::Local* local);
  /// A name of ours that no local has; `wanted` begins with `ring_`.
  std::string take(llvm::StringRef wanted) { return scope_.take(wanted); }

private:
  Language language_;
  NameScope scope_;
  llvm::DenseMap<const ir::Local*, std::string> names_;
};

/// Names of the fields of structs in one language.
class FieldNames {
public:
  explicit FieldNames(Language language) : language_(language) {}
  llvm::StringRef of(const ir::StructType& type, uint32_t field);

private:
  Language language_;
  llvm::DenseMap<const ir::StructType*, std::vector<std::string>> names_;
};

} // namespace ringc::target

#endif

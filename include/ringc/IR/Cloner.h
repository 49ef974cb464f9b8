// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Copies IR: a module for one target's legalisation, a module into another (linking), a body into a
// caller (inlining).
#ifndef RINGC_IR_CLONER_H
#define RINGC_IR_CLONER_H

#include "ringc/IR/Module.h"
#include "llvm/ADT/DenseMap.h"

namespace ringc::ir {

/// Copies nodes into `to`. Locals and functions that are mapped are replaced; a place rooted in a
/// local that is mapped to a place is rebuilt on that place. A local that the copied code declares
/// is copied anew each time; a free local or callee that nobody mapped is kept as it is.
class Cloner {
public:
  explicit Cloner(Module& to) : to_(to) {}
  void map(const Local* from, Local* local) { locals_[from] = local; }
  /// Every use of reference or parameter `from` becomes this place (already in `to`).
  void mapToPlace(const Local* from, Place* place) { places_[from] = place; }
  void map(const Function* from, Function* function) { functions_[from] = function; }
  /// FileId of the source module -> FileId of the destination; identity when never called.
  void mapFiles(std::vector<FileId> files) { files_ = std::move(files); }

  const Type* type(const Type* type);
  Local* local(Local* local);
  Place* place(const Place* place);
  Expr* expr(const Expr* expr); ///< null stays null
  Stmt* stmt(const Stmt* stmt);
  Block* block(const Block* block); ///< null stays null
  /// A copy of the whole function, not yet in `to.functions`; later calls of it go to the copy.
  Function* function(const Function& function);
  Location loc(Location loc) const;

private:
  Local* declare(Local* local); ///< null stays null
  std::vector<Expr*> exprs(const std::vector<Expr*>& exprs);
  Stmt* callStmt(const CallStmt& call);
  Stmt* loopStmt(const LoopStmt& loop);
  Stmt* switchStmt(const SwitchStmt& select);
  Stmt* atomicStmt(const AtomicStmt& atomic);
  Stmt* reduceStmt(const ReduceStmt& reduce);

  Module& to_;
  llvm::DenseMap<const Local*, Local*> locals_;
  llvm::DenseMap<const Local*, Local*> copied_;
  llvm::DenseMap<const Local*, Place*> places_;
  llvm::DenseMap<const Function*, Function*> functions_;
  std::vector<FileId> files_;
};

/// A deep copy.
std::unique_ptr<Module> clone(const Module& module);

} // namespace ringc::ir

#endif

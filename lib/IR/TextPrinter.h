// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The printer's state: the line that is being written, the places of its nodes, and the names given
// to locals so far. Private to the IR library; see Printer.h for what others call.
#ifndef RINGC_LIB_IR_TEXTPRINTER_H
#define RINGC_LIB_IR_TEXTPRINTER_H

#include "ringc/IR/Module.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/raw_ostream.h"

namespace ringc::ir {

/// Prints nodes line by line. The places of a line's nodes, in the order of the text, follow behind
/// '@'; what equals the place before it is a dot, and dots at the end are left out.
class TextPrinter {
public:
  enum class Locations : uint8_t { Print, Omit };
  TextPrinter(llvm::raw_ostream& os, Locations locations) : os_(os), locations_(locations) {}

  void module(const Module& module);
  void stmt(const Stmt& stmt);
  void expr(const Expr& expr);
  void type(const Type& type);

  /// Starts a line whose nodes are at `inherited` unless they say otherwise.
  void startLine(Location inherited);
  /// Ends the line with its places, then `tail` (a brace, or nothing).
  void endLine(llvm::StringRef tail);

private:
  // Module level: Printer.cpp
  void structType(const StructType& type);
  void actor(const Actor& actor);
  void function(const Function& function);
  void functionReference(const Function& function);
  void typeId(uint64_t id, const StructType& type);

  // PrinterStmts.cpp
  void stmtOf(const Stmt& stmt);
  void decl(const DeclStmt& decl);
  void ref(const RefStmt& ref);
  void store(const StoreStmt& store);
  void call(const CallStmt& call);
  void uniformLoad(const UniformLoadStmt& load);
  void jump(llvm::StringRef word, const Expr* value);
  void parallelFor(const ParallelForStmt& parallel);
  void block(const Block& block, Location owner);
  void declaration(const Local& local);
  void result(const Local* result);
  void arguments(const CallStmt& call);
  void atomic(const AtomicStmt& atomic);
  void loop(const LoopStmt& loop);
  void switchStmt(const SwitchStmt& select);
  void reduce(const ReduceStmt& reduce);
  void ifStmt(const IfStmt& branch);
  void send(const SendStmt& send);

  // PrinterExprs.cpp
  void place(const Place& place);
  void local(const Local& local);
  void operand(const UnaryExpr& unary);
  void conversion(const CastExpr& cast);
  void constant(const Type& type, uint64_t bits);
  void integer(const IntType& type, uint64_t bits);
  void floating(const FloatType& type, uint64_t bits);
  void exprList(const std::vector<Expr*>& exprs);

  void at(Location loc) { locs_.push_back(loc); }
  void trailer();

  llvm::raw_ostream& os_;
  Locations locations_;
  unsigned indent_ = 0;
  Location inherited_{FileId(0), 1, 1};
  llvm::SmallVector<Location, 16> locs_;
  llvm::DenseMap<const Local*, std::string> names_;
  llvm::StringMap<unsigned> nameCounts_;
  /// Functions whose name alone does not say which is meant.
  llvm::StringMap<unsigned> functionCounts_;
};

} // namespace ringc::ir

#endif

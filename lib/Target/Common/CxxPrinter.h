// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Prints types and functions as C++ of a dialect. Entry points are the targets' own. Types:
// CxxTypes.cpp; expressions and places: CxxExprs.cpp; statements: CxxStmts.cpp; functions:
// CxxFunctions.cpp.
#ifndef RINGC_LIB_TARGET_COMMON_CXXPRINTER_H
#define RINGC_LIB_TARGET_COMMON_CXXPRINTER_H

#include "CxxDialect.h"
#include "DeviceLibrary.h"
#include "SourceWriter.h"
#include "llvm/ADT/DenseSet.h"

namespace ringc::target {

class CxxPrinter {
public:
  CxxPrinter(const ir::Module& module, const CxxDialect& dialect, ModuleNames& names,
             SourceWriter& out)
      : module_(module), dialect_(dialect), names_(names), out_(out), fields_(dialect.language),
        locals_(dialect.language, names.scope()) {}

  const ir::Module& module() const { return module_; }
  const CxxDialect& dialect() const { return dialect_; }
  ModuleNames& names() { return names_; }
  SourceWriter& out() { return out_; }

  // Types
  std::string type(const ir::Type& type) const;
  void abiEnum(); ///< the numbers of ring::abi
  /// With size and offsets asserted.
  void structDefinition(const ir::StructType& type);

  // Functions
  /// Locals get new names from here on.
  void beginFunction(const ir::Function& function, ir::Scope scope);
  LocalNames& locals() { return locals_; }
  /// Every parameter as it is declared; spans and cells are several.
  std::vector<std::string> parameters(const ir::Function& function);
  /// The parameters by which a function gets a block's variables; empty unless sharedInEntry.
  std::vector<std::string> sharedParameters(const ir::Function& function);
  /// Declarations of a block's variables.
  void sharedDeclarations(const ir::Function& function);
  void function(const ir::Function& function, ir::Scope scope);
  std::string countName(const ir::Local& span);

  // Statements and expressions
  void statements(const ir::Block& block);
  std::string expr(const ir::Expr& expr);

private:
  /// An expression's text and how tightly it holds together (C++ precedence, 16 for primaries).
  struct Text {
    std::string text;
    int precedence;
  };

  void stmt(const ir::Stmt& stmt);
  void declStmt(const ir::DeclStmt& stmt);
  void refStmt(const ir::RefStmt& stmt);
  void callStmt(const ir::CallStmt& stmt);
  void ifStmt(const ir::IfStmt& stmt, llvm::StringRef head);
  void loopStmt(const ir::LoopStmt& stmt);
  void loopWithFlag(const ir::LoopStmt& stmt);
  void switchStmt(const ir::SwitchStmt& stmt);
  void atomicStmt(const ir::AtomicStmt& stmt);
  void sendStmt(const ir::SendStmt& stmt);
  std::string storeText(const ir::StoreStmt& stmt);
  std::string declText(const ir::Local& local, const ir::Expr* init);
  /// `const T name = `, or nothing where there is no result.
  std::string resultHead(const ir::Local* result);

  Text text(const ir::Expr& expr);
  Text unary(const ir::UnaryExpr& unary);
  Text binary(const ir::BinaryExpr& binary);
  Text cast(const ir::CastExpr& cast);
  Text builtin(const ir::BuiltinExpr& builtin);
  Text place(const ir::Place& place);
  Text cellPlace(const ir::CellPlace& place);
  std::string construct(const ir::ConstructExpr& construct);
  std::string contextInfo(const ir::ContextInfoExpr& info);
  std::string atLeast(const ir::Expr& expr, int precedence);
  std::string argument(const ir::Argument& argument);
  bool isSamePlace(const ir::Place& a, const ir::Place& b) const;
  bool isSameExpr(const ir::Expr& a, const ir::Expr& b) const;

  const ir::Module& module_;
  const CxxDialect& dialect_;
  ModuleNames& names_;
  SourceWriter& out_;
  FieldNames fields_;
  LocalNames locals_;
  const ir::Function* function_ = nullptr;
  ir::Scope scope_ = ir::Scope::Thread;
  std::string context_; ///< name of the function's ring::Context
  llvm::DenseMap<const ir::Local*, std::string> counts_;
};

/// With commas.
std::string joined(const std::vector<std::string>& list);

/// Bytes of padding that must be spelled out before field `index` (or, for the number of fields, at
/// the end).
uint64_t gapBefore(const ir::StructType& type, size_t index);

} // namespace ringc::target

#endif

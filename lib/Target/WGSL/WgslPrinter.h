// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Prints a legalised module as WGSL. Types, loads and stores: Access.cpp; expressions: Exprs.cpp,
// those of 64-bit integers and conversions: Conversions.cpp; places: Places.cpp; statements:
// Stmts.cpp; entry points and the whole file: Printer.cpp.
//
// Structs are values here: they have WGSL's layout, and every access to a buffer goes by the
// offsets of the IR. 64-bit integers are vec2<u32>, low word first; smaller ones i32 and u32,
// always in range.
#ifndef RINGC_LIB_TARGET_WGSL_WGSLPRINTER_H
#define RINGC_LIB_TARGET_WGSL_WGSLPRINTER_H

#include "../Common/DeviceLibrary.h"
#include "../Common/SourceWriter.h"
#include "Memory.h"
#include "ringc/Target/Common/LaunchLayout.h"
#include "ringc/Target/Common/Names.h"
#include "llvm/ADT/DenseSet.h"
#include <map>
#include <optional>

namespace ringc::wgsl {

class WgslPrinter {
public:
  explicit WgslPrinter(const ir::Module& module);
  void print(llvm::raw_ostream& os);

private:
  struct Text {
    std::string text;
    int precedence;
  };

  // Printer.cpp
  void planBuffers();
  void planFunction(const ir::Function& function, ir::Scope scope);
  void beginFunction(const ir::Function& function, ir::Scope scope);
  void functionNote(const ir::Function& function);
  void function(const ir::Function& function, ir::Scope scope);
  void sharedVariables(const ir::Function& function);
  void copyChangedParameters(const ir::Function& function);
  void buffer(const Buffer& buffer, uint32_t slot, bool isWritten);
  void loadBlock(const target::LaunchLayout& layout, const Buffer& block);
  void kernel(const ir::Function& function);
  void sweep(const ir::Function& function);
  void round(const ir::Actor& actor);
  void structDefinition(const ir::StructType& type, target::SourceWriter& out);
  std::string parameter(const ir::Local& param);

  // Access.cpp
  std::string type(const ir::Type& type);
  std::string zero(const ir::Type& type);
  std::string word(const Address& address, uint64_t wordsOn = 0);
  std::string load(const ir::Type& type, const Address& address);
  void store(const ir::Type& type, const Address& address, const std::string& value);
  void storeWord(const Address& address, uint64_t wordsOn, const std::string& value);
  void storeSubWord(const ir::Type& type, const Address& address, const std::string& value);
  /// The function that loads (stores) an aggregate of this type from this buffer.
  std::string loader(const ir::Type& type, const Buffer& buffer);
  std::string storer(const ir::Type& type, const Buffer& buffer);
  std::string selector(const ir::Type& type);
  void printHelpers();
  void printLoader(const ir::Type& type, const Buffer& buffer, llvm::StringRef name);
  void printStorer(const ir::Type& type, const Buffer& buffer, llvm::StringRef name);

  // Exprs.cpp
  std::string expr(const ir::Expr& expr) { return text(expr).text; }
  std::string operand(const ir::Expr& expr, int outer, bool isRight);
  Text text(const ir::Expr& expr);
  Text constant(const ir::ConstantExpr& constant);
  Text unary(const ir::UnaryExpr& unary);
  Text binary(const ir::BinaryExpr& binary);
  std::string shiftAmount(const ir::Expr& amount, unsigned width);
  Text builtin(const ir::BuiltinExpr& builtin);
  std::string bitCount(const ir::BuiltinExpr& builtin);
  std::string construct(const ir::ConstructExpr& construct);
  std::string contextInfo(const ir::ContextInfoExpr& info);

  // Conversions.cpp
  Text wideBinary(const ir::BinaryExpr& binary);
  Text wideUnary(const ir::UnaryExpr& unary);
  Text cast(const ir::CastExpr& cast);
  std::string convert(const ir::Type& to, const ir::Type& from, const std::string& value);
  /// A 32-bit value brought into the range of a smaller type.
  std::string wrapped(const ir::Type& type, const std::string& value);
  std::string helper(llvm::StringRef name); ///< of int64.wgsl, which is needed then

  // Places.cpp
  /// Nothing where the place is a variable of WGSL.
  std::optional<Address> address(const ir::Place& place);
  std::string variable(const ir::Place& place);
  std::string index(const ir::Expr& expr);
  std::string loadPlace(const ir::Place& place);
  bool isAtomicShared(const ir::Place& place) const;

  // Stmts.cpp
  void statements(const ir::Block& block);
  void stmt(const ir::Stmt& stmt);
  void declStmt(const ir::DeclStmt& stmt);
  void storeStmt(const ir::StoreStmt& stmt);
  void callStmt(const ir::CallStmt& stmt);
  void ifStmt(const ir::IfStmt& stmt, llvm::StringRef head);
  void loopStmt(const ir::LoopStmt& stmt);
  bool forLoop(const ir::LoopStmt& stmt);
  void switchStmt(const ir::SwitchStmt& stmt);
  std::string wideSelector(const ir::SwitchStmt& stmt);
  void atomicStmt(const ir::AtomicStmt& stmt);
  void sendStmt(const ir::SendStmt& stmt);
  std::string resultHead(const ir::Local* result);

  const ir::Module& module_;
  target::ModuleNames names_;
  target::FieldNames fields_;
  target::DeviceLibrary library_;
  std::string bodyText_;
  llvm::raw_string_ostream body_;
  target::SourceWriter out_;

  target::LocalNames locals_;
  const ir::Function* function_ = nullptr;
  ir::Scope scope_ = ir::Scope::Thread;
  llvm::DenseSet<const ir::Local*> changed_;
  llvm::DenseMap<const ir::Local*, std::string> counts_;  ///< of spans
  llvm::DenseMap<const ir::Local*, std::string> globals_; ///< shared locals

  Buffer state_{"ring_state"};
  Buffer inbox_{"ring_inbox"};
  Buffer outbox_{"ring_outbox"};
  std::map<const ir::Local*, Buffer> views_;                       ///< of spans and cells
  llvm::DenseMap<const ir::Local*, const ir::Type*> atomicShared_; ///< with the integer's type

  llvm::DenseSet<const ir::StructType*> usedStructs_;
  struct Helper {
    enum Kind : uint8_t { Load, Store, Select } kind;
    const ir::Type* type;
    Buffer buffer;
    std::string name;
  };
  std::vector<Helper> helpers_; ///< in the order of first use; grows while they are printed
};

} // namespace ringc::wgsl

#endif

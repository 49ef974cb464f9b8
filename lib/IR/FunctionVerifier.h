// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The verifier's state within one function, and what it remembers of the functions before. Private
// to the IR library; see Verifier.h. It reads any IR, however wrong, and changes nothing.
#ifndef RINGC_LIB_IR_FUNCTIONVERIFIER_H
#define RINGC_LIB_IR_FUNCTIONVERIFIER_H

#include "Spelling.h"
#include "ringc/IR/Module.h"
#include "ringc/IR/Walk.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

namespace ringc::ir {

/// What a caller must know of a function that it calls.
struct FunctionFacts {
  bool hasBarrier = false;
  bool hasThreadIndex = false; ///< thread.x and its like
  bool hasGroupLane = false;
  bool hasEffect = false; ///< send, reply or stop
  bool mayFail = false;
  bool hasRegion = false; ///< parallel or reduce
  struct CellUse {
    bool isReadAtOffset = false;
    bool isWritten = false;
  };
  llvm::DenseMap<const Local*, CellUse> cells; ///< by parameter
};

/// What all functions of a module share while it is verified.
struct ModuleVerification {
  ModuleVerification(const Module& module, DiagnosticEngine& diagnostics)
      : module(module), diagnostics(diagnostics) {}

  const Module& module;
  DiagnosticEngine& diagnostics;
  bool ok = true;
  llvm::DenseSet<const void*> nodes; ///< each may occur once
  llvm::DenseMap<const Type*, unsigned> typeNesting;
  llvm::DenseMap<const Function*, FunctionFacts> facts; ///< of the functions before this one
  llvm::DenseSet<const Function*> functions;            ///< all of the module
  llvm::DenseSet<const StructType*> messages;

  void report(llvm::StringRef constraint, Location loc, const std::string& text);
  /// Reports where `holds` is false, and returns it.
  template <class... Args>
  bool require(bool holds, llvm::StringRef constraint, Location loc, const char* text,
               const Args&... args) {
    if (!holds)
      report(constraint, loc, fmt::format(fmt::runtime(text), args...));
    return holds;
  }

  bool checkLocation(Location loc);
  /// Checks a type that may stand anywhere: struct, span, void, ...
  bool checkType(const Type* type, Location loc);
  /// A type whose values have bytes: not void, a span, a cell or a context.
  bool checkStorage(const Type* type, Location loc);

private:
  bool checkTypeAnew(const Type* type, Location loc);
  bool checkStruct(const StructType& type);
  bool checkFields(const StructType& type);
};

bool hasStorage(const Type& type);

class FunctionVerifier {
public:
  FunctionVerifier(ModuleVerification& shared, const Function& function)
      : shared_(shared), module_(shared.module), function_(function) {}
  void run();

private:
  struct Control {
    unsigned breakable = 0;
    unsigned loops = 0;
    bool isInRegion = false;
    bool isInStep = false;
  };

  /// The locals that are declared while it lives go out of scope with it.
  struct Scope {
    explicit Scope(FunctionVerifier& verifier)
        : verifier(verifier), outer(verifier.visible_.size()) {}
    ~Scope() {
      while (verifier.visible_.size() > outer)
        verifier.visibleSet_.erase(verifier.visible_.pop_back_val());
    }
    FunctionVerifier& verifier;
    size_t outer;
  };

  template <class... Args>
  bool require(bool holds, llvm::StringRef constraint, Location loc, const char* text,
               const Args&... args) {
    if (!holds)
      shared_.report(constraint, loc, fmt::format(fmt::runtime(text), args...) + statementText());
    return holds;
  }
  std::string statementText();

  // FunctionVerifier.cpp
  void header();
  void handlerShape();
  void stencilShape();
  void kernelShape();
  void parameter(const Local& param);
  void cellFacts();
  bool declare(const Local* local, LocalKind kind);
  bool use(const Local* local, Location loc);
  bool hasContext() const { return context_ != nullptr; }
  bool requireContext(llvm::StringRef constraint, const Stmt& stmt, llvm::StringRef what);
  bool requireEffectPlace(llvm::StringRef constraint, const Stmt& stmt, llvm::StringRef what);

  // Structure.cpp; true where the node and what hangs on it form a tree that can be walked
  bool enter(const Stmt& stmt);
  bool isNew(const void* node, unsigned depth);
  bool isTree(const Stmt& stmt);
  bool isTree(const Expr* expr, unsigned depth);
  bool isTree(const Place* place, unsigned depth);
  bool isTree(const std::vector<Expr*>& exprs, unsigned depth);

  // StmtVerifier.cpp
  void block(const Block& block);
  void stmt(const Stmt& stmt);
  void stmtOf(const Stmt& stmt);
  void decl(const DeclStmt& stmt);
  void ref(const RefStmt& stmt);
  void store(const StoreStmt& stmt);
  void ifStmt(const IfStmt& stmt);
  void loop(const LoopStmt& stmt);
  void switchStmt(const SwitchStmt& stmt);
  void returnStmt(const ReturnStmt& stmt);

  // EffectVerifier.cpp
  void call(const CallStmt& stmt);
  void argument(const CallStmt& stmt, size_t index);
  void callFacts(const CallStmt& stmt);
  void uniformLoad(const UniformLoadStmt& stmt);
  void atomic(const AtomicStmt& stmt);
  void send(const SendStmt& stmt);
  void parallelFor(const ParallelForStmt& stmt);
  void reduce(const ReduceStmt& stmt);
  void region(const Stmt& stmt, const Local* index, const Expr& count, llvm::StringRef name);

  // ExprVerifier.cpp; true where the node is as it must be, so that its type can be relied on
  bool expr(const Expr& expr);
  bool exprOf(const Expr& expr);
  bool constant(const ConstantExpr& expr);
  bool unary(const UnaryExpr& expr);
  bool binary(const BinaryExpr& expr);
  bool cast(const CastExpr& expr);
  bool select(const SelectExpr& expr);
  bool builtin(const BuiltinExpr& expr);
  bool construct(const ConstructExpr& expr);
  bool extract(const ExtractExpr& expr);
  bool viewInfo(const Expr& expr);
  bool indexExpr(const Expr& index, llvm::StringRef constraint);

  // PlaceVerifier.cpp
  bool place(const Place& place);
  bool cell(const CellPlace& place);
  bool readable(const Place& place);
  bool writable(const Place& place, llvm::StringRef constraint);
  void noteAccess(const Place& place, bool isWrite);

  ModuleVerification& shared_;
  const Module& module_;
  const Function& function_;
  FunctionFacts facts_;
  const Local* context_ = nullptr;
  Control control_;
  unsigned depth_ = 0;
  const char* defect_ = nullptr; ///< what isTree found: a constraint of docs/IR.md
  const Stmt* current_ = nullptr;
  const Stmt* textOf_ = nullptr; ///< the statement that text_ shows
  std::string text_;
  llvm::DenseSet<const Local*> declared_; ///< ever
  llvm::DenseSet<const Local*> visibleSet_;
  llvm::SmallVector<const Local*> visible_;
};

/// Where a place's bytes are; Buffer for spans and cells.
AddressSpace spaceOf(const Place& place);
/// True where it may be stored to.
bool isWritable(const Place& place);

} // namespace ringc::ir

#endif

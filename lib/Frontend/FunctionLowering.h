// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One function's body, from clang's AST to IR statements. One class, its methods in one file for
// each kind of node: LowerDecl, LowerInit, LowerStmt, LowerLoop, LowerSwitch, LowerExpr,
// LowerOperator, LowerCast, LowerPlace, LowerConstant, LowerOrder, LowerCall, LowerInline,
// LowerStd, LowerMath, LowerContext, LowerKernel, LowerCell. A method that fails has reported why
// and gives null; its callers pass null on.
#ifndef RINGC_LIB_FRONTEND_FUNCTIONLOWERING_H
#define RINGC_LIB_FRONTEND_FUNCTIONLOWERING_H

#include "ModuleLowering.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/StmtCXX.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace ringc {

class FunctionLowering;

struct Closure;

/// What a C++ name stands for in the function.
struct Binding {
  enum class Kind : uint8_t { Failed, Place, Value, Closure };
  Kind kind = Kind::Failed;
  ir::Place* place = nullptr; ///< copied at each use
  ir::Expr* value = nullptr;  ///< pure, copied at each use
  const Closure* closure = nullptr;

  static Binding failed() { return {}; }
  static Binding of(ir::Place* place) { return {Kind::Place, place, nullptr, nullptr}; }
  static Binding of(ir::Expr* value) { return {Kind::Value, nullptr, value, nullptr}; }
  static Binding of(const Closure* closure) { return {Kind::Closure, nullptr, nullptr, closure}; }
};

/// A lambda (or function object without state) that exists only while its function is lowered.
struct Closure {
  const clang::CXXRecordDecl* type;
  /// Captures by copy; all others are what they are in the enclosing function.
  std::vector<std::pair<const clang::ValueDecl*, Binding>> copies;
  ir::Place* thisPlace = nullptr; ///< captured object
};

/// A call that becomes part of the caller. Returns store into `result` unless the one return is the
/// last statement, whose value or place is then taken as it is.
struct InlineFrame {
  const clang::FunctionDecl* function;
  bool isSingleReturn = false;
  bool returnsPlace = false;
  ir::Expr* value = nullptr;
  ir::Place* place = nullptr;
  ir::Local* result = nullptr;
  ir::Local* returned = nullptr; ///< flag, made when first needed
  ir::Block* start = nullptr;    ///< where the flag is declared
  size_t startIndex = 0;
  unsigned breakDepth = 0; ///< loops and switches around, at the call
  InlineFrame* outer = nullptr;
};

/// Operands in C++ order: those already evaluated keep their values when a later one has effects.
class Operands {
public:
  /// `isUnsequenced`: C++ gives the operands no order, so effects that conflict are an error.
  Operands(FunctionLowering& function, bool isUnsequenced)
      : function_(function), isUnsequenced_(isUnsequenced) {}
  bool addValue(const clang::Expr* expr);
  bool addPlace(const clang::Expr* expr);
  bool add(const clang::Expr* expr, llvm::function_ref<bool(ir::Expr*&, ir::Place*&)> lower);
  ir::Expr* value(size_t i) const { return items_[i].value; }
  ir::Place* place(size_t i) const { return items_[i].place; }
  size_t size() const { return items_.size(); }

private:
  struct Item {
    ir::Expr* value;
    ir::Place* place;
    clang::SourceRange range;
    Effects effects;
  };
  ModuleLowering& m() const;
  void keepEarlier(ir::Block* block, size_t& position, const Effects& effects);
  FunctionLowering& function_;
  bool isUnsequenced_;
  std::vector<Item> items_;
};

class FunctionLowering {
public:
  FunctionLowering(ModuleLowering& module, ir::Function& function);

  void bind(const clang::ValueDecl* decl, Binding binding) { bindings_[decl] = binding; }
  void bindThis(ir::Place* place) { this_ = place; }
  /// Fills `function.body`. Parameters and `this` must be bound.
  void lowerBody(const clang::FunctionDecl& definition);
  /// The same for a constructor, whose object is `this`.
  void lowerConstructor(const clang::CXXConstructorDecl& definition);
  ir::Place* makePlace(ir::Local* local);

private:
  friend class Operands;
  using Block = ir::Block;

  // Statements: LowerStmt, LowerLoop, LowerSwitch
  void stmt(const clang::Stmt* s);
  void stmts(llvm::ArrayRef<const clang::Stmt*> list);
  void scoped(const clang::Stmt* s);
  void unscoped(const clang::Stmt* s);
  void ifStmt(const clang::IfStmt* s);
  void returnStmt(const clang::ReturnStmt* s);
  void inlineReturn(const clang::ReturnStmt* s);
  bool returnsEarly(const clang::Stmt* s, llvm::ArrayRef<const clang::Stmt*> rest);
  void afterReturn(const clang::Stmt* s, llvm::ArrayRef<const clang::Stmt*> rest);
  void forStmt(const clang::ForStmt* s);
  void whileStmt(const clang::WhileStmt* s);
  void doStmt(const clang::DoStmt* s);
  void loopWithTest(const clang::Stmt* s, Block* init, const clang::VarDecl* variable,
                    const clang::Expr* condition, Block* step, const clang::Stmt* body);
  void rangeFor(const clang::CXXForRangeStmt* s);
  void rangeOverPlace(const clang::CXXForRangeStmt* s, ir::Place* range);
  void rangeOverGrid(const clang::CXXForRangeStmt* s, const clang::Expr* size);
  void countedLoop(const clang::CXXForRangeStmt* s, ir::Local* index, ir::Expr* first,
                   ir::Expr* end, ir::Expr* step, llvm::function_ref<void()> bindVariable);
  void switchStmt(const clang::SwitchStmt* s);
  void loopBody(const clang::Stmt* s, Block* block);

  // Declarations: LowerDecl
  void declStmt(const clang::DeclStmt* s);
  void variable(const clang::VarDecl* decl);
  void reference(const clang::VarDecl* decl);
  void closure(const clang::ValueDecl* decl, const clang::Expr* init);
  void decomposition(const clang::DecompositionDecl* decl);
  ir::Local* makeVariable(llvm::StringRef name, const ir::Type* type, clang::SourceLocation loc,
                          bool isConst);
  ir::Local* declare(llvm::StringRef name, ir::Expr* init, clang::SourceLocation loc);
  void bindReference(const clang::ValueDecl* decl, ir::Place* place, bool isConst);
  /// A local that holds a result until it is read, once.
  ir::Local* makeResult(llvm::StringRef name, const ir::Type* type, clang::SourceLocation loc);
  ir::Local* takeResult(const ir::Expr* value);
  void ownParameters(const clang::FunctionDecl& definition);

  // Values: LowerExpr, LowerOperator, LowerCast, LowerConstant, LowerInit
  ir::Expr* value(const clang::Expr* e);
  ir::Expr* valueKinds(const clang::Expr* e);
  ir::Expr* loaded(const clang::Expr* e);
  void effect(const clang::Expr* e);
  void dropResult(const ir::Local* result);
  ir::Expr* member(const clang::MemberExpr* e);
  ir::Expr* unary(const clang::UnaryOperator* e);
  ir::Expr* binary(const clang::BinaryOperator* e);
  ir::Expr* arithmetic(clang::BinaryOperatorKind op, ir::Expr* lhs, ir::Expr* rhs,
                       clang::SourceLocation loc);
  ir::Expr* logical(const clang::BinaryOperator* e);
  ir::Expr* conditional(const clang::ConditionalOperator* e);
  void conditionalEffect(const clang::ConditionalOperator* e);
  /// `isRead`: the place stored to is used again, so its indices are fixed before the store.
  ir::Place* assign(const clang::BinaryOperator* e, bool isRead);
  ir::Place* compoundAssign(const clang::CompoundAssignOperator* e, bool isRead);
  ir::Place* increment(const clang::UnaryOperator* e, bool isRead, ir::Expr** old);
  ir::Expr* cast(const clang::CastExpr* e);
  ir::Expr* convert(ir::Expr* e, const ir::Type* to, clang::SourceLocation loc);
  ir::Expr* narrowed(ir::Expr* e);
  ir::Expr* truncated(ir::Expr* e);
  ir::Expr* narrowedIndex(ir::Expr* e);
  ir::Expr* constant(const clang::Expr* e);
  bool isConstantShape(const clang::Expr* e, unsigned depth = 0) const;
  bool isConstantOperation(const clang::Expr* e, unsigned depth) const;
  ir::Expr* fromValue(const clang::APValue& value, clang::QualType type, clang::SourceRange range);
  ir::Expr* fromStruct(const clang::APValue& value, const ir::StructType* type,
                       clang::SourceRange range);
  ir::Expr* zero(const ir::Type* type, clang::SourceLocation loc);
  ir::Expr* integer(const ir::Type* type, uint64_t value, clang::SourceLocation loc);
  ir::Expr* construct(const clang::CXXConstructExpr* e);
  ir::Expr* constructWith(const clang::CXXConstructExpr* e, const ir::StructType* type);
  ir::Expr* constructInline(const clang::CXXConstructExpr* e,
                            const clang::CXXConstructorDecl* definition,
                            const ir::StructType* type);
  ir::Expr* defaultFields(const clang::CXXConstructorDecl* constructor, const ir::StructType* type,
                          clang::SourceRange range);
  ir::Expr* initList(const clang::InitListExpr* e);
  ir::Expr* initArray(const clang::InitListExpr* e, const ir::ArrayType* type);
  ir::Expr* initInPlace(llvm::ArrayRef<const clang::Expr*> inits, const ir::StructType* type,
                        clang::SourceRange range);
  ir::Expr* initStruct(llvm::ArrayRef<const clang::Expr*> inits, const ir::StructType* type,
                       clang::SourceRange range);
  ir::Expr* extract(ir::Expr* base, uint32_t field, clang::SourceLocation loc);

  // Places: LowerPlace
  ir::Place* place(const clang::Expr* e);
  ir::Place* placeKinds(const clang::Expr* e);
  ir::Place* operatorPlace(const clang::Expr* e);
  ir::Place* castPlace(const clang::CastExpr* op);
  ir::Place* named(const clang::DeclRefExpr* e);
  ir::Place* global(const clang::VarDecl* decl, const clang::Expr* use);
  ir::Place* memberPlace(const clang::MemberExpr* e);
  ir::Place* subscript(const clang::ArraySubscriptExpr* e);
  ir::Place* element(ir::Place* base, ir::Expr* index, clang::SourceLocation loc);
  ir::Place* temporary(const clang::Expr* e);
  const clang::Expr* copiedView(const clang::Expr* e) const;
  ir::Place* objectPlace(const clang::Expr* object, bool isArrow);
  ir::Place* baseObject(const clang::CXXThisExpr* e);
  ir::Place* fieldPlace(ir::Place* base, const clang::FieldDecl* field, const clang::Expr* use);
  ir::AddressSpace spaceOf(const ir::Place& place) const;
  ir::Expr* load(ir::Place* place, clang::SourceLocation loc);
  ir::Expr* loadLocal(ir::Local* local, clang::SourceLocation loc);
  void store(ir::Place* place, ir::Expr* value, clang::SourceLocation loc);
  ir::Place* copy(const ir::Place* place);
  ir::Place* placeAt(const ir::Place* bound, clang::SourceLocation use);
  ir::Expr* copy(const ir::Expr* expr);

  // Order of evaluation: LowerOrder
  ir::Expr* keep(ir::Expr* value, Block* block, size_t& position);
  ir::Place* keep(ir::Place* place, Block* block, size_t& position);
  ir::Place* freeze(ir::Place* place);

  // Calls: LowerCall, LowerInline
  struct CallResult {
    bool ok = false;
    ir::Expr* value = nullptr; ///< null for void
    ir::Place* place = nullptr;
  };
  CallResult call(const clang::CallExpr* e);
  CallResult callFunction(const clang::CallExpr* e, const clang::FunctionDecl* callee,
                          const clang::Expr* object, bool isArrow,
                          llvm::ArrayRef<const clang::Expr*> args);
  bool canCall(const clang::FunctionDecl* callee, const clang::CallExpr* e);
  CallResult callDevice(const clang::FunctionDecl* definition, ir::Place* object,
                        llvm::ArrayRef<const clang::Expr*> args, clang::SourceRange range,
                        const clang::Expr* objectExpr, bool isArrow);
  CallResult callInline(const clang::FunctionDecl* definition, const Closure* closure,
                        const clang::Expr* object, bool isArrow,
                        llvm::ArrayRef<const clang::Expr*> args, clang::SourceRange range);
  bool bindInlineParams(const clang::FunctionDecl* definition,
                        llvm::ArrayRef<const clang::Expr*> args);
  CallResult inlineBody(const clang::FunctionDecl* definition, const Closure* closure,
                        ir::Place* object, clang::SourceRange range);
  const Closure* closureOf(const clang::Expr* e);
  const Closure* makeClosure(const clang::LambdaExpr* e);
  const clang::FunctionDecl* callOperator(const Closure& closure,
                                          llvm::ArrayRef<clang::QualType> params) const;
  static CallResult failure() { return {}; }
  static CallResult result(ir::Expr* value) { return {value != nullptr, value, nullptr}; }
  static CallResult result(ir::Place* place) { return {place != nullptr, nullptr, place}; }
  static CallResult done() { return {true, nullptr, nullptr}; }

  // Known functions: each is asked in turn; nothing where the call is not its own.
  std::optional<CallResult> mathCall(const clang::CallExpr* e, const clang::FunctionDecl* callee,
                                     llvm::StringRef name);
  std::optional<CallResult> stdCall(const clang::CallExpr* e, const clang::FunctionDecl* callee,
                                    llvm::StringRef name);
  std::optional<CallResult> sequenceCall(const clang::CallExpr* e, const clang::Expr* object,
                                         bool isArrow, llvm::StringRef method);
  std::optional<CallResult> cellCall(const clang::CallExpr* e, const clang::Expr* object,
                                     llvm::StringRef method);
  std::optional<CallResult> sharedCall(const clang::CallExpr* e, const clang::Expr* object);
  std::optional<CallResult> kernelCall(const clang::CallExpr* e, const clang::FunctionDecl* callee,
                                       llvm::StringRef name);
  CallResult contextCall(const clang::CallExpr* e, llvm::StringRef method);
  CallResult selectOf(const clang::CallExpr* e, ir::Builtin builtin);
  CallResult swapCall(const clang::CallExpr* e);
  CallResult atomicCall(const clang::CallExpr* e, ir::AtomicOp op);
  CallResult sendCall(const clang::CallExpr* e, ir::SendKind kind);
  CallResult parallelFor(const clang::CallExpr* e);
  CallResult reduce(const clang::CallExpr* e, llvm::StringRef method);
  ir::Expr* regionValue(const Closure& closure, llvm::ArrayRef<ir::Local*> params,
                        llvm::ArrayRef<clang::QualType> types, Block*& body,
                        const clang::Expr* use);
  bool isCount(const ir::Type* type) const;
  void useKernelOnly(clang::SourceRange range, llvm::StringRef what);
  ir::Expr* index(ir::Builtin builtin, clang::SourceLocation loc);

  // Making nodes
  ir::Location at(clang::SourceLocation loc) { return m_.sources.toIr(loc); }
  template <class T, class... Args> T* emit(Args&&... args) {
    T* node = m_.module.make<T>(std::forward<Args>(args)...);
    block_->stmts.push_back(node);
    return node;
  }
  template <class T, class... Args> T* make(Args&&... args) {
    return m_.module.make<T>(std::forward<Args>(args)...);
  }
  /// What `body` emits, apart.
  Block* inBlock(clang::SourceLocation loc, llvm::function_ref<void()> body);
  void append(Block* from) {
    block_->stmts.insert(block_->stmts.end(), from->stmts.begin(), from->stmts.end());
  }
  const ir::Type* type(clang::QualType type, clang::SourceRange use) {
    return m_.types.lower(type, use);
  }
  template <class... Args>
  std::nullptr_t refuse(clang::SourceRange range, DiagId id, const Args&... args) {
    return m_.unsupported.refuse(range, id, args...);
  }
  ir::TypeTable& types() { return m_.module.types; }
  const Names& names() const { return m_.names; }

  ModuleLowering& m_;
  ir::Function& function_;
  Block* block_ = nullptr;
  Block* entry_ = nullptr;
  ir::Place* this_ = nullptr;
  InlineFrame* inline_ = nullptr;
  bool isTail_ = false;     ///< of an inlined body: nothing follows the statement
  unsigned breakDepth_ = 0; ///< loops and switches around
  unsigned depth_ = 0;      ///< of nested expressions
  llvm::DenseMap<const clang::ValueDecl*, Binding> bindings_;
  std::vector<std::unique_ptr<Closure>> closures_;
  llvm::DenseSet<const ir::Local*> results_; ///< made by makeResult and not read yet
  llvm::DenseMap<const clang::VarDecl*, ir::Local*> tables_; ///< constant arrays of namespaces
};

/// True where `param` is only ever read in `body`.
bool isOnlyRead(const clang::ValueDecl& decl, const clang::Stmt& body);

/// How often an expression names `decl`.
unsigned countUses(const clang::ValueDecl& decl, const clang::Stmt* s);

} // namespace ringc

#endif

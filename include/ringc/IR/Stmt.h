// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Statements: everything with an effect, and structured control flow.
#ifndef RINGC_IR_STMT_H
#define RINGC_IR_STMT_H

#include "ringc/IR/Expr.h"
#include <variant>

namespace ringc::ir {

class Function;

enum class StmtKind : uint8_t {
  Block,
  Decl,
  Ref,
  Store,
  Call,
  If,
  Loop,
  Switch,
  Break,
  Continue,
  Return,
  Barrier,
  UniformLoad,
  Atomic,
  Send,
  Fail,
  Stop,
  ParallelFor,
  Reduce,
};

class Stmt {
public:
  StmtKind kind() const { return kind_; }
  Location loc() const { return loc_; }
  virtual ~Stmt() = default;

protected:
  Stmt(StmtKind kind, Location loc) : kind_(kind), loc_(loc) {}

private:
  StmtKind kind_;
  Location loc_;
};

/// A list of statements and a scope.
class Block final : public Stmt {
public:
  explicit Block(Location loc) : Stmt(StmtKind::Block, loc) {}
  std::vector<Stmt*> stmts;
  static bool classof(const Stmt* s) { return s->kind() == StmtKind::Block; }
};

/// Declares a Variable; without `init` its value is undefined until stored.
class DeclStmt final : public Stmt {
public:
  DeclStmt(Local* local, Expr* init, Location loc)
      : Stmt(StmtKind::Decl, loc), local(local), init(init) {}
  Local* local;
  Expr* init; ///< may be null
  static bool classof(const Stmt* s) { return s->kind() == StmtKind::Decl; }
};

/// Binds a Reference to a place; the place's indices are frozen here.
class RefStmt final : public Stmt {
public:
  RefStmt(Local* local, Place* place, Location loc)
      : Stmt(StmtKind::Ref, loc), local(local), place(place) {}
  Local* local;
  Place* place;
  static bool classof(const Stmt* s) { return s->kind() == StmtKind::Ref; }
};

class StoreStmt final : public Stmt {
public:
  StoreStmt(Place* place, Expr* value, Location loc)
      : Stmt(StmtKind::Store, loc), place(place), value(value) {}
  Place* place;
  Expr* value;
  static bool classof(const Stmt* s) { return s->kind() == StmtKind::Store; }
};

/// An argument: a value for a ValueParameter (also for scalars and structs), a place for a
/// ReferenceParameter. Span, Cell and Context parameters are passed on as a LocalPlace.
using Argument = std::variant<Expr*, Place*>;

/// Calls a device function; `result`, when not null, is a Variable declared by this statement.
class CallStmt final : public Stmt {
public:
  CallStmt(Local* result, Function* callee, std::vector<Argument> args, Location loc)
      : Stmt(StmtKind::Call, loc), result(result), callee(callee), args(std::move(args)) {}
  Local* result;
  Function* callee;
  std::vector<Argument> args;
  static bool classof(const Stmt* s) { return s->kind() == StmtKind::Call; }
};

class IfStmt final : public Stmt {
public:
  IfStmt(Expr* condition, Block* thenBlock, Block* elseBlock, Location loc)
      : Stmt(StmtKind::If, loc), condition(condition), thenBlock(thenBlock), elseBlock(elseBlock) {}
  Expr* condition;
  Block* thenBlock;
  Block* elseBlock; ///< may be null
  static bool classof(const Stmt* s) { return s->kind() == StmtKind::If; }
};

/// for, while and do loops. `init` runs once and its declarations are visible in the whole loop;
/// `continue` goes to `step`, then to the condition.
class LoopStmt final : public Stmt {
public:
  LoopStmt(Block* init, Expr* condition, bool testAtEnd, Block* step, Block* body, Location loc)
      : Stmt(StmtKind::Loop, loc), init(init), condition(condition), testAtEnd(testAtEnd),
        step(step), body(body) {}
  Block* init;     ///< may be null; DeclStmts only
  Expr* condition; ///< null: forever
  bool testAtEnd;  ///< a do loop
  Block* step;     ///< may be null; no control flow out of it
  Block* body;
  static bool classof(const Stmt* s) { return s->kind() == StmtKind::Loop; }
};

struct SwitchCase {
  std::vector<uint64_t> values; ///< bit patterns in the type of the selector
  bool isDefault;
  Block* body; ///< does not fall through; `break` leaves the switch
};

class SwitchStmt final : public Stmt {
public:
  SwitchStmt(Expr* selector, std::vector<SwitchCase> cases, Location loc)
      : Stmt(StmtKind::Switch, loc), selector(selector), cases(std::move(cases)) {}
  Expr* selector; ///< an integer
  std::vector<SwitchCase> cases;
  static bool classof(const Stmt* s) { return s->kind() == StmtKind::Switch; }
};

class BreakStmt final : public Stmt {
public:
  explicit BreakStmt(Location loc) : Stmt(StmtKind::Break, loc) {}
  static bool classof(const Stmt* s) { return s->kind() == StmtKind::Break; }
};

class ContinueStmt final : public Stmt {
public:
  explicit ContinueStmt(Location loc) : Stmt(StmtKind::Continue, loc) {}
  static bool classof(const Stmt* s) { return s->kind() == StmtKind::Continue; }
};

class ReturnStmt final : public Stmt {
public:
  ReturnStmt(Expr* value, Location loc) : Stmt(StmtKind::Return, loc), value(value) {}
  Expr* value; ///< null in a void function
  static bool classof(const Stmt* s) { return s->kind() == StmtKind::Return; }
};

/// All threads of the block (or lanes of the actor's group) meet; workgroup and device memory
/// written before is visible after.
class BarrierStmt final : public Stmt {
public:
  explicit BarrierStmt(Location loc) : Stmt(StmtKind::Barrier, loc) {}
  static bool classof(const Stmt* s) { return s->kind() == StmtKind::Barrier; }
};

/// Declares `result` with the value of a shared variable, the same in all lanes of the group:
/// barrier, read, barrier. Made by LowerParallel.
class UniformLoadStmt final : public Stmt {
public:
  UniformLoadStmt(Local* result, Place* shared, Location loc)
      : Stmt(StmtKind::UniformLoad, loc), result(result), shared(shared) {}
  Local* result;
  Place* shared; ///< rooted in a Shared local
  static bool classof(const Stmt* s) { return s->kind() == StmtKind::UniformLoad; }
};

enum class AtomicOp : uint8_t {
  Add,
  Sub,
  Min,
  Max,
  And,
  Or,
  Xor,
  Exchange,
  CompareExchange,
  Load,
  Store
};
enum class MemoryOrder : uint8_t {
  Relaxed,
  Acquire,
  Release,
  AcquireRelease,
  SequentiallyConsistent
};
enum class MemoryScope : uint8_t { Block, Device, System };

class AtomicStmt final : public Stmt {
public:
  AtomicStmt(Local* result, AtomicOp op, Place* place, Expr* operand, Expr* expected,
             MemoryOrder order, MemoryScope scope, Location loc)
      : Stmt(StmtKind::Atomic, loc), result(result), op(op), place(place), operand(operand),
        expected(expected), order(order), scope(scope) {}
  Local* result; ///< the old value; null where it is not wanted
  AtomicOp op;
  Place* place;   ///< a 32-bit integer in Buffer or Workgroup
  Expr* operand;  ///< null for Load
  Expr* expected; ///< CompareExchange only
  MemoryOrder order;
  MemoryScope scope;
  static bool classof(const Stmt* s) { return s->kind() == StmtKind::Atomic; }
};

enum class SendKind : uint8_t { Reply, Send, TrySend };

/// A message to another actor, or the answer to the current one. Takes effect when the handler
/// returns.
class SendStmt final : public Stmt {
public:
  SendStmt(SendKind sendKind, Local* result, Expr* target, Expr* message, Location loc)
      : Stmt(StmtKind::Send, loc), sendKind(sendKind), result(result), target(target),
        message(message) {}
  SendKind sendKind;
  Local* result; ///< TrySend: a bool Variable declared here, or null
  Expr* target;  ///< the struct `ring::ActorId`; null for Reply
  Expr* message; ///< of a message struct's type
  static bool classof(const Stmt* s) { return s->kind() == StmtKind::Send; }
};

/// Ends the handler at once; its sends are dropped and the actor is Failed.
class FailStmt final : public Stmt {
public:
  FailStmt(Expr* code, Location loc) : Stmt(StmtKind::Fail, loc), code(code) {}
  Expr* code; ///< u32
  static bool classof(const Stmt* s) { return s->kind() == StmtKind::Fail; }
};

/// The actor stops after the current message.
class StopStmt final : public Stmt {
public:
  explicit StopStmt(Location loc) : Stmt(StmtKind::Stop, loc) {}
  static bool classof(const Stmt* s) { return s->kind() == StmtKind::Stop; }
};

/// body(0), ..., body(count - 1), in any order, spread over the lanes of the actor.
class ParallelForStmt final : public Stmt {
public:
  ParallelForStmt(Local* index, Expr* count, Block* body, Location loc)
      : Stmt(StmtKind::ParallelFor, loc), index(index), count(count), body(body) {}
  Local* index; ///< Variable; its type is the count's
  Expr* count;  ///< u32 or i32 or u64
  Block* body;
  static bool classof(const Stmt* s) { return s->kind() == StmtKind::ParallelFor; }
};

/// Declares result = init op f(0) op ... op f(count - 1), combined in the tree of docs/IR.md over
/// 32 virtual lanes. The value of f is `value` after `body`; the value of op(a, b) is `combined`
/// after `combineBody`, with a = left, b = right.
///
/// With `eachBody` it is a scan, combined in rows of 32 elements (docs/IR.md): the body runs for
/// each index, with `scanned` = init op f(0) op ... up to that index, or to the one before.
class ReduceStmt final : public Stmt {
public:
  explicit ReduceStmt(Location loc) : Stmt(StmtKind::Reduce, loc) {}
  Local* result = nullptr; ///< Variable
  Expr* count = nullptr;
  Expr* init = nullptr; ///< of the result's type
  Local* index = nullptr;
  Block* body = nullptr;
  Expr* value = nullptr; ///< may use index and what body declares
  Local* left = nullptr;
  Local* right = nullptr;
  Block* combineBody = nullptr;
  Expr* combined = nullptr;
  Local* scanned = nullptr;  ///< Variable of the result's type; null where this is no scan
  Block* eachBody = nullptr; ///< may use index and scanned; null as scanned is
  bool isExclusive = false;  ///< f(index) is not in `scanned`
  static bool classof(const Stmt* s) { return s->kind() == StmtKind::Reduce; }
};

} // namespace ringc::ir

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs functions of a module that verifies, by docs/IR.md and nothing else: no pass and no target
// takes part. One interpreter is one thread of a kernel, one cell of a sweep, or one lane of an
// activation.

#ifndef RINGKERNEL_TEST_TOOLS_IR_RUN_INTERPRETER_H
#define RINGKERNEL_TEST_TOOLS_IR_RUN_INTERPRETER_H

#include "test/tools/ir-run/Lanes.h"

#include <array>
#include <variant>

namespace ring::test {

struct SpanView {
  uint8_t* data;
  uint64_t count;
};

/// A field and the centre's coordinates in it.
struct CellView {
  uint8_t* data;
  std::array<int32_t, 3> at;
  std::array<int32_t, 3> extent;
};

/// What an activation leaves behind beside its state.
struct Activation {
  Bytes self, sender;
  bool failed = false, stopped = false;
  uint32_t code = 0;
  uint32_t trySends = 0;
  std::vector<std::string> sends;
};

/// An argument of the function that is run.
using Input = std::variant<Bytes, uint8_t*, SpanView, CellView, Activation*>;

struct Options {
  bool reverseLanes = false;
  /// `fail` only sets the flag that `failed()` reads: its meaning behind lower-fail.
  bool failContinues = false;
};

class Interpreter {
public:
  Interpreter(const Options& options, Lanes& lanes, uint32_t lane,
              const std::array<uint32_t, 12>& thread)
      : options_(options), lanes_(lanes), lane_(lane), thread_(thread) {}

  void run(const ir::Function& function, const std::vector<Input>& inputs);

private:
  enum class Flow : uint8_t { Next, Break, Continue, Return, Fail };
  using Slot = std::variant<Bytes, uint8_t*, SpanView, CellView, Activation*>;
  struct Frame {
    std::map<const ir::Local*, Slot> slots;
    Bytes result;
  };

  // Values: InterpreterExprs.cpp
  Bytes eval(const ir::Expr& expr);
  uint64_t bits(const ir::Expr& expr) { return bitsOf(*expr.type(), eval(expr).data()); }
  bool isTrue(const ir::Expr& expr) { return bits(expr) != 0; }
  Bytes unary(const ir::UnaryExpr& unary);
  Bytes binary(const ir::BinaryExpr& binary);
  uint64_t integerResult(const ir::BinaryExpr& binary, uint64_t a, uint64_t b);
  Bytes cast(const ir::CastExpr& cast);
  Bytes builtin(const ir::BuiltinExpr& builtin);
  double realBuiltin(const ir::BuiltinExpr& builtin, const std::vector<double>& x);
  uint64_t integerBuiltin(const ir::BuiltinExpr& builtin, const std::vector<uint64_t>& x);
  Bytes construct(const ir::ConstructExpr& construct);
  uint8_t* place(const ir::Place& place);
  uint8_t* cell(const ir::CellPlace& place);
  int32_t cellInfo(const ir::CellInfoExpr& info);

  // Statements: Interpreter.cpp
  Flow block(const ir::Block& block);
  Flow stmt(const ir::Stmt& stmt);
  Flow loop(const ir::LoopStmt& loop);
  Flow select(const ir::SwitchStmt& select);
  Flow call(const ir::CallStmt& call);
  Flow parallel(const ir::ParallelForStmt& parallel);
  Flow reduce(const ir::ReduceStmt& reduce);
  Flow scan(const ir::ReduceStmt& scan);
  bool combine(const ir::ReduceStmt& reduce, Bytes& into, const Bytes& left, const Bytes& right);
  void atomic(const ir::AtomicStmt& atomic);
  void send(const ir::SendStmt& send);
  Flow fail(const ir::FailStmt& fail);
  void barrier() { lanes_.meet(lane_); }
  void declare(const ir::Local* local, Bytes value) { frame_->slots[local] = std::move(value); }
  Activation& activation();

  const Options& options_;
  Lanes& lanes_;
  uint32_t lane_;
  std::array<uint32_t, 12> thread_; ///< thread, block, block size, grid size; x, y, z each
  Frame* frame_ = nullptr;
};

} // namespace ring::test

#endif // RINGKERNEL_TEST_TOOLS_IR_RUN_INTERPRETER_H

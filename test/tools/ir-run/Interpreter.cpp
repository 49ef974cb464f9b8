// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Statements.

#include "test/tools/ir-run/Interpreter.h"

#include "ringkernel/abi/Rounds.h"

#include <cstring>
#include <fmt/format.h>

namespace ring::test {

using namespace ringc::ir;

void Interpreter::run(const Function& function, const std::vector<Input>& inputs) {
  Frame frame;
  for (size_t i = 0; i < inputs.size(); ++i)
    frame.slots[function.params[i]] = inputs[i];
  frame_ = &frame;
  block(*function.body);
}

Interpreter::Flow Interpreter::block(const Block& block) {
  for (const Stmt* one : block.stmts)
    if (const Flow flow = stmt(*one); flow != Flow::Next)
      return flow;
  return Flow::Next;
}

Interpreter::Flow Interpreter::stmt(const Stmt& stmt) {
  switch (stmt.kind()) {
  case StmtKind::Block:
    return block(llvm::cast<Block>(stmt));
  case StmtKind::Decl: {
    const auto& decl = llvm::cast<DeclStmt>(stmt);
    declare(decl.local, decl.init ? eval(*decl.init) : Bytes(decl.local->type->size(), 0xcd));
    return Flow::Next;
  }
  case StmtKind::Ref: {
    const auto& ref = llvm::cast<RefStmt>(stmt);
    frame_->slots[ref.local] = place(*ref.place);
    return Flow::Next;
  }
  case StmtKind::Store: {
    const auto& store = llvm::cast<StoreStmt>(stmt);
    const Bytes value = eval(*store.value);
    std::memcpy(place(*store.place), value.data(), value.size());
    return Flow::Next;
  }
  case StmtKind::Call:
    return call(llvm::cast<CallStmt>(stmt));
  case StmtKind::If: {
    const auto& branch = llvm::cast<IfStmt>(stmt);
    const Block* taken = isTrue(*branch.condition) ? branch.thenBlock : branch.elseBlock;
    return taken ? block(*taken) : Flow::Next;
  }
  case StmtKind::Loop:
    return loop(llvm::cast<LoopStmt>(stmt));
  case StmtKind::Switch:
    return select(llvm::cast<SwitchStmt>(stmt));
  case StmtKind::Break:
    return Flow::Break;
  case StmtKind::Continue:
    return Flow::Continue;
  case StmtKind::Return:
    if (const Expr* value = llvm::cast<ReturnStmt>(stmt).value)
      frame_->result = eval(*value);
    return Flow::Return;
  case StmtKind::Barrier:
    barrier();
    return Flow::Next;
  case StmtKind::UniformLoad: {
    const auto& load = llvm::cast<UniformLoadStmt>(stmt);
    barrier();
    const uint8_t* from = place(*load.shared);
    declare(load.result, Bytes(from, from + load.result->type->size()));
    barrier();
    return Flow::Next;
  }
  case StmtKind::Atomic:
    atomic(llvm::cast<AtomicStmt>(stmt));
    return Flow::Next;
  case StmtKind::Send:
    send(llvm::cast<SendStmt>(stmt));
    return Flow::Next;
  case StmtKind::Fail:
    return fail(llvm::cast<FailStmt>(stmt));
  case StmtKind::Stop:
    activation().stopped = true;
    return Flow::Next;
  case StmtKind::ParallelFor:
    return parallel(llvm::cast<ParallelForStmt>(stmt));
  case StmtKind::Reduce:
    return reduce(llvm::cast<ReduceStmt>(stmt));
  }
  fault("unknown statement");
}

Interpreter::Flow Interpreter::loop(const LoopStmt& loop) {
  if (loop.init)
    block(*loop.init);
  for (bool first = true;; first = false) {
    if (!first && loop.step)
      block(*loop.step);
    const bool tests = loop.condition && !(first && loop.testAtEnd);
    if (tests && !isTrue(*loop.condition))
      return Flow::Next;
    const Flow flow = block(*loop.body);
    if (flow == Flow::Break)
      return Flow::Next;
    if (flow == Flow::Return || flow == Flow::Fail)
      return flow;
  }
}

Interpreter::Flow Interpreter::select(const SwitchStmt& select) {
  const uint64_t selector = bits(*select.selector);
  const SwitchCase* taken = nullptr;
  for (const SwitchCase& one : select.cases)
    if (llvm::is_contained(one.values, selector) || (one.isDefault && !taken))
      taken = &one;
  const Flow flow = taken ? block(*taken->body) : Flow::Next;
  return flow == Flow::Break ? Flow::Next : flow;
}

Interpreter::Flow Interpreter::call(const CallStmt& call) {
  Frame callee;
  for (size_t i = 0; i < call.args.size(); ++i) {
    const Local* param = call.callee->params[i];
    Slot& slot = callee.slots[param];
    if (const auto* value = std::get_if<Expr*>(&call.args[i])) {
      slot = eval(**value);
      continue;
    }
    const Place& passed = *std::get<Place*>(call.args[i]);
    if (param->kind == LocalKind::ReferenceParameter)
      slot = place(passed);
    else
      slot = frame_->slots.at(llvm::cast<LocalPlace>(passed).local);
  }
  Frame* caller = std::exchange(frame_, &callee);
  const Flow flow = block(*call.callee->body);
  frame_ = caller;
  if (call.result)
    declare(call.result,
            callee.result.empty() ? Bytes(call.result->type->size(), 0xcd) : callee.result);
  return flow == Flow::Fail ? flow : Flow::Next;
}

Interpreter::Flow Interpreter::parallel(const ParallelForStmt& parallel) {
  const Type& type = *parallel.count->type();
  const int64_t count = signExtend(type, bits(*parallel.count));
  for (int64_t i = 0; i < count; ++i) {
    declare(parallel.index, bytesOf(type, static_cast<uint64_t>(i)));
    if (block(*parallel.body) == Flow::Fail)
      return Flow::Fail;
  }
  return Flow::Next;
}

/// False where it failed.
bool Interpreter::combine(const ReduceStmt& reduce, Bytes& into, const Bytes& left,
                          const Bytes& right) {
  declare(reduce.left, left);
  declare(reduce.right, right);
  if (block(*reduce.combineBody) == Flow::Fail)
    return false;
  into = eval(*reduce.combined);
  return true;
}

/// The rows of docs/IR.md.
Interpreter::Flow Interpreter::scan(const ReduceStmt& scan) {
  constexpr int64_t rowSize = 32;
  const Type& type = *scan.count->type();
  const int64_t count = signExtend(type, bits(*scan.count));
  Bytes carry = eval(*scan.init);
  for (int64_t base = 0; base < count; base += rowSize) {
    const int64_t used = std::min(rowSize, count - base);
    std::vector<Bytes> row(rowSize);
    const auto at = [&](int64_t v) -> Bytes& { return row[static_cast<size_t>(v)]; };
    const auto index = [&](int64_t v) {
      declare(scan.index, bytesOf(type, static_cast<uint64_t>(base + v)));
    };
    for (int64_t v = 0; v < used; ++v) {
      index(v);
      if (block(*scan.body) == Flow::Fail)
        return Flow::Fail;
      at(v) = eval(*scan.value);
    }
    for (int64_t step = 1; step < rowSize; step *= 2)
      for (int64_t v = used - 1; v >= step; --v)
        if (!combine(scan, at(v), at(v - step), at(v)))
          return Flow::Fail;
    for (int64_t v = 0; v < used; ++v) {
      Bytes scanned = carry;
      if (!scan.isExclusive || v > 0)
        if (!combine(scan, scanned, carry, at(scan.isExclusive ? v - 1 : v)))
          return Flow::Fail;
      index(v);
      declare(scan.scanned, scanned);
      if (block(*scan.eachBody) == Flow::Fail)
        return Flow::Fail;
    }
    if (!combine(scan, carry, carry, at(used - 1)))
      return Flow::Fail;
  }
  declare(scan.result, carry);
  return Flow::Next;
}

/// The tree of docs/IR.md.
Interpreter::Flow Interpreter::reduce(const ReduceStmt& reduce) {
  if (reduce.scanned)
    return scan(reduce);
  constexpr int64_t lanes = 32;
  const Type& type = *reduce.count->type();
  const int64_t count = signExtend(type, bits(*reduce.count));
  Bytes result = eval(*reduce.init);
  std::vector<Bytes> partial(lanes);
  for (int64_t i = 0; i < count; ++i) {
    declare(reduce.index, bytesOf(type, static_cast<uint64_t>(i)));
    if (reduce.body && block(*reduce.body) == Flow::Fail)
      return Flow::Fail;
    const Bytes value = eval(*reduce.value);
    Bytes& lane = partial[static_cast<size_t>(i % lanes)];
    if (i < lanes)
      lane = value;
    else if (!combine(reduce, lane, lane, value))
      return Flow::Fail;
  }
  for (int64_t step = lanes / 2; step > 0; step /= 2)
    for (int64_t v = 0; v < step && v + step < count; ++v) {
      Bytes& left = partial[static_cast<size_t>(v)];
      if (!combine(reduce, left, left, partial[static_cast<size_t>(v + step)]))
        return Flow::Fail;
    }
  if (count > 0 && !combine(reduce, result, result, partial[0]))
    return Flow::Fail;
  declare(reduce.result, result);
  return Flow::Next;
}

void Interpreter::atomic(const AtomicStmt& atomic) {
  uint8_t* at = place(*atomic.place);
  const Type& type = *atomic.place->type();
  const uint64_t old = bitsOf(type, at);
  const uint64_t operand = atomic.operand ? bits(*atomic.operand) : 0;
  const bool isLess = signExtend(type, old) < signExtend(type, operand);
  uint64_t next = old;
  switch (atomic.op) {
  case AtomicOp::Add:
    next = old + operand;
    break;
  case AtomicOp::Sub:
    next = old - operand;
    break;
  case AtomicOp::Min:
    next = isLess ? old : operand;
    break;
  case AtomicOp::Max:
    next = isLess ? operand : old;
    break;
  case AtomicOp::And:
    next = old & operand;
    break;
  case AtomicOp::Or:
    next = old | operand;
    break;
  case AtomicOp::Xor:
    next = old ^ operand;
    break;
  case AtomicOp::Exchange:
  case AtomicOp::Store:
    next = operand;
    break;
  case AtomicOp::CompareExchange:
    next = old == bits(*atomic.expected) ? operand : old;
    break;
  case AtomicOp::Load:
    break;
  }
  std::memcpy(at, &next, type.size());
  if (atomic.result)
    declare(atomic.result, bytesOf(type, old));
}

Activation& Interpreter::activation() {
  for (auto& [local, slot] : frame_->slots)
    if (auto* const* activation = std::get_if<Activation*>(&slot))
      return **activation;
  fault("no context");
}

void Interpreter::send(const SendStmt& send) {
  Activation& own = activation();
  const bool isTry = send.sendKind == SendKind::TrySend;
  const bool fits = !isTry || own.trySends++ < abi::kTrySendsPerMessage;
  if (send.result)
    declare(send.result, Bytes{fits});
  if (!fits)
    return;
  const auto& type = llvm::cast<StructType>(*send.message->type());
  const Bytes message = eval(*send.message);
  const Bytes target = send.target ? eval(*send.target) : Bytes();
  own.sends.push_back(fmt::format("{} {}{} to {}", send.target ? "send" : "reply",
                                  type.name().str(), show(type, message.data()),
                                  send.target ? show(*send.target->type(), target.data())
                                              : std::string("the sender")));
}

Interpreter::Flow Interpreter::fail(const FailStmt& fail) {
  Activation& own = activation();
  own.failed = true;
  own.code = static_cast<uint32_t>(bits(*fail.code));
  own.sends.clear();
  return options_.failContinues ? Flow::Next : Flow::Fail;
}

} // namespace ring::test

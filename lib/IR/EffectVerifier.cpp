// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Verifies statements that reach beyond the function: calls, atomics, messages and parallel
// regions.

#include "FunctionVerifier.h"
#include "ringc/IR/Printer.h"
#include "llvm/Support/SaveAndRestore.h"

namespace ringc::ir {

namespace {

/// Equal, or the same view with const added.
bool passesAs(const Type* given, const Type* wanted) {
  if (given == wanted)
    return true;
  if (const auto* span = llvm::dyn_cast<SpanType>(wanted))
    return span->isConst() && llvm::isa<SpanType>(given) &&
           llvm::cast<SpanType>(given)->element() == span->element();
  const auto* cell = llvm::dyn_cast<CellType>(wanted);
  const auto* from = llvm::dyn_cast<CellType>(given);
  return cell && from && cell->isConst() && from->element() == cell->element() &&
         from->dims() == cell->dims();
}

} // namespace

void FunctionVerifier::argument(const CallStmt& stmt, size_t index) {
  const Local& param = *stmt.callee->params[index];
  const Argument& argument = stmt.args[index];
  if (const auto* value = std::get_if<Expr*>(&argument)) {
    if (expr(**value))
      require(param.kind == LocalKind::ValueParameter && (*value)->type() == param.type, "call.c4",
              (*value)->loc(), "argument {} is a value of type '{}'; parameter '{}' is {}'{}'",
              index, toString(*(*value)->type()), param.name,
              param.isReference() ? "a reference to " : "", toString(*param.type));
    return;
  }
  const Place& passed = *std::get<Place*>(argument);
  if (!place(passed))
    return;
  if (!param.isReference()) {
    if (!require(llvm::isa<LocalPlace>(passed) && !hasStorage(*param.type) &&
                     passesAs(passed.type(), param.type),
                 "call.c5", passed.loc(),
                 "argument {} is a place of type '{}'; parameter '{}' is '{}' by value", index,
                 toString(*passed.type()), param.name, toString(*param.type)))
      return;
    if (llvm::isa<CellType>(param.type)) {
      const auto callee = shared_.facts.lookup(stmt.callee).cells.lookup(&param);
      FunctionFacts::CellUse& use = facts_.cells[rootOf(passed)];
      use.isReadAtOffset |= callee.isReadAtOffset;
      use.isWritten |= callee.isWritten;
    }
    return;
  }
  require(passed.type() == param.type, "call.c6", passed.loc(),
          "argument {} is a place of type '{}'; parameter '{}' refers to '{}'", index,
          toString(*passed.type()), param.name, toString(*param.type));
  require(param.isConst || isWritable(passed), "call.c7", passed.loc(),
          "argument {} is const; parameter '{}' is not", index, param.name);
  noteAccess(passed, !param.isConst);
}

/// What the callee does is done here: it must be allowed here.
void FunctionVerifier::callFacts(const CallStmt& stmt) {
  const FunctionFacts& callee = shared_.facts[stmt.callee];
  facts_.hasBarrier |= callee.hasBarrier;
  facts_.hasThreadIndex |= callee.hasThreadIndex;
  facts_.hasGroupLane |= callee.hasGroupLane;
  facts_.hasEffect |= callee.hasEffect;
  facts_.mayFail |= callee.mayFail;
  facts_.hasRegion |= callee.hasRegion;
  const std::string& name = stmt.callee->name;
  const FunctionKind kind = function_.kind;
  const bool isSweep = kind == FunctionKind::Stencil;
  require(!callee.hasBarrier || (!isSweep && !control_.isInRegion), "call.c8", stmt.loc(),
          "'{}' has a barrier; it is called in a stencil or a parallel region", name);
  require(!callee.hasThreadIndex || kind == FunctionKind::Kernel || kind == FunctionKind::Device,
          "call.c8", stmt.loc(), "'{}' reads the place of its thread; it is called from a {}", name,
          spell(kind));
  require(!callee.hasGroupLane || kind == FunctionKind::Handler || kind == FunctionKind::Device,
          "call.c8", stmt.loc(), "'{}' reads its lane; it is called from a {}", name, spell(kind));
  require((!callee.hasEffect && !callee.hasRegion) || !control_.isInRegion, "call.c8", stmt.loc(),
          "'{}' sends, stops or has a parallel region; it is called in one", name);
  require(!callee.mayFail || !control_.isInStep, "loop.c4", stmt.loc(),
          "'{}' may fail; it is called in the step of a loop", name);
}

void FunctionVerifier::call(const CallStmt& stmt) {
  const Function& callee = *stmt.callee;
  // Its facts are there once it has been verified: before this function, or not at all.
  if (!require(shared_.facts.contains(&callee), "call.c1", stmt.loc(),
               "the callee does not stand before '{}' in the module", function_.name) ||
      !require(callee.kind == FunctionKind::Device, "call.c2", stmt.loc(),
               "'{}' is a {}; only device functions are called", callee.name, spell(callee.kind)) ||
      !require(stmt.args.size() == callee.params.size(), "call.c3", stmt.loc(),
               "'{}' takes {} arguments, not {}", callee.name, callee.params.size(),
               stmt.args.size()))
    return;
  for (size_t i = 0; i < stmt.args.size(); ++i)
    argument(stmt, i);
  callFacts(stmt);
  if (stmt.result && declare(stmt.result, LocalKind::Variable))
    require(stmt.result->type == callee.returnType, "call.c9", stmt.loc(),
            "the result has the type '{}'; '{}' returns '{}'", toString(*stmt.result->type),
            callee.name, toString(*callee.returnType));
}

void FunctionVerifier::uniformLoad(const UniformLoadStmt& stmt) {
  facts_.hasBarrier = true;
  const bool isPlaceGood = readable(*stmt.shared);
  if (!declare(stmt.result, LocalKind::Variable) || !isPlaceGood)
    return;
  require(spaceOf(*stmt.shared) == AddressSpace::Workgroup, "uniform.c1", stmt.loc(),
          "'{}' is not shared by the group", rootOf(*stmt.shared)->name);
  require(stmt.result->type == stmt.shared->type(), "uniform.c2", stmt.loc(),
          "the result has the type '{}', the place the type '{}'", toString(*stmt.result->type),
          toString(*stmt.shared->type()));
  require(function_.kind != FunctionKind::Stencil && !control_.isInRegion, "uniform.c3", stmt.loc(),
          "'uniform' in a stencil or a parallel region");
}

void FunctionVerifier::atomic(const AtomicStmt& stmt) {
  const bool isPlaceGood = writable(*stmt.place, "atomic.c2");
  const bool isOperandGood = !stmt.operand || expr(*stmt.operand);
  const bool isExpectedGood = !stmt.expected || expr(*stmt.expected);
  if (stmt.result && !declare(stmt.result, LocalKind::Variable))
    return;
  if (!isPlaceGood || !isOperandGood || !isExpectedGood)
    return;
  const Type* type = stmt.place->type();
  const auto* integer = llvm::dyn_cast<IntType>(type);
  require(integer && integer->bits() == 32, "atomic.c1", stmt.loc(),
          "the place has the type '{}', not a 32-bit integer", toString(*type));
  const AddressSpace space = spaceOf(*stmt.place);
  require((space == AddressSpace::Buffer || space == AddressSpace::Workgroup) &&
              rootOf(*stmt.place)->type->kind() != TypeKind::Cell,
          "atomic.c2", stmt.loc(), "'{}' is neither in a buffer nor shared by the group",
          rootOf(*stmt.place)->name);
  const bool isLoad = stmt.op == AtomicOp::Load;
  const bool isStore = stmt.op == AtomicOp::Store;
  require((stmt.operand != nullptr) != isLoad && (!stmt.operand || stmt.operand->type() == type),
          "atomic.c3", stmt.loc(), "'{}' takes {}", spell(stmt.op),
          isLoad ? "no operand" : "one operand of the place's type");
  const bool isExchange = stmt.op == AtomicOp::CompareExchange;
  require((stmt.expected != nullptr) == isExchange &&
              (!stmt.expected || stmt.expected->type() == type),
          "atomic.c4", stmt.loc(), "'{}' takes {}", spell(stmt.op),
          isExchange ? "an expected value of the place's type" : "no expected value");
  require(!stmt.result || (!isStore && stmt.result->type == type), "atomic.c5", stmt.loc(),
          "the result of '{}' is {}", spell(stmt.op), isStore ? "nothing" : "of the place's type");
  const bool isAcquire =
      stmt.order == MemoryOrder::Acquire || stmt.order == MemoryOrder::AcquireRelease;
  const bool isRelease =
      stmt.order == MemoryOrder::Release || stmt.order == MemoryOrder::AcquireRelease;
  require(!(isLoad && isRelease) && !(isStore && isAcquire), "atomic.c6", stmt.loc(),
          "'{}' cannot be '{}'", spell(stmt.op), spell(stmt.order));
}

void FunctionVerifier::send(const SendStmt& stmt) {
  requireEffectPlace("send.c1", stmt, fmt::format("'{}'", spell(stmt.sendKind)));
  const auto* message =
      expr(*stmt.message) ? llvm::dyn_cast<StructType>(stmt.message->type()) : nullptr;
  require(message && shared_.messages.contains(message), "send.c2", stmt.loc(),
          "type '{}' is not a message of this module", toString(*stmt.message->type()));
  const bool isReply = stmt.sendKind == SendKind::Reply;
  require((stmt.target != nullptr) != isReply, "send.c3", stmt.loc(), "'{}' takes {}",
          spell(stmt.sendKind), isReply ? "no target" : "a target");
  if (stmt.target && expr(*stmt.target)) {
    const auto* target = llvm::dyn_cast<StructType>(stmt.target->type());
    require(target && target->name() == "ring::ActorId", "send.c4", stmt.loc(),
            "the target has the type '{}', not 'ring::ActorId'", toString(*stmt.target->type()));
  }
  if (stmt.result && declare(stmt.result, LocalKind::Variable))
    require(stmt.sendKind == SendKind::TrySend && stmt.result->type->kind() == TypeKind::Bool,
            "send.c5", stmt.loc(), "only 'try_send' has a result, and it is a 'bool'");
}

/// What `parallel` and `reduce` have in common: context, no nesting, index and count.
void FunctionVerifier::region(const Stmt& stmt, const Local* index, const Expr& count,
                              llvm::StringRef name) {
  requireContext("parallel.c1", stmt, name);
  require(!control_.isInRegion, "parallel.c2", stmt.loc(), "{} within a parallel region", name);
  facts_.hasRegion = true;
  const auto* type = expr(count) ? llvm::dyn_cast<IntType>(count.type()) : nullptr;
  require(type && (type->bits() == 32 || (type->bits() == 64 && !type->isSigned())), "parallel.c4",
          count.loc(), "the count has the type '{}', not 'u32', 'i32' or 'u64'",
          toString(*count.type()));
  if (index->type)
    require(index->type == count.type(), "parallel.c5", stmt.loc(),
            "the index has the type '{}', the count the type '{}'", toString(*index->type),
            toString(*count.type()));
}

void FunctionVerifier::parallelFor(const ParallelForStmt& stmt) {
  region(stmt, stmt.index, *stmt.count, "'parallel'");
  const Scope scope(*this);
  const llvm::SaveAndRestore restore(control_);
  control_ = {0, 0, true, false};
  if (declare(stmt.index, LocalKind::Variable))
    block(*stmt.body);
}

void FunctionVerifier::reduce(const ReduceStmt& stmt) {
  region(stmt, stmt.index, *stmt.count, "'reduce'");
  bool isGood = expr(*stmt.init);
  const llvm::SaveAndRestore restore(control_);
  control_ = {0, 0, true, false};
  // `value` sees what the body declares, so the body is no scope of its own here.
  const auto part = [&](std::initializer_list<const Local*> locals, const Block& body,
                        const Expr* value) {
    const Scope scope(*this);
    ++depth_;
    for (const Local* local : locals)
      isGood &= declare(local, LocalKind::Variable);
    if (enter(body))
      for (const Stmt* one : body.stmts)
        this->stmt(*one);
    isGood &= !value || expr(*value);
    --depth_;
  };
  { // a scan's body sees the index too
    const Scope scope(*this);
    isGood &= declare(stmt.index, LocalKind::Variable);
    part({}, *stmt.body, stmt.value);
    if (stmt.scanned)
      part({stmt.scanned}, *stmt.eachBody, nullptr);
  }
  part({stmt.left, stmt.right}, *stmt.combineBody, stmt.combined);
  if (!declare(stmt.result, LocalKind::Variable) || !isGood)
    return;
  const Type* type = stmt.result->type;
  require(stmt.init->type() == type && stmt.value->type() == type && stmt.left->type == type &&
              stmt.right->type == type && stmt.combined->type() == type &&
              (!stmt.scanned || stmt.scanned->type == type),
          "reduce.c1", stmt.loc(),
          "the start, the value, the operands and the combined value do not all have the type '{}' "
          "of the result",
          toString(*type));
}

} // namespace ringc::ir

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Verifies statements that stay within the function: declarations, stores and control flow.

#include "FunctionVerifier.h"
#include "ringc/IR/Printer.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/SaveAndRestore.h"
#include <set>

namespace ringc::ir {

void FunctionVerifier::block(const Block& block) {
  ++depth_;
  const Scope scope(*this);
  if (&block == current_ || enter(block))
    for (const Stmt* one : block.stmts)
      stmt(*one);
  --depth_;
}

void FunctionVerifier::stmt(const Stmt& stmt) {
  const llvm::SaveAndRestore restore(current_);
  current_ = nullptr; // an incomplete statement cannot be printed
  if (!enter(stmt))
    return;
  current_ = &stmt;
  stmtOf(stmt);
}

void FunctionVerifier::decl(const DeclStmt& stmt) {
  // The initialiser does not see the variable.
  const bool isInitGood = !stmt.init || expr(*stmt.init);
  if (!declare(stmt.local, LocalKind::Variable) || !isInitGood)
    return;
  require(stmt.init || !stmt.local->isConst, "decl.c1", stmt.loc(),
          "const '{}' has no initial value", stmt.local->name);
  require(!stmt.init || stmt.init->type() == stmt.local->type, "decl.c2", stmt.loc(),
          "the initial value has the type '{}', '{}' the type '{}'",
          stmt.init ? toString(*stmt.init->type()) : "", stmt.local->name,
          toString(*stmt.local->type));
}

void FunctionVerifier::ref(const RefStmt& stmt) {
  const bool isPlaceGood = place(*stmt.place);
  if (!declare(stmt.local, LocalKind::Reference) || !isPlaceGood)
    return;
  const Local& local = *stmt.local;
  require(local.type == stmt.place->type(), "ref.c1", stmt.loc(),
          "'{}' refers to the type '{}', its place has the type '{}'", local.name,
          toString(*local.type), toString(*stmt.place->type()));
  require(local.space == spaceOf(*stmt.place), "ref.c2", stmt.loc(),
          "'{}' refers to the address space '{}', its place is in '{}'", local.name,
          spell(local.space), spell(spaceOf(*stmt.place)));
  require(local.isConst || isWritable(*stmt.place), "ref.c3", stmt.loc(),
          "'{}' is not const, but '{}' is", local.name, rootOf(*stmt.place)->name);
  noteAccess(*stmt.place, !local.isConst);
}

void FunctionVerifier::store(const StoreStmt& stmt) {
  const bool isPlaceGood = writable(*stmt.place, "store.c2");
  if (expr(*stmt.value) && isPlaceGood)
    require(stmt.value->type() == stmt.place->type(), "store.c1", stmt.loc(),
            "the value has the type '{}', the place the type '{}'", toString(*stmt.value->type()),
            toString(*stmt.place->type()));
}

void FunctionVerifier::ifStmt(const IfStmt& stmt) {
  if (expr(*stmt.condition))
    require(stmt.condition->type()->kind() == TypeKind::Bool, "if.c1", stmt.loc(),
            "the condition has the type '{}', not 'bool'", toString(*stmt.condition->type()));
  block(*stmt.thenBlock);
  if (stmt.elseBlock)
    block(*stmt.elseBlock);
}

void FunctionVerifier::loop(const LoopStmt& stmt) {
  ++depth_;
  const Scope scope(*this);
  if (stmt.init && enter(*stmt.init)) {
    // Not a block of its own: what it declares is seen in the whole loop.
    for (const Stmt* one : stmt.init->stmts) {
      require(llvm::isa<DeclStmt>(one), "loop.c2", one->loc(),
              "the 'init' of a loop holds declarations only");
      this->stmt(*one);
    }
  }
  if (stmt.condition && expr(*stmt.condition))
    require(stmt.condition->type()->kind() == TypeKind::Bool, "loop.c1", stmt.loc(),
            "the condition has the type '{}', not 'bool'", toString(*stmt.condition->type()));
  require(stmt.condition || !stmt.testAtEnd, "loop.c3", stmt.loc(),
          "a loop tests at its end but has no condition");
  if (stmt.step) {
    const llvm::SaveAndRestore restore(control_);
    control_ = {0, 0, control_.isInRegion, true};
    block(*stmt.step);
  }
  const llvm::SaveAndRestore restore(control_);
  ++control_.breakable;
  ++control_.loops;
  block(*stmt.body);
  --depth_;
}

void FunctionVerifier::switchStmt(const SwitchStmt& stmt) {
  const Type* type = stmt.selector->type();
  const bool isInt = expr(*stmt.selector) &&
                     require(type->kind() == TypeKind::Int, "switch.c1", stmt.loc(),
                             "the selector has the type '{}', not an integer", toString(*type));
  std::set<uint64_t> values;
  bool hasDefault = false;
  const llvm::SaveAndRestore restore(control_);
  ++control_.breakable;
  for (const SwitchCase& one : stmt.cases) {
    const Location loc = one.body->loc();
    require(!one.values.empty() || one.isDefault, "switch.c4", loc, "a case has no values");
    require(!one.isDefault || !hasDefault, "switch.c3", loc, "a second default");
    hasDefault |= one.isDefault;
    for (uint64_t value : one.values) {
      const uint32_t bits = isInt ? llvm::cast<IntType>(type)->bits() : 64;
      require(bits == 64 || (value >> bits) == 0, "switch.c2", loc,
              "the value {:#x} does not fit the selector's {} bits", value, bits);
      require(values.insert(value).second, "switch.c3", loc, "the value {:#x} a second time",
              value);
    }
    block(*one.body);
  }
}

void FunctionVerifier::returnStmt(const ReturnStmt& stmt) {
  require(!control_.isInRegion && !control_.isInStep, "return.c1", stmt.loc(),
          "'return' out of a parallel region or the step of a loop");
  const Type* wanted = function_.returnType;
  if (!stmt.value) {
    require(wanted->kind() == TypeKind::Void, "return.c2", stmt.loc(),
            "no value is returned from '{}', which returns '{}'", function_.name,
            toString(*wanted));
    return;
  }
  if (expr(*stmt.value))
    require(stmt.value->type() == wanted, "return.c2", stmt.loc(),
            "a value of type '{}' is returned from '{}', which returns '{}'",
            toString(*stmt.value->type()), function_.name, toString(*wanted));
}

void FunctionVerifier::stmtOf(const Stmt& stmt) {
  switch (stmt.kind()) {
  case StmtKind::Block:
    return block(llvm::cast<Block>(stmt));
  case StmtKind::Decl:
    return decl(llvm::cast<DeclStmt>(stmt));
  case StmtKind::Ref:
    return ref(llvm::cast<RefStmt>(stmt));
  case StmtKind::Store:
    return store(llvm::cast<StoreStmt>(stmt));
  case StmtKind::Call:
    return call(llvm::cast<CallStmt>(stmt));
  case StmtKind::If:
    return ifStmt(llvm::cast<IfStmt>(stmt));
  case StmtKind::Loop:
    return loop(llvm::cast<LoopStmt>(stmt));
  case StmtKind::Switch:
    return switchStmt(llvm::cast<SwitchStmt>(stmt));
  case StmtKind::Break:
    require(control_.breakable != 0, "break.c1", stmt.loc(),
            "'break' outside of a loop or switch of its region or step");
    return;
  case StmtKind::Continue:
    require(control_.loops != 0, "continue.c1", stmt.loc(),
            "'continue' outside of a loop of its region or step");
    return;
  case StmtKind::Return:
    return returnStmt(llvm::cast<ReturnStmt>(stmt));
  case StmtKind::Barrier:
    facts_.hasBarrier = true;
    require(function_.kind != FunctionKind::Stencil && !control_.isInRegion, "barrier.c1",
            stmt.loc(), "'barrier' in a stencil or a parallel region");
    return;
  case StmtKind::UniformLoad:
    return uniformLoad(llvm::cast<UniformLoadStmt>(stmt));
  case StmtKind::Atomic:
    return atomic(llvm::cast<AtomicStmt>(stmt));
  case StmtKind::Send:
    return send(llvm::cast<SendStmt>(stmt));
  case StmtKind::Fail: {
    const auto& fail = llvm::cast<FailStmt>(stmt);
    facts_.mayFail = true;
    requireContext("fail.c1", stmt, "'fail'");
    require(!control_.isInStep, "loop.c4", stmt.loc(), "'fail' in the step of a loop");
    const auto* code = expr(*fail.code) ? llvm::dyn_cast<IntType>(fail.code->type()) : nullptr;
    require(code && code->bits() == 32 && !code->isSigned(), "fail.c2", stmt.loc(),
            "the code has the type '{}', not 'u32'", toString(*fail.code->type()));
    return;
  }
  case StmtKind::Stop:
    requireEffectPlace("stop.c1", stmt, "'stop'");
    return;
  case StmtKind::ParallelFor:
    return parallelFor(llvm::cast<ParallelForStmt>(stmt));
  case StmtKind::Reduce:
    return reduce(llvm::cast<ReduceStmt>(stmt));
  }
}

} // namespace ringc::ir

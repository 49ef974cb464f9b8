// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A call becomes a block: values are copied into locals of the callee's names, references are
// replaced by the places they name with frozen indices, returns become stores to the result.

#include "Inliner.h"
#include "Build.h"
#include "Locals.h"
#include "SingleExit.h"
#include "ringc/IR/Walk.h"
#include "ringc/Support/Check.h"

namespace ringc::transforms {

using namespace ir;

namespace {

class CallInliner {
public:
  CallInliner(Module& module, llvm::function_ref<bool(const CallStmt&)> wanted)
      : module_(module), wanted_(wanted) {}

  void runOn(Block& block) {
    std::vector<Stmt*> out;
    for (Stmt* stmt : block.stmts) {
      auto* call = llvm::dyn_cast<CallStmt>(stmt);
      if (call && wanted_(*call)) {
        expand(*call, out);
        continue;
      }
      if (auto* inner = llvm::dyn_cast<Block>(stmt))
        runOn(*inner);
      for (Block* child : childBlocks(*stmt))
        runOn(*child);
      out.push_back(stmt);
    }
    block.stmts = std::move(out);
  }

private:
  void expand(CallStmt& call, std::vector<Stmt*>& out) {
    const Build at(module_, call.loc());
    const Function& callee = *call.callee;
    if (call.result) {
      call.result->isConst = false;
      out.push_back(at.declare(call.result, nullptr));
    }
    Block* body = at.block();
    Cloner cloner(module_);
    for (size_t i = 0; i < callee.params.size(); ++i)
      bindParameter(at, *callee.params[i], call.args[i], cloner, body->stmts);
    for (Local* shared : callee.shared)
      cloner.map(shared, shared);
    Block* copy = cloner.block(callee.body);
    // References bound in the callee now lie where the caller's places do.
    walkStmts(*copy, [](const Stmt& stmt) {
      if (const auto* ref = llvm::dyn_cast<RefStmt>(&stmt))
        ref->local->space = spaceOf(*ref->place);
    });
    makeSingleExit(
        module_, *copy, [](const Stmt& stmt) { return llvm::isa<ReturnStmt>(stmt); },
        [&](Stmt& stmt) {
          auto& exit = llvm::cast<ReturnStmt>(stmt);
          std::vector<Stmt*> instead;
          if (call.result && exit.value)
            instead.push_back(Build(module_, stmt.loc()).store(call.result, exit.value));
          return instead;
        });
    body->stmts.insert(body->stmts.end(), copy->stmts.begin(), copy->stmts.end());
    appendFlat(*body, out);
  }

  /// One statement that declares nothing needs no braces.
  static void appendFlat(Block& body, std::vector<Stmt*>& out) {
    const bool declares =
        llvm::any_of(body.stmts, [](const Stmt* stmt) { return !declaredBy(*stmt).empty(); });
    if (declares)
      out.push_back(&body);
    else
      out.insert(out.end(), body.stmts.begin(), body.stmts.end());
  }

  void bindParameter(const Build& at, Local& param, Argument& argument, Cloner& cloner,
                     std::vector<Stmt*>& before) {
    if (auto* value = std::get_if<Expr*>(&argument)) {
      auto* copy = module_.make<Local>(LocalKind::Variable, param.name, param.type, param.loc);
      copy->isConst = param.isConst;
      cloner.map(&param, copy);
      before.push_back(at.declare(copy, *value));
      return;
    }
    Place* place = std::get<Place*>(argument);
    if (param.kind == LocalKind::ValueParameter) {
      cloner.map(&param, llvm::cast<LocalPlace>(place)->local);
      return;
    }
    freezeIndices(module_, *place, before);
    cloner.mapToPlace(&param, place);
  }

  Module& module_;
  llvm::function_ref<bool(const CallStmt&)> wanted_;
};

bool isFrozen(const Expr& expr) {
  if (llvm::isa<ConstantExpr>(expr))
    return true;
  const auto* load = llvm::dyn_cast<LoadExpr>(&expr);
  const auto* place = load ? llvm::dyn_cast<LocalPlace>(load->place) : nullptr;
  return place && place->local->isConst && !place->local->isReference() &&
         place->local->kind != LocalKind::Shared;
}

} // namespace

void freezeIndices(Module& module, Place& place, std::vector<Stmt*>& before) {
  for (Expr** slot : operandSlots(place)) {
    if (isFrozen(**slot))
      continue;
    const Build at(module, (*slot)->loc());
    Local* frozen = at.variable("ring_index", (*slot)->type());
    frozen->isConst = true;
    before.push_back(at.declare(frozen, *slot));
    *slot = at.load(frozen);
  }
}

void inlineCalls(Module& module, Function& function,
                 llvm::function_ref<bool(const CallStmt&)> wanted) {
  CallInliner(module, wanted).runOn(*function.body);
}

} // namespace ringc::transforms

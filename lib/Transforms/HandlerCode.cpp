// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One walk in call order, which settles which functions are meant and copies what must be; then
// their calls are led to the copies and hand on the context.

#include "HandlerCode.h"
#include "Build.h"
#include "ringc/Analysis/CallGraph.h"
#include "ringc/IR/Cloner.h"
#include "ringc/IR/Walk.h"
#include "llvm/ADT/DenseSet.h"

namespace ringc::transforms {

using namespace ir;

namespace {

using Functions = llvm::DenseSet<const Function*>;

class Separator {
public:
  Separator(Module& module, llvm::function_ref<bool(const Function&)> wanted)
      : module_(module), wanted_(wanted) {
    for (const Function* function : module.functions)
      if (function->kind != FunctionKind::Device)
        for (const Function* one : analysis::reachable(*function))
          (function->kind == FunctionKind::Handler ? ofHandlers_ : ofOthers_).insert(one);
  }

  HandlerCode run() {
    std::vector<Function*> all;
    for (Function* function : module_.functions) {
      all.push_back(function);
      if (!ofHandlers_.contains(function) || !isMeant(*function))
        continue;
      Function* own = function;
      if (ofOthers_.contains(function)) {
        own = Cloner(module_).function(*function);
        own->signature += " in handlers";
        all.push_back(own);
      }
      own_[function] = own;
      code_.insert(own);
      if (!contextOf(*own)) {
        const Build at(module_, own->loc);
        own->params.push_back(module_.make<Local>(LocalKind::ValueParameter, "ring_context",
                                                  module_.types.contextType(), own->loc));
        own->params.back()->isConst = true;
        extended_.insert(own);
      }
    }
    module_.functions = std::move(all);
    for (const Function* function : code_)
      walkStmts(*function->body, [&](const Stmt& stmt) {
        if (const auto* call = llvm::dyn_cast<CallStmt>(&stmt))
          redirect(*const_cast<CallStmt*>(call), *contextOf(*function));
      });
    return std::move(code_);
  }

private:
  bool isMeant(const Function& function) const {
    bool calls = false;
    walkStmts(*function.body, [&](const Stmt& stmt) {
      const auto* call = llvm::dyn_cast<CallStmt>(&stmt);
      calls |= call && own_.contains(call->callee);
    });
    return calls || wanted_(function);
  }

  void redirect(CallStmt& call, Local& context) {
    const auto own = own_.find(call.callee);
    if (own == own_.end())
      return;
    call.callee = own->second;
    if (extended_.contains(call.callee))
      call.args.emplace_back(Build(module_, call.loc()).place(&context));
  }

  Module& module_;
  llvm::function_ref<bool(const Function&)> wanted_;
  Functions ofHandlers_, ofOthers_;
  Functions extended_; ///< those that had no context
  llvm::DenseMap<const Function*, Function*> own_;
  HandlerCode code_;
};

} // namespace

Local* contextOf(const Function& function) {
  for (Local* param : function.params)
    if (param->type->kind() == TypeKind::Context)
      return param;
  return nullptr;
}

HandlerCode separateHandlerCode(Module& module, llvm::function_ref<bool(const Function&)> wanted) {
  return Separator(module, wanted).run();
}

} // namespace ringc::transforms

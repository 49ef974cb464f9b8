// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Languages with address spaces need one in every reference's type. A function that is called with
// places of several spaces is copied for each; names stay, the namer tells the copies apart. In the
// IR the second and later copies say in their signature which spaces they are for.

#include "Locals.h"
#include "ringc/IR/Walk.h"
#include "ringc/Transforms/Passes.h"
#include <map>

namespace ringc::transforms {

using namespace ir;

namespace {

class Specializer {
public:
  explicit Specializer(Module& module) : module_(module) {}

  void run() {
    std::vector<Function*> roots;
    for (Function* function : module_.functions)
      if (function->kind != FunctionKind::Device)
        roots.push_back(function);
    module_.functions.clear();
    for (Function* root : roots) {
      specialize(*root);
      module_.functions.push_back(root);
    }
  }

private:
  using Key = std::pair<const Function*, std::vector<AddressSpace>>;

  /// Resolves the references bound in `function`, then its calls; callees are listed before it.
  void specialize(Function& function) {
    walkStmts(*function.body, [&](const Stmt& stmt) {
      if (const auto* ref = llvm::dyn_cast<RefStmt>(&stmt))
        ref->local->space = spaceOf(*ref->place);
      if (const auto* call = llvm::dyn_cast<CallStmt>(&stmt))
        const_cast<CallStmt*>(call)->callee = specialized(*call);
    });
  }

  Function* specialized(const CallStmt& call) {
    std::vector<AddressSpace> spaces;
    for (size_t i = 0; i < call.args.size(); ++i)
      if (call.callee->params[i]->kind == LocalKind::ReferenceParameter)
        spaces.push_back(spaceOf(*std::get<Place*>(call.args[i])));
    const Key key(call.callee, spaces);
    if (const auto known = copies_.find(key); known != copies_.end())
      return known->second;
    Function* copy = copyOf(*call.callee, spaces);
    copies_[key] = copy;
    specialize(*copy); // its callees come before it
    module_.functions.push_back(copy);
    return copy;
  }

  Function* copyOf(const Function& function, const std::vector<AddressSpace>& spaces) {
    auto* copy =
        module_.make<Function>(function.kind, function.name, function.returnType, function.loc);
    copy->signature = function.signature;
    if (!isCopied_.insert(&function).second)
      copy->signature += inSpaces(spaces);
    copy->shared = function.shared;
    Cloner cloner(module_);
    size_t next = 0;
    for (Local* param : function.params) {
      auto* own = module_.make<Local>(param->kind, param->name, param->type, param->loc);
      own->isConst = param->isConst;
      own->space = param->kind == LocalKind::ReferenceParameter ? spaces[next++] : param->space;
      cloner.map(param, own);
      copy->params.push_back(own);
    }
    copy->body = cloner.block(function.body);
    return copy;
  }

  static std::string inSpaces(const std::vector<AddressSpace>& spaces) {
    static constexpr const char* kNames[] = {"function", "state", "message", "buffer", "workgroup"};
    std::string text;
    for (const AddressSpace space : spaces)
      text += std::string(text.empty() ? " in " : ", ") + kNames[static_cast<size_t>(space)];
    return text;
  }

  Module& module_;
  std::map<Key, Function*> copies_;
  llvm::DenseSet<const Function*> isCopied_;
};

} // namespace

void specializeSpaces(Module& module) { Specializer(module).run(); }

} // namespace ringc::transforms

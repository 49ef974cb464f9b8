// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Follows references back to the parameter that they come from, and calls into their callees.

#include "StateUse.h"
#include "ringc/Analysis/CallGraph.h"
#include "ringc/IR/Walk.h"

namespace ringc::analysis {

using namespace ir;

namespace {

/// A parameter, or one field of what it refers to.
struct Origin {
  const Local* param = nullptr;
  std::optional<uint32_t> field;
};

class FunctionUses {
public:
  explicit FunctionUses(llvm::DenseMap<const Local*, FieldUses>& uses) : uses_(uses) {}

  void add(const Function& function) {
    for (const Local* param : function.params) {
      if (!param->isReference())
        continue;
      origins_[param] = {param, std::nullopt};
      const auto* type = llvm::dyn_cast<StructType>(param->type);
      uses_[param].resize(type ? type->fields().size() : 1);
    }
    // References are bound before they are used, and a walk is in the order of the text.
    walkStmts(*function.body, [&](const Stmt& stmt) {
      if (const auto* ref = llvm::dyn_cast<RefStmt>(&stmt))
        origins_[ref->local] = originOf(*ref->place);
    });
    walkPlaces(*function.body, [&](const Place& place, PlaceUse use) {
      if (use != PlaceUse::Bind)
        note(originOf(place), {use != PlaceUse::Write, use != PlaceUse::Read});
    });
    walkStmts(*function.body, [&](const Stmt& stmt) {
      if (const auto* call = llvm::dyn_cast<CallStmt>(&stmt))
        addCall(*call);
    });
  }

private:
  Origin originOf(const Place& place) const {
    const Place* current = &place;
    std::optional<uint32_t> field;
    for (;;) {
      if (const auto* inner = llvm::dyn_cast<FieldPlace>(current)) {
        field = inner->field;
        current = inner->base;
      } else if (const auto* index = llvm::dyn_cast<IndexPlace>(current)) {
        current = index->base;
      } else {
        break;
      }
    }
    Origin origin = origins_.lookup(rootOf(*current));
    if (origin.param && !origin.field && llvm::isa<StructType>(origin.param->type))
      origin.field = field;
    return origin;
  }

  void note(const Origin& origin, Access access) {
    if (!origin.param)
      return;
    FieldUses& uses = uses_[origin.param];
    for (uint32_t i = 0; i < uses.size(); ++i) {
      if (origin.field && *origin.field != i)
        continue;
      uses[i].isRead |= access.isRead;
      uses[i].isWritten |= access.isWritten;
    }
  }

  void addCall(const CallStmt& call) {
    for (size_t i = 0; i < call.args.size(); ++i) {
      const auto* place = std::get_if<Place*>(&call.args[i]);
      if (!place || !call.callee->params[i]->isReference())
        continue;
      const Origin origin = originOf(**place);
      if (!origin.param)
        continue;
      const FieldUses callee = uses_.lookup(call.callee->params[i]);
      const bool isWhole = !origin.field && origin.param->type == (*place)->type() &&
                           callee.size() == uses_[origin.param].size();
      for (uint32_t field = 0; field < callee.size(); ++field)
        note({origin.param, isWhole ? std::optional(field) : origin.field}, callee[field]);
    }
  }

  llvm::DenseMap<const Local*, FieldUses>& uses_;
  llvm::DenseMap<const Local*, Origin> origins_;
};

} // namespace

llvm::DenseMap<const Local*, FieldUses> parameterUses(const Function& function) {
  llvm::DenseMap<const Local*, FieldUses> uses;
  for (const Function* one : reachable(function))
    FunctionUses(uses).add(*one);
  return uses;
}

} // namespace ringc::analysis

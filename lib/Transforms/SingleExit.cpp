// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two forms: where exits are few and every one can be brought into tail position by moving what
// follows an `if` into its other branch, no jump is left; else the body becomes `do { ... } while
// (false)` and each exit a break, with a flag where inner loops and switches stand between.

#include "SingleExit.h"
#include "Build.h"
#include "ringc/IR/Walk.h"

namespace ringc::transforms {

using namespace ir;

namespace {

class SingleExit {
public:
  SingleExit(Module& module, IsExit isExit, ReplaceExit replace)
      : module_(module), isExit_(isExit), replace_(replace) {}

  void run(Block& body) {
    if (!contains(body))
      return;
    if (exits(body) <= kMaxTailExits && canBeTail(body.stmts)) {
      makeTail(body);
      return;
    }
    const Build at(module_, body.loc());
    rewrite(body, false);
    auto* inner = at.block(std::move(body.stmts));
    body.stmts.clear();
    if (done_)
      body.stmts.push_back(at.declare(done_, at.boolean(false)));
    body.stmts.push_back(
        module_.make<LoopStmt>(nullptr, at.boolean(false), true, nullptr, inner, body.loc()));
  }

private:
  /// Each exit in tail position nests what follows it deeper.
  static constexpr unsigned kMaxTailExits = 8;

  unsigned exits(const Stmt& stmt) const {
    unsigned count = 0;
    walkStmts(stmt, [&](const Stmt& inner) { count += isExit_(inner); });
    return count;
  }

  bool contains(const Stmt& stmt) const {
    bool found = false;
    walkStmts(stmt, [&](const Stmt& inner) { found |= isExit_(inner); });
    return found;
  }

  bool alwaysExits(const Block* block) const {
    if (!block || block->stmts.empty())
      return false;
    const Stmt* last = block->stmts.back();
    if (isExit_(*last))
      return true;
    if (const auto* inner = llvm::dyn_cast<Block>(last))
      return alwaysExits(inner);
    const auto* branch = llvm::dyn_cast<IfStmt>(last);
    return branch && alwaysExits(branch->thenBlock) && alwaysExits(branch->elseBlock);
  }

  /// Whether makeTail works on these statements.
  bool canBeTail(llvm::ArrayRef<Stmt*> stmts) const {
    for (size_t i = 0; i < stmts.size(); ++i) {
      if (isExit_(*stmts[i]))
        return true;
      if (!contains(*stmts[i]))
        continue;
      const bool isLast = i + 1 == stmts.size();
      if (const auto* inner = llvm::dyn_cast<Block>(stmts[i]))
        return (isLast || alwaysExits(inner)) && canBeTail(inner->stmts);
      const auto* branch = llvm::dyn_cast<IfStmt>(stmts[i]);
      if (!branch)
        return false;
      const bool thenLeaves = alwaysExits(branch->thenBlock);
      const bool elseLeaves = alwaysExits(branch->elseBlock);
      const bool thenHas = contains(*branch->thenBlock);
      const bool elseHas = branch->elseBlock && contains(*branch->elseBlock);
      const bool restMoves = isLast || thenLeaves || elseLeaves;
      // The branch that the rest moves into must not leave on some of its paths only.
      if (!restMoves || (!isLast && thenLeaves && !elseLeaves && elseHas) ||
          (!isLast && elseLeaves && !thenLeaves && thenHas))
        return false;
      return canBeTail(branch->thenBlock->stmts) &&
             (!branch->elseBlock || canBeTail(branch->elseBlock->stmts)) &&
             (isLast || (thenLeaves && elseLeaves) || canBeTail(stmts.drop_front(i + 1)));
    }
    return true;
  }

  void makeTail(Block& block) {
    for (size_t i = 0; i < block.stmts.size(); ++i) {
      Stmt* stmt = block.stmts[i];
      if (isExit_(*stmt)) {
        std::vector<Stmt*> instead = replace_(*stmt);
        block.stmts.resize(i);
        block.stmts.insert(block.stmts.end(), instead.begin(), instead.end());
        return;
      }
      if (!contains(*stmt))
        continue;
      std::vector<Stmt*> rest(block.stmts.begin() + i + 1, block.stmts.end());
      block.stmts.resize(i + 1);
      if (auto* inner = llvm::dyn_cast<Block>(stmt)) {
        makeTail(*inner);
        return;
      }
      auto* branch = llvm::cast<IfStmt>(stmt);
      const bool thenLeaves = alwaysExits(branch->thenBlock);
      const bool elseLeaves = alwaysExits(branch->elseBlock);
      if (!rest.empty() && !(thenLeaves && elseLeaves)) {
        if (thenLeaves && !branch->elseBlock)
          branch->elseBlock = Build(module_, branch->loc()).block();
        Block* into = thenLeaves ? branch->elseBlock : branch->thenBlock;
        into->stmts.insert(into->stmts.end(), rest.begin(), rest.end());
      }
      makeTail(*branch->thenBlock);
      if (branch->elseBlock)
        makeTail(*branch->elseBlock);
      return;
    }
  }

  /// Exits become breaks; `inLoop`: of a loop or switch that is itself inside the body.
  void rewrite(Block& block, bool inLoop) {
    std::vector<Stmt*> out;
    for (Stmt* stmt : block.stmts) {
      const Build at(module_, stmt->loc());
      if (isExit_(*stmt)) {
        std::vector<Stmt*> instead = replace_(*stmt);
        out.insert(out.end(), instead.begin(), instead.end());
        if (inLoop)
          out.push_back(at.store(done(at), at.boolean(true)));
        out.push_back(at.breakLoop());
        break;
      }
      out.push_back(stmt);
      if (!contains(*stmt))
        continue;
      if (auto* inner = llvm::dyn_cast<Block>(stmt)) {
        rewrite(*inner, inLoop);
        continue;
      }
      const bool isLoop = !llvm::isa<IfStmt>(stmt);
      for (Block* child : childBlocks(*stmt))
        rewrite(*child, inLoop || isLoop);
      if (isLoop)
        out.push_back(at.branch(at.load(done(at)), {at.breakLoop()}));
    }
    block.stmts = std::move(out);
  }

  Local* done(const Build& at) {
    if (!done_)
      done_ = at.variable("ring_done", module_.types.boolType());
    return done_;
  }

  Module& module_;
  IsExit isExit_;
  ReplaceExit replace_;
  Local* done_ = nullptr;
};

} // namespace

void makeSingleExit(Module& module, Block& body, IsExit isExit, ReplaceExit replace) {
  SingleExit(module, isExit, replace).run(body);
}

} // namespace ringc::transforms

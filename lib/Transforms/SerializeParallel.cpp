// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// In a Thread actor one lane does all: parallelFor is a loop, and reduce keeps its 32 virtual lanes
// in an array, so that the result is the one that 32 lanes give.

#include "Build.h"
#include "Groups.h"
#include "ReduceTree.h"
#include "ScanRows.h"
#include "ringc/IR/Walk.h"
#include "ringc/Transforms/Passes.h"

namespace ringc::transforms {

using namespace ir;

namespace {

class Serializer {
public:
  explicit Serializer(Module& module) : module_(module) {}

  void runOn(Block& block) {
    std::vector<Stmt*> out;
    for (Stmt* stmt : block.stmts) {
      if (auto* inner = llvm::dyn_cast<Block>(stmt))
        runOn(*inner);
      for (Block* child : childBlocks(*stmt))
        runOn(*child);
      if (auto* parallel = llvm::dyn_cast<ParallelForStmt>(stmt))
        out.push_back(forLoop(*parallel));
      else if (auto* reduce = llvm::dyn_cast<ReduceStmt>(stmt))
        appendRegion(*reduce, out);
      else
        out.push_back(stmt);
    }
    block.stmts = std::move(out);
  }

private:
  /// for (index = first; index < count; ++index) body
  Stmt* loop(const Build& at, Local* index, Expr* first, Expr* condition, Block* body) {
    index->isConst = false;
    Expr* one = constantLike(at, first, 1);
    Block* step = at.block({at.store(index, at.binary(BinaryOp::Add, at.load(index), one))});
    return module_.make<LoopStmt>(at.block({at.declare(index, first)}), condition, false, step,
                                  body, at.loc);
  }

  Expr* below(const Build& at, Local* index, Expr* limit) {
    return at.compare(BinaryOp::Less, at.load(index), limit);
  }

  /// A local with the value of `expr`, or nothing new where it is a constant.
  Expr* once(const Build& at, Expr* expr, const char* name, std::vector<Stmt*>& out,
             Local*& local) {
    if (llvm::isa<ConstantExpr>(expr))
      return expr;
    local = at.variable(name, expr->type());
    local->isConst = true;
    out.push_back(at.declare(local, expr));
    return at.load(local);
  }

  Stmt* forLoop(ParallelForStmt& parallel) {
    const Build at(module_, parallel.loc());
    Block* block = at.block();
    Local* count = nullptr;
    Expr* limit = once(at, parallel.count, "ring_count", block->stmts, count);
    block->stmts.push_back(loop(at, parallel.index, at.constant(parallel.index->type, 0),
                                below(at, parallel.index, limit), parallel.body));
    return block;
  }

  void appendRegion(ReduceStmt& reduce, std::vector<Stmt*>& out) {
    if (reduce.scanned)
      appendSerialScan(module_, reduce, out);
    else
      appendReduce(reduce, out);
  }

  void appendReduce(ReduceStmt& reduce, std::vector<Stmt*>& out) {
    const Build at(module_, reduce.loc());
    const Type* type = reduce.result->type;
    reduce.result->isConst = false;
    out.push_back(at.declare(reduce.result, reduce.init));

    Block* block = at.block();
    Local* countLocal = nullptr;
    Expr* count = once(at, reduce.count, "ring_count", block->stmts, countLocal);
    const auto limit = [&] {
      return countLocal ? at.load(countLocal) : Cloner(module_).expr(count);
    };
    Local* lanes = at.variable("ring_lanes", module_.types.arrayType(type, kVirtualLanes));
    block->stmts.push_back(at.declare(lanes, nullptr));
    block->stmts.push_back(foldLoop(at, reduce, lanes, count));
    block->stmts.push_back(treeLoop(at, reduce, lanes, limit));
    std::vector<Stmt*> last;
    appendCombine(at, reduce, at.place(reduce.result), at.load(reduce.result),
                  at.load(at.element(lanes, at.u32(0))), last);
    block->stmts.push_back(
        at.branch(at.compare(BinaryOp::Greater, limit(), constantLike(at, reduce.count, 0)), last));
    out.push_back(block);
  }

  /// Every f(i) into its virtual lane, in the order of i.
  Stmt* foldLoop(const Build& at, ReduceStmt& reduce, Local* lanes, Expr* count) {
    const Type* type = reduce.index->type;
    const auto lane = [&] {
      return at.element(
          lanes, at.binary(BinaryOp::Rem, at.load(reduce.index), at.constant(type, kVirtualLanes)));
    };
    Block* body = reduce.body ? reduce.body : at.block();
    Local* value = at.variable("ring_value", reduce.result->type);
    value->isConst = true;
    body->stmts.push_back(at.declare(value, reduce.value));
    std::vector<Stmt*> combine;
    appendCombine(at, reduce, lane(), at.load(lane()), at.load(value), combine);
    body->stmts.push_back(at.branch(below(at, reduce.index, at.constant(type, kVirtualLanes)),
                                    at.block({at.store(lane(), at.load(value))}),
                                    at.block(std::move(combine))));
    return loop(at, reduce.index, at.constant(type, 0), below(at, reduce.index, count), body);
  }

  /// for (step = 16; step > 0; step /= 2) for (v = 0; v < step && v + step < count; ++v) ...
  template <class Limit>
  Stmt* treeLoop(const Build& at, const ReduceStmt& reduce, Local* lanes, Limit limit) {
    const Type* type = reduce.count->type();
    Local* step = at.variable("ring_step", type);
    Local* lane = at.variable("ring_lane", type);
    const auto right = [&] { return at.binary(BinaryOp::Add, at.load(lane), at.load(step)); };
    Block* body = at.block();
    appendCombine(at, reduce, at.element(lanes, at.load(lane)),
                  at.load(at.element(lanes, at.load(lane))), at.load(at.element(lanes, right())),
                  body->stmts);
    Expr* both = module_.make<BinaryExpr>(BinaryOp::LogicalAnd, module_.types.boolType(),
                                          below(at, lane, at.load(step)),
                                          at.compare(BinaryOp::Less, right(), limit()), at.loc);
    Stmt* inner = loop(at, lane, at.constant(type, 0), both, body);
    Block* halve =
        at.block({at.store(step, at.binary(BinaryOp::Div, at.load(step), at.constant(type, 2)))});
    return module_.make<LoopStmt>(
        at.block({at.declare(step, at.constant(type, kVirtualLanes / 2))}),
        at.compare(BinaryOp::Greater, at.load(step), at.constant(type, 0)), false, halve,
        at.block({inner}), at.loc);
  }

  Module& module_;
};

} // namespace

void serializeParallel(Module& module) {
  const llvm::DenseMap<const Function*, Scope> groups = groupHandlers(module);
  for (Function* function : module.functions)
    if (!groups.contains(function))
      Serializer(module).runOn(*function->body);
}

} // namespace ringc::transforms

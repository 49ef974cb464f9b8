// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Walks all functions of a kernel until nothing changes: what a local holds, whether a function is
// entered by all threads, what a loop is left by. All of these only ever get worse, so the walk
// ends. What a branch stores is as uneven as the branch; threads that part meet again behind the
// statement at which they did, except where some of them left it by break, continue or return.

#include "ringc/Analysis/Uniformity.h"
#include "ringc/Analysis/CallGraph.h"
#include "ringc/IR/Walk.h"
#include "llvm/ADT/DenseMap.h"

namespace ringc::analysis {

using namespace ir;

namespace {

struct State {
  Agreement agreement = Agreement::All;
  Location cause;
};

State worse(const State& a, const State& b) { return a.agreement >= b.agreement ? a : b; }
State at(State state, Location cause) {
  state.cause = cause;
  return state;
}

class Walker {
public:
  explicit Walker(const Function& kernel) : functions_(reachable(kernel)) {}

  std::vector<BarrierControl> run() {
    do {
      isChanged_ = false;
      controls_.clear();
      for (const Function* function : functions_)
        walk(*function);
    } while (isChanged_);
    return std::move(controls_);
  }

private:
  /// A loop or switch around the statement, and how threads left what it is running.
  struct Frame {
    const Stmt* stmt;
    State continued; ///< this round of the loop (of the loop around the switch)
    State broken;    ///< this case of the switch
  };

  void walk(const Function& function) {
    function_ = &function;
    exited_ = {};
    frames_.clear();
    block(function.body, entries_.lookup(&function));
  }
  State control(const State& outer) const {
    State state = exited_;
    for (const Frame& frame : frames_)
      state = worse(worse(state, worse(frame.continued, frame.broken)), left_.lookup(frame.stmt));
    return worse(state, outer);
  }
  template <class Map, class Key> void raise(Map& map, Key key, const State& by) {
    State& state = map[key];
    if (by.agreement > state.agreement) {
      state = by;
      isChanged_ = true;
    }
  }

  void block(const Block* block, const State& outer) {
    if (block)
      for (const Stmt* stmt : block->stmts)
        statement(*stmt, outer);
  }
  void statement(const Stmt& stmt, const State& outer);
  void branch(const Stmt& stmt, const State& here);
  void loop(const LoopStmt& loop, const State& outer);
  void call(const CallStmt& call, const State& here);
  void leave(const Stmt& stmt, const State& here);
  void store(const Place& place, const State& by);
  State valueOf(const Expr& expr) const;
  State valueOf(const Place& place) const;
  const Local* aliased(const Local* local) const;

  std::vector<const Function*> functions_;
  llvm::DenseMap<const Local*, State> locals_;
  llvm::DenseMap<const Local*, const Local*> aliases_;
  llvm::DenseMap<const Function*, State> entries_, results_;
  llvm::DenseMap<const Stmt*, State> left_; ///< loops: by a break or a return
  std::vector<BarrierControl> controls_;
  const Function* function_ = nullptr;
  State exited_; ///< of this function, by returns so far
  std::vector<Frame> frames_;
  bool isChanged_ = false;
};

const Local* Walker::aliased(const Local* local) const {
  for (auto found = aliases_.find(local); found != aliases_.end(); found = aliases_.find(local))
    local = found->second;
  return local;
}

State Walker::valueOf(const Place& place) const {
  State state;
  for (Expr** index : operandSlots(const_cast<Place&>(place))) // only read
    state = worse(state, valueOf(**index));
  const Local* root = aliased(rootOf(place));
  const auto* span = llvm::dyn_cast<SpanType>(root->type);
  const bool isConstant = span && span->isConst();
  const AddressSpace space = root->isReference() ? root->space : AddressSpace::Function;
  const bool isMemory = root->kind == LocalKind::Shared || span ||
                        space == AddressSpace::Workgroup || space == AddressSpace::Buffer;
  // Who reads another element may read another value; nobody writes what is const.
  if (isMemory && (!isConstant || state.agreement != Agreement::All))
    return {Agreement::Memory, place.loc()};
  return worse(state, locals_.lookup(root));
}

State Walker::valueOf(const Expr& expr) const {
  State state;
  walkExprs(expr, [&](const Expr& inner) {
    if (const auto* load = llvm::dyn_cast<LoadExpr>(&inner))
      state = worse(state, valueOf(*load->place));
    const auto* builtin = llvm::dyn_cast<BuiltinExpr>(&inner);
    if (builtin && (builtin->builtin == Builtin::ThreadX || builtin->builtin == Builtin::ThreadY ||
                    builtin->builtin == Builtin::ThreadZ || builtin->builtin == Builtin::GroupLane))
      state = worse(state, {Agreement::Some, inner.loc()});
  });
  return state;
}

void Walker::store(const Place& place, const State& by) {
  State state = by;
  for (Expr** index : operandSlots(const_cast<Place&>(place))) // only read
    state = worse(state, valueOf(**index));
  raise(locals_, aliased(rootOf(place)), state);
}

void Walker::statement(const Stmt& stmt, const State& outer) {
  const State here = control(outer);
  switch (stmt.kind()) {
  case StmtKind::Block:
    return block(llvm::cast<Block>(&stmt), outer);
  case StmtKind::Decl: {
    const auto& decl = llvm::cast<DeclStmt>(stmt);
    if (decl.init)
      raise(locals_, static_cast<const Local*>(decl.local), valueOf(*decl.init));
    return;
  }
  case StmtKind::Ref: {
    const auto& ref = llvm::cast<RefStmt>(stmt);
    const Local* root = aliased(rootOf(*ref.place));
    if (root != ref.local)
      aliases_[ref.local] = root;
    // A reference to one of several elements is as uneven as its index.
    State index;
    for (Expr** slot : operandSlots(*ref.place))
      index = worse(index, valueOf(**slot));
    return raise(locals_, root, index);
  }
  case StmtKind::Store: {
    const auto& store = llvm::cast<StoreStmt>(stmt);
    return this->store(*store.place, worse(here, valueOf(*store.value)));
  }
  case StmtKind::Call:
    return call(llvm::cast<CallStmt>(stmt), here);
  case StmtKind::If:
  case StmtKind::Switch:
    return branch(stmt, here);
  case StmtKind::Loop:
    return loop(llvm::cast<LoopStmt>(stmt), outer);
  case StmtKind::Break:
  case StmtKind::Continue:
  case StmtKind::Return:
    return leave(stmt, here);
  case StmtKind::Barrier:
    if (here.agreement != Agreement::All)
      controls_.push_back({&stmt, here.agreement, here.cause});
    return;
  case StmtKind::Atomic:
    if (const Local* result = llvm::cast<AtomicStmt>(stmt).result)
      raise(locals_, result, {Agreement::Memory, stmt.loc()});
    return;
  case StmtKind::UniformLoad:
  case StmtKind::Send:
  case StmtKind::Fail:
  case StmtKind::Stop:
  case StmtKind::ParallelFor:
  case StmtKind::Reduce:
    return; // of handlers, which have no barriers
  }
}

void Walker::branch(const Stmt& stmt, const State& here) {
  const auto* condition = llvm::dyn_cast<IfStmt>(&stmt);
  const auto* select = llvm::dyn_cast<SwitchStmt>(&stmt);
  const State way = at(valueOf(condition ? *condition->condition : *select->selector), stmt.loc());
  State continued;
  for (const Block* child : childBlocks(stmt)) {
    if (select)
      frames_.push_back({&stmt, {}, {}});
    block(child, worse(here, way));
    if (!select)
      continue;
    continued = worse(continued, frames_.back().continued);
    frames_.pop_back();
  }
  if (!frames_.empty())
    frames_.back().continued = worse(frames_.back().continued, continued);
}

void Walker::loop(const LoopStmt& loop, const State& outer) {
  block(loop.init, outer);
  frames_.push_back({&loop, {}, {}});
  State inside = outer;
  if (loop.condition)
    inside = worse(inside, at(valueOf(*loop.condition), loop.loc()));
  block(loop.body, inside);
  frames_.back().continued = {};
  block(loop.step, inside);
  frames_.pop_back();
}

void Walker::leave(const Stmt& stmt, const State& here) {
  if (const auto* returned = llvm::dyn_cast<ReturnStmt>(&stmt)) {
    if (returned->value)
      raise(results_, function_, worse(here, valueOf(*returned->value)));
    exited_ = worse(exited_, here);
    for (const Frame& frame : frames_) // no other round of these loops has all threads
      if (llvm::isa<LoopStmt>(frame.stmt))
        raise(left_, frame.stmt, here);
    return;
  }
  if (frames_.empty())
    return; // not valid IR; the verifier says so
  Frame& frame = frames_.back();
  if (llvm::isa<ContinueStmt>(stmt))
    frame.continued = worse(frame.continued, here);
  else if (llvm::isa<LoopStmt>(frame.stmt))
    raise(left_, frame.stmt, here);
  else
    frame.broken = worse(frame.broken, here);
}

void Walker::call(const CallStmt& call, const State& here) {
  raise(entries_, static_cast<const Function*>(call.callee), here);
  for (size_t i = 0; i < std::min(call.args.size(), call.callee->params.size()); ++i) {
    const Local* param = call.callee->params[i];
    if (const auto* value = std::get_if<Expr*>(&call.args[i])) {
      raise(locals_, param, valueOf(**value));
      continue;
    }
    const Place& place = *std::get<Place*>(call.args[i]);
    const Local* root = aliased(rootOf(place));
    raise(locals_, param, valueOf(place));
    if (param->kind == LocalKind::ReferenceParameter && !param->isConst)
      raise(locals_, root, worse(here, locals_.lookup(param)));
  }
  if (call.result)
    raise(locals_, static_cast<const Local*>(call.result), results_.lookup(call.callee));
}

} // namespace

std::vector<BarrierControl> barrierControls(const Function& kernel) { return Walker(kernel).run(); }

} // namespace ringc::analysis

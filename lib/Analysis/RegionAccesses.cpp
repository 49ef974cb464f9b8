// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Walks a region's body as if all calls were inlined, with what each local stands for. Two walks:
// what the region writes is no value that all `i` agree on, and the first walk finds out what it
// writes.

#include "RegionAccesses.h"
#include "ringc/IR/Walk.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/MathExtras.h"

namespace ringc::analysis {

using namespace ir;

namespace {

/// Statements of a region, calls inlined, beyond which it is not followed.
constexpr unsigned kMaxStatements = 1 << 14;

/// A field of a root, or the whole of it.
using Written = llvm::DenseSet<std::pair<const Local*, uint32_t>>;
constexpr uint32_t kWhole = 0xffffffff;

Written::value_type writtenKey(const Path& path) {
  const bool isField = !path.steps.empty() && path.steps.front().field;
  return {path.root, isField ? *path.steps.front().field : kWhole};
}

/// Locals that something besides their declaration stores to.
llvm::DenseSet<const Local*> changedLocals(const Stmt& stmt) {
  llvm::DenseSet<const Local*> changed;
  walkPlaces(stmt, [&](const Place& place, PlaceUse use) {
    if (use != PlaceUse::Read)
      changed.insert(rootOf(place));
  });
  return changed;
}

std::optional<int64_t> integerOf(const ConstantExpr& constant) {
  const auto* type = llvm::dyn_cast<IntType>(constant.type());
  if (!type)
    return std::nullopt;
  if (!type->isSigned())
    return constant.bits <= INT64_MAX ? std::optional(static_cast<int64_t>(constant.bits))
                                      : std::nullopt;
  const unsigned shift = 64 - type->bits();
  return static_cast<int64_t>(constant.bits << shift) >> shift;
}

class Walker {
public:
  Walker(const References& references, const Written& written)
      : references_(references), written_(written) {}

  void region(const Stmt& stmt);
  std::vector<RegionAccess> accesses;
  bool isComplete = true;

private:
  void block(const Block& block);
  void statement(const Stmt& stmt);
  void declare(const Local* local, IndexValue value);
  void loop(const LoopStmt& loop);
  void call(const CallStmt& call);
  IndexValue counter(const LoopStmt& loop, const DeclStmt& decl);
  void reads(const Expr& expr);
  void reads(const Stmt& stmt);
  void access(const Place& place, bool isWrite);

  Path pathOf(const Place& place);
  IndexValue valueOf(const Expr& expr);
  IndexValue valueOfLoad(const LoadExpr& load);
  IndexValue valueOfBinary(const BinaryExpr& binary);

  const References& references_;
  const Written& written_;
  llvm::DenseMap<const Local*, IndexValue> values_; ///< locals of the region
  llvm::DenseMap<const Local*, Path> paths_;        ///< references of the region
  llvm::DenseSet<const Local*> changed_;
  llvm::DenseSet<const Function*> scanned_;
  std::vector<std::pair<Location, const Function*>> calls_;
  llvm::StringSet<> seen_;
  unsigned statements_ = 0;
};

void Walker::region(const Stmt& stmt) {
  changed_ = changedLocals(stmt);
  const auto start = [&](const Local* index, const Expr* count) {
    const IndexValue most = valueOf(*count);
    values_[index] = IndexValue::regionIndex(most.isUniform() ? std::optional(most.uniformValue())
                                                              : std::nullopt);
  };
  if (const auto* parallel = llvm::dyn_cast<ParallelForStmt>(&stmt)) {
    start(parallel->index, parallel->count);
    return block(*parallel->body);
  }
  const auto& reduce = llvm::cast<ReduceStmt>(stmt);
  start(reduce.index, reduce.count);
  block(*reduce.body);
  reads(*reduce.value);
  values_[reduce.left] = values_[reduce.right] = IndexValue::unknown();
  block(*reduce.combineBody);
  reads(*reduce.combined);
  if (!reduce.scanned)
    return;
  values_[reduce.scanned] = IndexValue::unknown();
  block(*reduce.eachBody);
}

void Walker::block(const Block& block) {
  for (const Stmt* stmt : block.stmts)
    statement(*stmt);
}

void Walker::statement(const Stmt& stmt) {
  if (++statements_ > kMaxStatements) {
    isComplete = false;
    return;
  }
  if (llvm::isa<ParallelForStmt, ReduceStmt>(stmt))
    return; // refused where it stands
  if (const auto* inner = llvm::dyn_cast<Block>(&stmt))
    return block(*inner);
  reads(stmt);
  if (const auto* decl = llvm::dyn_cast<DeclStmt>(&stmt))
    return declare(decl->local, decl->init && !changed_.contains(decl->local)
                                    ? valueOf(*decl->init)
                                    : IndexValue::unknown());
  if (const auto* ref = llvm::dyn_cast<RefStmt>(&stmt)) {
    paths_[ref->local] = pathOf(*ref->place);
    return;
  }
  if (const auto* store = llvm::dyn_cast<StoreStmt>(&stmt))
    return access(*store->place, true);
  if (const auto* nested = llvm::dyn_cast<LoopStmt>(&stmt))
    return loop(*nested);
  if (const auto* callee = llvm::dyn_cast<CallStmt>(&stmt))
    return call(*callee);
  if (const auto* send = llvm::dyn_cast<SendStmt>(&stmt); send && send->result)
    declare(send->result, IndexValue::unknown());
  if (const auto* atomic = llvm::dyn_cast<AtomicStmt>(&stmt); atomic && atomic->result)
    declare(atomic->result, IndexValue::unknown());
  for (const Block* child : childBlocks(stmt))
    block(*child);
}

void Walker::declare(const Local* local, IndexValue value) { values_[local] = std::move(value); }

void Walker::loop(const LoopStmt& loop) {
  if (loop.init)
    for (const Stmt* stmt : loop.init->stmts) {
      statement(*stmt);
      if (const auto* decl = llvm::dyn_cast<DeclStmt>(stmt))
        declare(decl->local, counter(loop, *decl));
    }
  block(*loop.body);
  if (loop.step)
    block(*loop.step);
}

/// What the loop's body knows of a variable that its head declares: below the limit it is tested
/// against, if it begins at 0 or above, is counted up and is left alone by the body.
IndexValue Walker::counter(const LoopStmt& loop, const DeclStmt& decl) {
  if (!changed_.contains(decl.local))
    return decl.init ? valueOf(*decl.init) : IndexValue::unknown();
  const auto* test = llvm::dyn_cast_or_null<BinaryExpr>(loop.condition);
  const auto* tested = test ? llvm::dyn_cast<LoadExpr>(test->lhs) : nullptr;
  const auto* place = tested ? llvm::dyn_cast<LocalPlace>(tested->place) : nullptr;
  const auto* type = llvm::dyn_cast<IntType>(decl.local->type);
  if (!type || loop.testAtEnd || !place || place->local != decl.local ||
      test->op != BinaryOp::Less || changedLocals(*loop.body).contains(decl.local))
    return IndexValue::unknown();
  const IndexValue limit = valueOf(*test->rhs);
  if (!limit.isUniform())
    return IndexValue::unknown();
  if (type->isSigned()) { // an unsigned one is never below 0
    const auto* start = llvm::dyn_cast_or_null<ConstantExpr>(decl.init);
    const auto* store = loop.step && loop.step->stmts.size() == 1
                            ? llvm::dyn_cast<StoreStmt>(loop.step->stmts.front())
                            : nullptr;
    const auto* sum = store ? llvm::dyn_cast<BinaryExpr>(store->value) : nullptr;
    const auto* by = sum ? llvm::dyn_cast<ConstantExpr>(sum->rhs) : nullptr;
    if (!start || integerOf(*start).value_or(-1) < 0 || !by || sum->op != BinaryOp::Add ||
        integerOf(*by).value_or(-1) < 0)
      return IndexValue::unknown();
  }
  return IndexValue::below(limit.uniformValue());
}

void Walker::call(const CallStmt& call) {
  const Function& callee = *call.callee;
  if (!callee.body || callee.params.size() != call.args.size()) {
    isComplete = false;
    return;
  }
  if (scanned_.insert(&callee).second)
    for (const Local* local : changedLocals(*callee.body))
      changed_.insert(local);
  for (size_t i = 0; i < call.args.size(); ++i) {
    const Local* param = callee.params[i];
    if (const auto* place = std::get_if<Place*>(&call.args[i]))
      paths_[param] = pathOf(**place);
    else
      declare(param, changed_.contains(param) ? IndexValue::unknown()
                                              : valueOf(*std::get<Expr*>(call.args[i])));
  }
  calls_.push_back({call.loc(), &callee});
  block(*callee.body);
  calls_.pop_back();
  // A function of one expression is that expression.
  const auto* result = callee.body->stmts.size() == 1
                           ? llvm::dyn_cast<ReturnStmt>(callee.body->stmts.front())
                           : nullptr;
  if (call.result)
    declare(call.result, result && result->value && !changed_.contains(call.result)
                             ? valueOf(*result->value)
                             : IndexValue::unknown());
}

void Walker::reads(const Expr& expr) {
  walkExprs(expr, [&](const Expr& inner) {
    if (const auto* load = llvm::dyn_cast<LoadExpr>(&inner))
      access(*load->place, false);
  });
}

void Walker::reads(const Stmt& stmt) {
  // The slots are only read, as in walkExprs.
  for (Expr** slot : operandSlots(const_cast<Stmt&>(stmt)))
    reads(**slot);
}

void Walker::access(const Place& place, bool isWrite) {
  Path path = pathOf(place);
  if (path.isPrivate || (!isWrite && path.root->isConst && !path.root->isReference()))
    return;
  std::string key = path.text + (isWrite ? "!" : "?") + std::to_string(place.loc().line) + ":" +
                    std::to_string(place.loc().column) + ":" +
                    std::to_string(static_cast<unsigned>(place.loc().file));
  for (const PathStep& step : path.steps)
    if (const auto owner = step.index.owner())
      key += owner->owner;
  if (seen_.insert(key).second)
    accesses.push_back({std::move(path), isWrite, place.loc(), calls_});
}

Path Walker::pathOf(const Place& place) {
  switch (place.kind()) {
  case PlaceKind::Local: {
    const Local* local = llvm::cast<LocalPlace>(place).local;
    if (const auto found = paths_.find(local); found != paths_.end())
      return found->second;
    if (const auto found = references_.find(local); found != references_.end())
      return found->second;
    const bool isSelf = local->isReference() && (local->name == "this" || local->name == "self");
    return {local, {}, isSelf ? "" : local->name, values_.contains(local)};
  }
  case PlaceKind::Field: {
    const auto& field = llvm::cast<FieldPlace>(place);
    Path path = pathOf(*field.base);
    path.text += path.text.empty() ? "" : ".";
    path.text += llvm::cast<StructType>(field.base->type())->fields()[field.field].name;
    path.steps.push_back({field.field, IndexValue()});
    return path;
  }
  case PlaceKind::Index: {
    const auto& element = llvm::cast<IndexPlace>(place);
    Path path = pathOf(*element.base);
    IndexValue index = valueOf(*element.index);
    const std::optional<int64_t> constant = index.constantValue();
    path.text += constant ? "[" + std::to_string(*constant) + "]" : "[...]";
    path.steps.push_back({std::nullopt, std::move(index)});
    return path;
  }
  case PlaceKind::SpanElement: {
    const auto& element = llvm::cast<SpanElementPlace>(place);
    return {element.span, {{std::nullopt, valueOf(*element.index)}}, element.span->name, false};
  }
  case PlaceKind::Cell:
    return {llvm::cast<CellPlace>(place).cell, {}, llvm::cast<CellPlace>(place).cell->name, false};
  }
  return {};
}

IndexValue Walker::valueOf(const Expr& expr) {
  switch (expr.kind()) {
  case ExprKind::Constant: {
    const std::optional<int64_t> value = integerOf(llvm::cast<ConstantExpr>(expr));
    return value ? IndexValue::constant(*value) : IndexValue::unknown();
  }
  case ExprKind::Load:
    return valueOfLoad(llvm::cast<LoadExpr>(expr));
  case ExprKind::Binary:
    return valueOfBinary(llvm::cast<BinaryExpr>(expr));
  case ExprKind::Cast: {
    const auto& cast = llvm::cast<CastExpr>(expr);
    const bool keeps = llvm::isa<IntType>(cast.type()) &&
                       llvm::isa<IntType>(cast.operand->type()) &&
                       cast.type()->size() >= cast.operand->type()->size();
    return keeps ? valueOf(*cast.operand) : IndexValue::unknown();
  }
  case ExprKind::Unary:
  case ExprKind::Select:
  case ExprKind::Builtin:
  case ExprKind::Construct:
  case ExprKind::Extract:
  case ExprKind::SpanSize:
  case ExprKind::CellInfo:
  case ExprKind::ContextInfo:
    return IndexValue::unknown();
  }
  return IndexValue::unknown();
}

IndexValue Walker::valueOfLoad(const LoadExpr& load) {
  if (const auto* place = llvm::dyn_cast<LocalPlace>(load.place))
    if (const auto found = values_.find(place->local); found != values_.end())
      return found->second;
  const Path path = pathOf(*load.place);
  if (path.isPrivate || written_.contains(writtenKey(path)) ||
      written_.contains({path.root, kWhole}))
    return IndexValue::unknown();
  // A name of its own for each local; it is compared, never shown.
  std::string name = "local" + std::to_string(reinterpret_cast<uintptr_t>(path.root));
  for (const PathStep& step : path.steps) {
    if (!step.field && !step.index.isUniform())
      return IndexValue::unknown();
    name += step.field ? "." + std::to_string(*step.field)
                       : "[" + step.index.uniformValue().text() + "]";
  }
  return IndexValue::uniform({1, {name}});
}

IndexValue Walker::valueOfBinary(const BinaryExpr& binary) {
  const auto* type = llvm::dyn_cast<IntType>(binary.type());
  if (!type)
    return IndexValue::unknown();
  const IndexValue lhs = valueOf(*binary.lhs);
  const IndexValue rhs = valueOf(*binary.rhs);
  const std::optional<int64_t> amount = rhs.constantValue();
  switch (binary.op) {
  case BinaryOp::Add:
    return lhs.plus(rhs, false);
  case BinaryOp::Sub:
    return lhs.plus(rhs, true);
  case BinaryOp::Mul:
    return lhs.times(rhs);
  case BinaryOp::Div:
    return lhs.dividedBy(rhs);
  case BinaryOp::Rem: {
    // Of a signed number the remainder may be negative, unless it is one of i's.
    IndexValue rest = lhs.modulo(rhs);
    const auto owner = rest.owner();
    const bool isDigit = owner && !owner->digits.empty();
    return rest.isUniform() || isDigit || !type->isSigned() ? rest : IndexValue::unknown();
  }
  case BinaryOp::Shl:
    return amount && *amount >= 0 && *amount < 62
               ? lhs.times(IndexValue::constant(int64_t(1) << *amount))
               : IndexValue::unknown();
  case BinaryOp::Shr:
    return amount && *amount >= 0 && *amount < 62
               ? lhs.dividedBy(IndexValue::constant(int64_t(1) << *amount))
               : IndexValue::unknown();
  case BinaryOp::BitAnd:
    return amount && *amount > 0 && llvm::isMask_64(static_cast<uint64_t>(*amount))
               ? lhs.modulo(IndexValue::constant(*amount + 1))
               : IndexValue::unknown();
  case BinaryOp::BitOr:
  case BinaryOp::BitXor:
  case BinaryOp::LogicalAnd:
  case BinaryOp::LogicalOr:
  case BinaryOp::Equal:
  case BinaryOp::NotEqual:
  case BinaryOp::Less:
  case BinaryOp::LessEqual:
  case BinaryOp::Greater:
  case BinaryOp::GreaterEqual:
    return IndexValue::unknown();
  }
  return IndexValue::unknown();
}

/// An index of a reference is evaluated where it is bound: what its variables hold later is another
/// thing, so each such index is a value of its own.
Path pathOutside(const Place& place, const References& references, unsigned& frozen) {
  if (const auto* local = llvm::dyn_cast<LocalPlace>(&place)) {
    if (const auto found = references.find(local->local); found != references.end())
      return found->second;
    const bool isSelf = local->local->isReference() &&
                        (local->local->name == "this" || local->local->name == "self");
    return {local->local, {}, isSelf ? "" : local->local->name, false};
  }
  if (const auto* field = llvm::dyn_cast<FieldPlace>(&place)) {
    Path path = pathOutside(*field->base, references, frozen);
    path.text += path.text.empty() ? "" : ".";
    path.text += llvm::cast<StructType>(field->base->type())->fields()[field->field].name;
    path.steps.push_back({field->field, IndexValue()});
    return path;
  }
  if (const auto* element = llvm::dyn_cast<IndexPlace>(&place)) {
    Path path = pathOutside(*element->base, references, frozen);
    const auto* constant = llvm::dyn_cast<ConstantExpr>(element->index);
    const std::optional<int64_t> value = constant ? integerOf(*constant) : std::nullopt;
    path.text += "[...]";
    path.steps.push_back(
        {std::nullopt, value ? IndexValue::constant(*value)
                             : IndexValue::uniform({1, {"frozen" + std::to_string(++frozen)}})});
    return path;
  }
  return {rootOf(place), {}, rootOf(place)->name, false};
}

} // namespace

References referencesOf(const Function& function) {
  References references;
  unsigned frozen = 0;
  walkStmts(*function.body, [&](const Stmt& stmt) {
    if (const auto* ref = llvm::dyn_cast<RefStmt>(&stmt))
      references[ref->local] = pathOutside(*ref->place, references, frozen);
  });
  return references;
}

std::vector<RegionAccess> regionAccesses(const Stmt& region, const References& references,
                                         bool& isComplete) {
  Written written;
  Walker first(references, written);
  first.region(region);
  for (const RegionAccess& access : first.accesses)
    if (access.isWrite)
      written.insert(writtenKey(access.path));
  Walker second(references, written);
  second.region(region);
  isComplete = first.isComplete && second.isComplete;
  return std::move(second.accesses);
}

} // namespace ringc::analysis

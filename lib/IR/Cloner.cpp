// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Copies nodes of the IR. A local that the copied code declares is copied with it; a free one is
// kept, so that code copied within its own function still means the same.

#include "ringc/IR/Cloner.h"
#include "ringc/Support/Check.h"

namespace ringc::ir {

Location Cloner::loc(Location loc) const {
  const auto index = static_cast<size_t>(loc.file);
  if (index < files_.size())
    loc.file = files_[index];
  return loc;
}

const Type* Cloner::type(const Type* type) {
  TypeTable& types = to_.types;
  switch (type->kind()) {
  case TypeKind::Void:
    return types.voidType();
  case TypeKind::Bool:
    return types.boolType();
  case TypeKind::Context:
    return types.contextType();
  case TypeKind::Int:
    return types.intType(llvm::cast<IntType>(type)->bits(), llvm::cast<IntType>(type)->isSigned());
  case TypeKind::Float:
    return types.floatType(llvm::cast<FloatType>(type)->bits());
  case TypeKind::Array:
    return types.arrayType(this->type(llvm::cast<ArrayType>(type)->element()),
                           llvm::cast<ArrayType>(type)->count());
  case TypeKind::Span:
    return types.spanType(this->type(llvm::cast<SpanType>(type)->element()),
                          llvm::cast<SpanType>(type)->isConst());
  case TypeKind::Cell: {
    const auto* cell = llvm::cast<CellType>(type);
    return types.cellType(this->type(cell->element()), cell->dims(), cell->isConst());
  }
  case TypeKind::Struct:
    break;
  }
  const auto* structType = llvm::cast<StructType>(type);
  if (const StructType* known = types.findStruct(structType->name()))
    return known;
  std::vector<Field> fields;
  for (const Field& field : structType->fields())
    fields.push_back({field.name, this->type(field.type), field.offset, loc(field.loc)});
  return types.addStruct(structType->name().str(), std::move(fields), structType->size(),
                         structType->align(), loc(structType->loc()));
}

Local* Cloner::local(Local* local) {
  if (Local* mapped = locals_.lookup(local))
    return mapped;
  if (Place* place = places_.lookup(local)) {
    auto* root = llvm::dyn_cast<LocalPlace>(place);
    RINGC_CHECK(root, "local '" + local->name + "' is used as a whole but mapped to a part");
    return root->local;
  }
  Local* copied = copied_.lookup(local);
  return copied ? copied : local;
}

Local* Cloner::declare(Local* local) {
  if (!local)
    return nullptr;
  if (Local* mapped = locals_.lookup(local))
    return mapped;
  auto* copy = to_.make<Local>(local->kind, local->name, type(local->type), loc(local->loc));
  copy->space = local->space;
  copy->isConst = local->isConst;
  copied_[local] = copy;
  return copy;
}

Place* Cloner::place(const Place* place) {
  const Location at = loc(place->loc());
  switch (place->kind()) {
  case PlaceKind::Local: {
    Local* from = llvm::cast<LocalPlace>(place)->local;
    if (Place* mapped = places_.lookup(from))
      return Cloner(to_).place(mapped); // a node occurs once: every use gets its own copy
    return to_.make<LocalPlace>(local(from), at);
  }
  case PlaceKind::Field: {
    const auto* field = llvm::cast<FieldPlace>(place);
    return to_.make<FieldPlace>(this->place(field->base), field->field, at);
  }
  case PlaceKind::Index: {
    const auto* index = llvm::cast<IndexPlace>(place);
    Place* base = this->place(index->base);
    return to_.make<IndexPlace>(base, expr(index->index), at);
  }
  case PlaceKind::SpanElement: {
    const auto* element = llvm::cast<SpanElementPlace>(place);
    return to_.make<SpanElementPlace>(local(element->span), expr(element->index), at);
  }
  case PlaceKind::Cell: {
    const auto* cell = llvm::cast<CellPlace>(place);
    return to_.make<CellPlace>(local(cell->cell), cell->dx, cell->dy, cell->dz, at);
  }
  }
  RINGC_UNREACHABLE("unknown place kind");
}

std::vector<Expr*> Cloner::exprs(const std::vector<Expr*>& exprs) {
  std::vector<Expr*> copies;
  for (const Expr* one : exprs)
    copies.push_back(expr(one));
  return copies;
}

Expr* Cloner::expr(const Expr* expr) {
  if (!expr)
    return nullptr;
  const Location at = loc(expr->loc());
  switch (expr->kind()) {
  case ExprKind::Constant:
    return to_.make<ConstantExpr>(type(expr->type()), llvm::cast<ConstantExpr>(expr)->bits, at);
  case ExprKind::Load:
    return to_.make<LoadExpr>(place(llvm::cast<LoadExpr>(expr)->place), at);
  case ExprKind::Unary: {
    const auto* unary = llvm::cast<UnaryExpr>(expr);
    return to_.make<UnaryExpr>(unary->op, this->expr(unary->operand), at);
  }
  case ExprKind::Binary: {
    const auto* binary = llvm::cast<BinaryExpr>(expr);
    Expr* lhs = this->expr(binary->lhs);
    return to_.make<BinaryExpr>(binary->op, type(binary->type()), lhs, this->expr(binary->rhs), at);
  }
  case ExprKind::Cast: {
    const auto* cast = llvm::cast<CastExpr>(expr);
    return to_.make<CastExpr>(cast->castKind, type(cast->type()), this->expr(cast->operand), at);
  }
  case ExprKind::Select: {
    const auto* select = llvm::cast<SelectExpr>(expr);
    Expr* condition = this->expr(select->condition);
    Expr* ifTrue = this->expr(select->ifTrue);
    return to_.make<SelectExpr>(condition, ifTrue, this->expr(select->ifFalse), at);
  }
  case ExprKind::Builtin: {
    const auto* builtin = llvm::cast<BuiltinExpr>(expr);
    return to_.make<BuiltinExpr>(builtin->builtin, type(builtin->type()), exprs(builtin->args), at);
  }
  case ExprKind::Construct:
    return to_.make<ConstructExpr>(type(expr->type()), exprs(llvm::cast<ConstructExpr>(expr)->args),
                                   at);
  case ExprKind::Extract: {
    const auto* extract = llvm::cast<ExtractExpr>(expr);
    return to_.make<ExtractExpr>(this->expr(extract->base), extract->field, at);
  }
  case ExprKind::SpanSize:
    return to_.make<SpanSizeExpr>(local(llvm::cast<SpanSizeExpr>(expr)->span), type(expr->type()),
                                  at);
  case ExprKind::CellInfo: {
    const auto* info = llvm::cast<CellInfoExpr>(expr);
    return to_.make<CellInfoExpr>(local(info->cell), info->info, type(info->type()), at);
  }
  case ExprKind::ContextInfo:
    return to_.make<ContextInfoExpr>(llvm::cast<ContextInfoExpr>(expr)->info, type(expr->type()),
                                     at);
  }
  RINGC_UNREACHABLE("unknown expression kind");
}

Block* Cloner::block(const Block* block) {
  if (!block)
    return nullptr;
  auto* copy = to_.make<Block>(loc(block->loc()));
  for (const Stmt* one : block->stmts)
    copy->stmts.push_back(stmt(one));
  return copy;
}

Stmt* Cloner::callStmt(const CallStmt& call) {
  std::vector<Argument> args;
  for (const Argument& argument : call.args) {
    if (const auto* value = std::get_if<Expr*>(&argument))
      args.emplace_back(expr(*value));
    else
      args.emplace_back(place(std::get<Place*>(argument)));
  }
  Function* mapped = functions_.lookup(call.callee);
  return to_.make<CallStmt>(declare(call.result), mapped ? mapped : call.callee, std::move(args),
                            loc(call.loc()));
}

Stmt* Cloner::loopStmt(const LoopStmt& loop) {
  Block* init = block(loop.init);
  Expr* condition = expr(loop.condition);
  Block* step = block(loop.step);
  return to_.make<LoopStmt>(init, condition, loop.testAtEnd, step, block(loop.body),
                            loc(loop.loc()));
}

Stmt* Cloner::switchStmt(const SwitchStmt& select) {
  Expr* selector = expr(select.selector);
  std::vector<SwitchCase> cases;
  for (const SwitchCase& one : select.cases)
    cases.push_back({one.values, one.isDefault, block(one.body)});
  return to_.make<SwitchStmt>(selector, std::move(cases), loc(select.loc()));
}

Stmt* Cloner::atomicStmt(const AtomicStmt& atomic) {
  Place* where = place(atomic.place);
  Expr* operand = expr(atomic.operand);
  Expr* expected = expr(atomic.expected);
  return to_.make<AtomicStmt>(declare(atomic.result), atomic.op, where, operand, expected,
                              atomic.order, atomic.scope, loc(atomic.loc()));
}

Stmt* Cloner::reduceStmt(const ReduceStmt& reduce) {
  auto* copy = to_.make<ReduceStmt>(loc(reduce.loc()));
  copy->count = expr(reduce.count);
  copy->init = expr(reduce.init);
  copy->index = declare(reduce.index);
  copy->body = block(reduce.body);
  copy->value = expr(reduce.value);
  copy->left = declare(reduce.left);
  copy->right = declare(reduce.right);
  copy->combineBody = block(reduce.combineBody);
  copy->combined = expr(reduce.combined);
  copy->scanned = declare(reduce.scanned);
  copy->eachBody = block(reduce.eachBody);
  copy->isExclusive = reduce.isExclusive;
  copy->result = declare(reduce.result);
  return copy;
}

Stmt* Cloner::stmt(const Stmt* stmt) {
  const Location at = loc(stmt->loc());
  switch (stmt->kind()) {
  case StmtKind::Block:
    return block(llvm::cast<Block>(stmt));
  case StmtKind::Decl: {
    const auto* decl = llvm::cast<DeclStmt>(stmt);
    Expr* init = expr(decl->init);
    return to_.make<DeclStmt>(declare(decl->local), init, at);
  }
  case StmtKind::Ref: {
    const auto* ref = llvm::cast<RefStmt>(stmt);
    Place* bound = place(ref->place);
    return to_.make<RefStmt>(declare(ref->local), bound, at);
  }
  case StmtKind::Store: {
    const auto* store = llvm::cast<StoreStmt>(stmt);
    Place* where = place(store->place);
    return to_.make<StoreStmt>(where, expr(store->value), at);
  }
  case StmtKind::Call:
    return callStmt(*llvm::cast<CallStmt>(stmt));
  case StmtKind::If: {
    const auto* branch = llvm::cast<IfStmt>(stmt);
    Expr* condition = expr(branch->condition);
    Block* thenBlock = block(branch->thenBlock);
    return to_.make<IfStmt>(condition, thenBlock, block(branch->elseBlock), at);
  }
  case StmtKind::Loop:
    return loopStmt(*llvm::cast<LoopStmt>(stmt));
  case StmtKind::Switch:
    return switchStmt(*llvm::cast<SwitchStmt>(stmt));
  case StmtKind::Break:
    return to_.make<BreakStmt>(at);
  case StmtKind::Continue:
    return to_.make<ContinueStmt>(at);
  case StmtKind::Return:
    return to_.make<ReturnStmt>(expr(llvm::cast<ReturnStmt>(stmt)->value), at);
  case StmtKind::Barrier:
    return to_.make<BarrierStmt>(at);
  case StmtKind::UniformLoad: {
    const auto* load = llvm::cast<UniformLoadStmt>(stmt);
    Place* shared = place(load->shared);
    return to_.make<UniformLoadStmt>(declare(load->result), shared, at);
  }
  case StmtKind::Atomic:
    return atomicStmt(*llvm::cast<AtomicStmt>(stmt));
  case StmtKind::Send: {
    const auto* send = llvm::cast<SendStmt>(stmt);
    Expr* message = expr(send->message);
    Expr* target = expr(send->target);
    return to_.make<SendStmt>(send->sendKind, declare(send->result), target, message, at);
  }
  case StmtKind::Fail:
    return to_.make<FailStmt>(expr(llvm::cast<FailStmt>(stmt)->code), at);
  case StmtKind::Stop:
    return to_.make<StopStmt>(at);
  case StmtKind::ParallelFor: {
    const auto* parallel = llvm::cast<ParallelForStmt>(stmt);
    Expr* count = expr(parallel->count);
    Local* index = declare(parallel->index);
    return to_.make<ParallelForStmt>(index, count, block(parallel->body), at);
  }
  case StmtKind::Reduce:
    return reduceStmt(*llvm::cast<ReduceStmt>(stmt));
  }
  RINGC_UNREACHABLE("unknown statement kind");
}

Function* Cloner::function(const Function& function) {
  auto* copy = to_.make<Function>(function.kind, function.name, type(function.returnType),
                                  loc(function.loc));
  copy->signature = function.signature;
  copy->blockSize = function.blockSize;
  for (Local* param : function.params)
    copy->params.push_back(declare(param));
  for (Local* shared : function.shared)
    copy->shared.push_back(declare(shared));
  copy->body = block(function.body);
  functions_[&function] = copy;
  return copy;
}

std::unique_ptr<Module> clone(const Module& module) {
  auto copy = std::make_unique<Module>(module.name);
  copy->files = module.files;
  Cloner cloner(*copy);
  for (const StructType* type : module.types.structs())
    cloner.type(type);
  for (const Message& message : module.messages)
    copy->messages.push_back({llvm::cast<StructType>(cloner.type(message.type)), message.typeId});
  llvm::DenseMap<const Function*, Function*> functions;
  for (const Function* function : module.functions) {
    Function* copied = cloner.function(*function);
    functions[function] = copied;
    copy->functions.push_back(copied);
  }
  for (const Actor& actor : module.actors) {
    Actor copied{
        llvm::cast<StructType>(cloner.type(actor.state)), actor.scope, {}, actor.typeId, actor.loc};
    for (const Handler& handler : actor.handlers)
      copied.handlers.push_back({functions.lookup(handler.function),
                                 llvm::cast<StructType>(cloner.type(handler.message))});
    copy->actors.push_back(std::move(copied));
  }
  return copy;
}

} // namespace ringc::ir

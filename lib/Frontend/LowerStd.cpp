// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is known of <algorithm>, <utility>, <bit>, <array> and <span>, by name; ring::min and its
// like among them.

#include "FunctionLowering.h"
#include "llvm/ADT/StringSwitch.h"

namespace ringc {

/// min, max and clamp, of values, references or a list.
FunctionLowering::CallResult FunctionLowering::selectOf(const clang::CallExpr* e,
                                                        ir::Builtin builtin) {
  std::vector<const clang::Expr*> args(e->arg_begin(), e->arg_end());
  if (args.size() == 1) { // std::min({a, b, c})
    const clang::Expr* list = args[0]->IgnoreImplicit();
    if (const auto* made = llvm::dyn_cast<clang::CXXStdInitializerListExpr>(list))
      list = made->getSubExpr()->IgnoreImplicit();
    const auto* inits = llvm::dyn_cast<clang::InitListExpr>(list);
    if (!inits || inits->getNumInits() == 0)
      return m_.unsupported.refuseStmt(*e), failure();
    args.assign(inits->inits().begin(), inits->inits().end());
  } else if (args.size() != 2) {
    return refuse(e->getSourceRange(), DiagId::NotSupportedYet, "a comparison of your own here"),
           failure();
  }
  Operands operands(*this, /*isUnsequenced=*/true);
  for (const clang::Expr* arg : args)
    if (!operands.addValue(arg))
      return failure();
  ir::Expr* result = operands.value(0);
  for (size_t i = 0; i < operands.size(); ++i) {
    ir::Expr* arg = operands.value(i);
    if (!llvm::isa<ir::IntType, ir::FloatType>(arg->type()) || arg->type() != result->type())
      return refuse(e->getSourceRange(), DiagId::NotSupportedYet,
                    "a comparison of other than numbers"),
             failure();
    if (i != 0)
      result = make<ir::BuiltinExpr>(builtin, result->type(), std::vector<ir::Expr*>{result, arg},
                                     at(e->getExprLoc()));
  }
  return this->result(result);
}

FunctionLowering::CallResult FunctionLowering::swapCall(const clang::CallExpr* e) {
  Operands operands(*this, /*isUnsequenced=*/false);
  if (!operands.addPlace(e->getArg(0)) || !operands.addPlace(e->getArg(1)))
    return failure();
  ir::Place* a = freeze(operands.place(0));
  ir::Place* b = freeze(operands.place(1));
  if (a->type() != b->type())
    return m_.unsupported.refuseStmt(*e), failure();
  const clang::SourceLocation loc = e->getExprLoc();
  ir::Local* kept = declare("swapped", load(copy(a), loc), loc);
  store(a, load(copy(b), loc), loc);
  store(b, loadLocal(kept, loc), loc);
  return done();
}

std::optional<FunctionLowering::CallResult>
FunctionLowering::stdCall(const clang::CallExpr* e, const clang::FunctionDecl* callee,
                          llvm::StringRef name) {
  const clang::SourceLocation loc = e->getExprLoc();
  if (name == "std::min" || name == "ring::min")
    return selectOf(e, ir::Builtin::Min);
  if (name == "std::max" || name == "ring::max")
    return selectOf(e, ir::Builtin::Max);
  if ((name == "std::clamp" || name == "ring::clamp") && e->getNumArgs() == 3) {
    Operands operands(*this, /*isUnsequenced=*/true);
    for (const clang::Expr* arg : e->arguments())
      if (!operands.addValue(arg))
        return failure();
    const ir::Type* type = operands.value(0)->type();
    if (!llvm::isa<ir::IntType, ir::FloatType>(type))
      return m_.unsupported.refuseStmt(*e), failure();
    ir::Expr* low = make<ir::BuiltinExpr>(
        ir::Builtin::Max, type, std::vector<ir::Expr*>{operands.value(0), operands.value(1)},
        at(loc));
    return result(make<ir::BuiltinExpr>(ir::Builtin::Min, type,
                                        std::vector<ir::Expr*>{low, operands.value(2)}, at(loc)));
  }
  if ((name == "std::abs" || name == "abs" || name == "labs" || name == "llabs" ||
       name == "ring::abs") &&
      e->getNumArgs() == 1) { // of integers; of floats it is mathCall's
    ir::Expr* arg = value(e->getArg(0));
    if (!arg)
      return failure();
    return result(
        make<ir::BuiltinExpr>(ir::Builtin::Abs, arg->type(), std::vector<ir::Expr*>{arg}, at(loc)));
  }
  if ((name == "std::swap" || name == "std::ranges::swap") && e->getNumArgs() == 2)
    return swapCall(e);
  if ((name == "std::move" || name == "std::forward" || name == "std::as_const") &&
      e->getNumArgs() == 1) {
    ir::Place* same = place(e->getArg(0));
    return same ? result(same) : failure();
  }
  if (name == "std::bit_cast" && e->getNumArgs() == 1) {
    ir::Expr* from = value(e->getArg(0));
    const ir::Type* to = type(callee->getReturnType(), e->getSourceRange());
    if (!from || !to)
      return failure();
    if (!from->type()->isScalar() || !to->isScalar() || from->type()->size() != to->size() ||
        to == types().boolType() || from->type() == types().boolType())
      return refuse(e->getSourceRange(), DiagId::NotSupportedYet,
                    "'std::bit_cast' of other than numbers"),
             failure();
    if (from->type() == to)
      return result(from);
    return result(make<ir::CastExpr>(ir::CastKind::Bitcast, to, from, at(loc)));
  }
  if (name == "std::get" && e->getNumArgs() == 1 && callee->getTemplateSpecializationArgs()) {
    const clang::TemplateArgument& number = callee->getTemplateSpecializationArgs()->get(0);
    ir::Place* base = place(e->getArg(0));
    if (!base)
      return failure();
    if (number.getKind() == clang::TemplateArgument::Integral &&
        llvm::isa<ir::ArrayType>(base->type()))
      return result(
          element(base, integer(types().u32(), number.getAsIntegral().getZExtValue(), loc), loc));
  }
  if ((name == "std::size" || name == "std::ssize") && e->getNumArgs() == 1) {
    ir::Place* base = place(e->getArg(0));
    const ir::Type* made = type(callee->getReturnType(), e->getSourceRange());
    if (!base || !made)
      return failure();
    if (const auto* array = llvm::dyn_cast<ir::ArrayType>(base->type()))
      return result(integer(made, array->count(), loc));
    if (llvm::isa<ir::SpanType>(base->type()))
      return result(
          convert(make<ir::SpanSizeExpr>(ir::rootOf(*base), types().intType(64, false), at(loc)),
                  made, loc));
  }
  return std::nullopt;
}

/// Members of std::array, ring::Array and std::span.
std::optional<FunctionLowering::CallResult>
FunctionLowering::sequenceCall(const clang::CallExpr* e, const clang::Expr* object, bool isArrow,
                               llvm::StringRef method) {
  const clang::SourceLocation loc = e->getExprLoc();
  if (method == "operator=" && names().known(object->getType()) == KnownRecord::StdArray)
    return std::nullopt; // a trivial assignment
  Operands operands(*this, /*isUnsequenced=*/false);
  if (!operands.add(object, [&](ir::Expr*&, ir::Place*& to) {
        to = objectPlace(object, isArrow);
        return to != nullptr;
      }))
    return failure();
  ir::Place* base = operands.place(0);
  const auto* array = llvm::dyn_cast<ir::ArrayType>(base->type());
  if (!array && !(llvm::isa<ir::SpanType>(base->type()) && llvm::isa<ir::LocalPlace>(base)))
    return m_.unsupported.refuseStmt(*e), failure();
  const ir::Type* u64 = types().intType(64, false);
  const auto size = [&]() -> ir::Expr* {
    if (array)
      return integer(u64, array->count(), loc);
    return make<ir::SpanSizeExpr>(ir::rootOf(*base), u64, at(loc));
  };
  if (method == "operator[]") {
    if (!operands.addValue(e->getArg(e->getNumArgs() - 1)))
      return failure();
    return result(element(operands.place(0), operands.value(1), loc));
  }
  if (method == "size")
    return result(size());
  if (method == "empty")
    return result(array ? integer(types().boolType(), 0, loc)
                        : arithmetic(clang::BO_EQ, size(), integer(u64, 0, loc), loc));
  if (method == "front")
    return result(element(base, integer(array ? types().u32() : u64, 0, loc), loc));
  if (method == "back" && array)
    return result(element(base, integer(types().u32(), array->count() - 1, loc), loc));
  if (method == "back")
    return result(element(base, arithmetic(clang::BO_Sub, size(), integer(u64, 1, loc), loc), loc));
  if (method == "fill" && array && e->getNumArgs() == 1) {
    if (!operands.addValue(e->getArg(0)))
      return failure();
    base = freeze(operands.place(0));
    ir::Local* filler = declare("filler", operands.value(1), loc);
    ir::Local* index = makeVariable("index", types().u32(), loc, false);
    Block* init =
        inBlock(loc, [&] { emit<ir::DeclStmt>(index, integer(types().u32(), 0, loc), at(loc)); });
    Block* step = inBlock(loc, [&] {
      store(makePlace(index),
            arithmetic(clang::BO_Add, loadLocal(index, loc), integer(types().u32(), 1, loc), loc),
            loc);
    });
    Block* body = inBlock(loc, [&] {
      store(element(copy(base), loadLocal(index, loc), loc), loadLocal(filler, loc), loc);
    });
    ir::Expr* test = arithmetic(clang::BO_LT, loadLocal(index, loc),
                                integer(types().u32(), array->count(), loc), loc);
    emit<ir::LoopStmt>(init, test, false, step, body, at(loc));
    return done();
  }
  if (method == "at")
    return refuse(e->getSourceRange(), DiagId::RefusedThrowingAt), failure();
  if (method == "data" || method == "begin" || method == "end")
    return refuse(e->getSourceRange(), DiagId::RefusedPointer), failure();
  return refuse(e->getSourceRange(), DiagId::LibraryFunctionUnknown,
                names().plain(*e->getDirectCallee())),
         failure();
}

} // namespace ringc

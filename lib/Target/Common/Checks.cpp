// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shared refusals.

#include "Checks.h"
#include "Usage.h"
#include "ringc/IR/Walk.h"
#include "ringc/Support/Check.h"

namespace ringc::target {

using namespace ir;

SourcePlace placeOf(const Module& module, Location loc) {
  return {module.files[static_cast<size_t>(loc.file)], loc.line, loc.column};
}

void requireAbi(const Module& module) {
  const auto require = [&](const char* name) {
    RINGC_CHECK(module.types.findStruct(name),
                "the module lacks the layout of " + llvm::Twine(name));
  };
  if (!module.actors.empty())
    for (const char* name :
         {"ring::ActorId", "ring::abi::Envelope", "ring::abi::RoundParams",
          "ring::abi::RoundControl", "ring::abi::Activation", "ring::abi::ActivationResult"})
      require(name);
  for (const Function* function : module.functions)
    if (function->kind == FunctionKind::Stencil)
      require("ring::abi::SweepHeader");
}

static bool holdsDouble(const Type* type) {
  if (const auto* array = llvm::dyn_cast<ArrayType>(type))
    return holdsDouble(array->element());
  if (const auto* span = llvm::dyn_cast<SpanType>(type))
    return holdsDouble(span->element());
  if (const auto* cell = llvm::dyn_cast<CellType>(type))
    return holdsDouble(cell->element());
  return llvm::isa<FloatType>(type) &&
         type->size() == 8; // a struct's fields are seen by themselves
}

/// The first expression of the function that is a double although nothing it declares is: an
/// arithmetic conversion or a literal without suffix.
static const Expr* firstDouble(const Function& function) {
  const Expr* first = nullptr;
  walkExprs(*function.body, [&](const Expr& expr) {
    if (!first && llvm::isa<ConstantExpr, CastExpr>(expr) && holdsDouble(expr.type()))
      first = &expr;
  });
  return first;
}

void checkNoDouble(const Module& module, llvm::StringRef target, DiagnosticEngine& diagnostics) {
  bool found = false;
  const auto check = [&](const Type* type, Location loc) {
    if (!holdsDouble(type))
      return;
    found = true;
    diagnostics.report(DiagId::TargetNoDouble, placeOf(module, loc), target);
  };
  for (const StructType* type : usedStructs(module))
    for (const Field& field : type->fields())
      check(field.type, field.loc);
  for (const Function* function : module.functions) {
    found = false;
    for (const Local* param : function->params)
      check(param->type, param->loc);
    for (const Local* shared : function->shared)
      check(shared->type, shared->loc);
    walkStmts(*function->body, [&](const Stmt& stmt) {
      if (const auto* decl = llvm::dyn_cast<DeclStmt>(&stmt))
        check(decl->local->type, decl->local->loc);
    });
    if (!found)
      check(function->returnType, function->loc);
    const Expr* expr = found ? nullptr : firstDouble(*function);
    if (expr)
      check(expr->type(), expr->loc());
  }
}

void checkRelaxed(const Module& module, llvm::StringRef target, DiagnosticEngine& diagnostics) {
  static constexpr const char* kNames[] = {"relaxed", "acquire", "release", "acquire-release",
                                           "sequentially consistent"};
  walkModule(module, [&](const Stmt& stmt) {
    const auto* atomic = llvm::dyn_cast<AtomicStmt>(&stmt);
    if (atomic && atomic->order != MemoryOrder::Relaxed)
      diagnostics.report(DiagId::TargetMemoryOrder, placeOf(module, stmt.loc()), target,
                         kNames[static_cast<size_t>(atomic->order)]);
  });
}

void checkBlockSize(const Module& module, llvm::StringRef target, uint32_t limit,
                    DiagnosticEngine& diagnostics) {
  for (const Function* function : module.functions) {
    const uint64_t threads =
        uint64_t(function->blockSize[0]) * function->blockSize[1] * function->blockSize[2];
    if (function->kind == FunctionKind::Kernel && threads > limit)
      diagnostics.report(DiagId::TargetBlockSize, placeOf(module, function->loc), function->name,
                         threads, target, limit);
  }
}

void checkShared(const Module& legalised, llvm::StringRef target, uint64_t limit,
                 DiagnosticEngine& diagnostics) {
  for (const Function* function : legalised.functions) {
    uint64_t bytes = 0;
    for (const Local* shared : function->shared)
      bytes += (shared->type->size() + 15) / 16 * 16;
    if (bytes > limit)
      diagnostics.report(DiagId::TargetSharedMemory, placeOf(legalised, function->loc),
                         function->name, bytes, target, limit);
  }
}

} // namespace ringc::target

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A function as a whole: its shape by kind, its parameters and the scopes of its locals.

#include "FunctionVerifier.h"
#include "ringc/IR/Limits.h"
#include "ringc/IR/Printer.h"
#include "ringc/IR/Walk.h"
#include "llvm/ADT/STLExtras.h"

namespace ringc::ir {

namespace {

constexpr size_t maxShownStatement = 100;

bool isView(const Type& type) {
  return type.kind() == TypeKind::Span || type.kind() == TypeKind::Cell ||
         type.kind() == TypeKind::Context;
}

} // namespace

/// The statement that is being verified, for messages; nothing for those that hold blocks.
std::string FunctionVerifier::statementText() {
  if (!current_ || llvm::isa<Block, SwitchStmt>(current_) || !childBlocks(*current_).empty())
    return "";
  if (textOf_ != current_) {
    textOf_ = current_;
    text_ = toString(*current_);
    if (text_.size() > maxShownStatement)
      text_ = text_.substr(0, maxShownStatement) + "...";
  }
  return ", in '" + text_ + "'";
}

/// `local` becomes visible from here to the end of the current scope.
bool FunctionVerifier::declare(const Local* local, LocalKind kind) {
  if (!shared_.checkLocation(local->loc))
    return false;
  if (!require(local->kind == kind, "local.c1", local->loc,
               "'{}' is declared as what it is not: its kind is {}, not {}", local->name,
               static_cast<int>(local->kind), static_cast<int>(kind)) ||
      !require(declared_.insert(local).second, "local.c2", local->loc, "'{}' is declared twice",
               local->name))
    return false;
  visible_.push_back(local);
  visibleSet_.insert(local);
  require(local->isReference() || local->space == AddressSpace::Function, "local.c4", local->loc,
          "'{}' is no reference but has the address space '{}'", local->name, spell(local->space));
  const bool mayBeView = kind == LocalKind::ValueParameter;
  return mayBeView && local->type && isView(*local->type)
             ? shared_.checkType(local->type, local->loc)
             : shared_.checkStorage(local->type, local->loc);
}

bool FunctionVerifier::use(const Local* local, Location loc) {
  return require(visibleSet_.contains(local), "local.c3", loc,
                 "'{}' is not declared here or no longer in scope", local->name);
}

bool FunctionVerifier::requireContext(llvm::StringRef constraint, const Stmt& stmt,
                                      llvm::StringRef what) {
  return require(hasContext(), constraint, stmt.loc(),
                 "{} needs a parameter of type 'context'; '{}' has none", what, function_.name);
}

/// Where a message may be sent or the actor be stopped.
bool FunctionVerifier::requireEffectPlace(llvm::StringRef constraint, const Stmt& stmt,
                                          llvm::StringRef what) {
  facts_.hasEffect = true;
  return requireContext(constraint, stmt, what) &&
         require(!control_.isInRegion, "parallel.c3", stmt.loc(), "{} in a parallel region", what);
}

void FunctionVerifier::parameter(const Local& param) {
  declare(&param, param.isReference() ? LocalKind::ReferenceParameter : LocalKind::ValueParameter);
  if (param.type && param.type->kind() == TypeKind::Context) {
    require(!context_, "function.c3", param.loc, "'{}' is a second parameter of type 'context'",
            param.name);
    context_ = &param;
  }
}

void FunctionVerifier::handlerShape() {
  const auto isReferenceTo = [](const Local& param, AddressSpace space) {
    return param.kind == LocalKind::ReferenceParameter && param.space == space && param.type &&
           param.type->kind() == TypeKind::Struct;
  };
  const auto& params = function_.params;
  require(
      params.size() == 3 && isReferenceTo(*params[0], AddressSpace::State) &&
          isReferenceTo(*params[1], AddressSpace::Message) && params[1]->isConst &&
          params[2] == context_ && function_.returnType->kind() == TypeKind::Void,
      "handler.c1", function_.loc,
      "handler '{}' does not take the state by reference, the message by const reference and the "
      "context, or returns a value",
      function_.name);
}

void FunctionVerifier::stencilShape() {
  size_t cells = 0;
  uint32_t dims = 0;
  for (const Local* param : function_.params) {
    const auto* cell = param->type ? llvm::dyn_cast<CellType>(param->type) : nullptr;
    if (!cell)
      break;
    require(dims == 0 || dims == cell->dims(), "stencil.c2", param->loc,
            "cell '{}' has {} dimensions, the one before it {}", param->name, cell->dims(), dims);
    dims = cell->dims();
    ++cells;
  }
  const auto isValue = [](const Local* param) {
    return param->kind == LocalKind::ValueParameter && param->type && hasStorage(*param->type);
  };
  require(cells != 0 && llvm::all_of(llvm::drop_begin(function_.params, cells), isValue) &&
              function_.returnType->kind() == TypeKind::Void,
          "stencil.c1", function_.loc,
          "stencil '{}' does not take one or more cells, then values, or returns a value",
          function_.name);
}

void FunctionVerifier::kernelShape() {
  const auto isArgument = [](const Local* param) {
    return param->kind == LocalKind::ValueParameter && param->type &&
           (hasStorage(*param->type) || param->type->kind() == TypeKind::Span);
  };
  require(llvm::all_of(function_.params, isArgument) &&
              function_.returnType->kind() == TypeKind::Void,
          "kernel.c1", function_.loc,
          "kernel '{}' takes more than spans and values, or returns one", function_.name);
  const auto& size = function_.blockSize;
  // Each factor alone is bounded first: the product of three could wrap.
  const bool isBounded =
      llvm::all_of(size, [](uint32_t axis) { return axis >= 1 && axis <= maxBlockThreads; });
  require(isBounded && uint64_t(size[0]) * size[1] * size[2] <= maxBlockThreads, "kernel.c2",
          function_.loc, "the block of kernel '{}' is {} x {} x {} threads; 1 to {} are possible",
          function_.name, size[0], size[1], size[2], maxBlockThreads);
}

void FunctionVerifier::header() {
  for (const Local* param : function_.params)
    parameter(*param);
  for (const Local* shared : function_.shared)
    declare(shared, LocalKind::Shared);
  if (shared_.checkType(function_.returnType, function_.loc))
    require(function_.returnType->kind() == TypeKind::Void || hasStorage(*function_.returnType),
            "function.c4", function_.loc, "function '{}' returns a value without bytes",
            function_.name);
  switch (function_.kind) {
  case FunctionKind::Device:
    return;
  case FunctionKind::Handler:
    return handlerShape();
  case FunctionKind::Stencil:
    return stencilShape();
  case FunctionKind::Kernel:
    return kernelShape();
  }
}

/// Through all calls, because a callee's cells are the caller's.
void FunctionVerifier::cellFacts() {
  if (function_.kind != FunctionKind::Stencil)
    return;
  for (const Local* param : function_.params) {
    const FunctionFacts::CellUse use = facts_.cells.lookup(param);
    require(!use.isReadAtOffset || !use.isWritten, "stencil.c3", param->loc,
            "field '{}' is read at offsets and written in one sweep", param->name);
  }
}

void FunctionVerifier::run() {
  const Location loc = function_.loc;
  const auto isMissing = [](const Local* local) { return local == nullptr; };
  if (!shared_.checkLocation(loc) ||
      !require(function_.returnType && function_.body &&
                   llvm::none_of(function_.params, isMissing) &&
                   llvm::none_of(function_.shared, isMissing),
               "function.c2", loc,
               "function '{}' has no body, no return type or a missing parameter", function_.name))
    return;
  const unsigned errorsBefore = shared_.diagnostics.errorCount();
  header();
  block(*function_.body);
  current_ = nullptr;
  cellFacts();
  // Only a complete body can be asked where it ends.
  const bool isComplete = shared_.diagnostics.errorCount() == errorsBefore;
  if (isComplete && function_.returnType->kind() != TypeKind::Void)
    require(!completes(*function_.body), "function.c5", loc,
            "control reaches the end of '{}', which returns a value", function_.name);
  shared_.facts[&function_] = std::move(facts_);
}

} // namespace ringc::ir

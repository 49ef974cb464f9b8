// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a module is entered by: messages, actors with their handlers, stencils, kernels.

#include "FunctionLowering.h"

namespace ringc {

/// The layouts that host and device share are part of every module, whether named by the user or
/// not: targets print them.
void ModuleLowering::lowerAbi() {
  const auto lookup = [&](const clang::DeclContext& context, llvm::StringRef name) {
    return context.lookup(&ast.Idents.get(name));
  };
  const auto add = [&](const clang::Decl* decl) {
    const auto* record = llvm::dyn_cast<clang::CXXRecordDecl>(decl);
    if (record && record->isThisDeclarationADefinition() && !record->isTemplated() &&
        !record->isImplicit())
      types.record(*record, record->getLocation());
  };
  for (const clang::NamedDecl* ring : lookup(*ast.getTranslationUnitDecl(), "ring")) {
    const auto* space = llvm::dyn_cast<clang::NamespaceDecl>(ring);
    if (!space)
      continue;
    for (const clang::NamedDecl* id : lookup(*space, "ActorId"))
      add(id);
    for (const clang::NamedDecl* abi : lookup(*space, "abi"))
      if (const auto* first = llvm::dyn_cast<clang::NamespaceDecl>(abi))
        for (const clang::NamespaceDecl* part : first->redecls())
          for (const clang::Decl* decl : part->decls())
            add(decl);
  }
}

void ModuleLowering::lower(const Entities& entities) {
  lowerAbi();
  for (const clang::CXXRecordDecl* record : entities.messages)
    message(*record, record->getLocation());
  for (const ActorEntity& actor : entities.actors)
    lowerActor(actor);
  for (const clang::FunctionDecl* stencil : entities.stencils)
    lowerStencil(*stencil);
  for (const clang::FunctionDecl* kernel : entities.kernels)
    lowerKernel(*kernel);
}

void ModuleLowering::lowerActor(const ActorEntity& actor) {
  const ir::StructType* state = types.record(*actor.record, actor.record->getLocation());
  if (!state)
    return;
  ir::Actor result{
      state, actor.scope, {}, ir::stableTypeId(*state), sources.toIr(actor.record->getLocation())};
  for (const clang::CXXMethodDecl* method : actor.handlers)
    lowerHandler(*method, result);
  module.actors.push_back(std::move(result));
}

void ModuleLowering::lowerHandler(const clang::CXXMethodDecl& method, ir::Actor& result) {
  const clang::FunctionDecl* definition = nullptr;
  const clang::CXXRecordDecl* record = handledMessage(method, names);
  const ir::StructType* handled = record ? message(*record, method.getSourceRange()) : nullptr;
  if (!handled)
    return;
  if (!method.hasBody(definition)) {
    unsupported.refuse(method.getLocation(), DiagId::RefusedBodyNotVisible, names.function(method));
    return;
  }
  const ir::Location loc = sources.toIr(method.getLocation());
  auto* function = module.make<ir::Function>(ir::FunctionKind::Handler, names.function(method),
                                             module.types.voidType(), loc);
  function->signature = names.signature(method);
  FunctionLowering lowering(*this, *function);
  auto* self = module.make<ir::Local>(ir::LocalKind::ReferenceParameter, "self", result.state, loc);
  self->space = ir::AddressSpace::State;
  self->isConst = method.isConst();
  lowering.bindThis(lowering.makePlace(self));
  const auto add = [&](unsigned index, ir::LocalKind kind, llvm::StringRef name,
                       const ir::Type* type) {
    const clang::ParmVarDecl* param = definition->getParamDecl(index);
    if (!param->getName().empty())
      name = param->getName();
    auto* local =
        module.make<ir::Local>(kind, name.str(), type, sources.toIr(param->getLocation()));
    local->isConst = true;
    lowering.bind(param, Binding::of(lowering.makePlace(local)));
    return local;
  };
  ir::Local* message = add(0, ir::LocalKind::ReferenceParameter, "message", handled);
  message->space = ir::AddressSpace::Message;
  ir::Local* context = add(1, ir::LocalKind::ValueParameter, "ctx", module.types.contextType());
  function->params = {self, message, context};

  unsupported.enter({"handler '" + names.function(method) + "'", method.getLocation()});
  lowering.lowerBody(*definition);
  unsupported.leave();
  effects.add(*function);
  module.functions.push_back(function);
  result.handlers.push_back({function, handled});
}

void ModuleLowering::lowerStencil(const clang::FunctionDecl& stencil) {
  const ir::Location loc = sources.toIr(stencil.getLocation());
  auto* function = module.make<ir::Function>(ir::FunctionKind::Stencil, names.function(stencil),
                                             module.types.voidType(), loc);
  function->signature = names.signature(stencil);
  FunctionLowering lowering(*this, *function);
  uint32_t dims = 0;
  for (const clang::ParmVarDecl* param : stencil.parameters()) {
    const bool isReference = param->getType()->isReferenceType();
    const ir::Type* type =
        isReference ? nullptr : types.lower(param->getType(), param->getSourceRange());
    if (!isReference && !type)
      return;
    const auto* cell = llvm::dyn_cast_or_null<ir::CellType>(type);
    if (!type || (!cell && type->size() == 0)) {
      unsupported.refuse(param->getSourceRange(), DiagId::StencilParameter, param->getName().str(),
                         names.type(param->getType()));
      return;
    }
    if (cell && dims != 0 && cell->dims() != dims) {
      unsupported.refuse(param->getSourceRange(), DiagId::StencilDimensions, param->getName().str(),
                         cell->dims(), dims);
      return;
    }
    if (cell)
      dims = cell->dims();
    auto* local = module.make<ir::Local>(ir::LocalKind::ValueParameter, param->getName().str(),
                                         type, sources.toIr(param->getLocation()));
    if (local->name.empty())
      local->name = "unused";
    function->params.push_back(local);
    lowering.bind(param, Binding::of(lowering.makePlace(local)));
  }
  if (dims == 0) {
    unsupported.refuse(stencil.getLocation(), DiagId::StencilWithoutCell, names.function(stencil));
    return;
  }
  unsupported.enter({"stencil '" + names.function(stencil) + "'", stencil.getLocation()});
  lowering.lowerBody(stencil);
  unsupported.leave();
  effects.add(*function);
  module.functions.push_back(function);
}

void ModuleLowering::lowerKernel(const clang::FunctionDecl& kernel) {
  const ir::Location loc = sources.toIr(kernel.getLocation());
  auto* function = module.make<ir::Function>(ir::FunctionKind::Kernel, names.function(kernel),
                                             module.types.voidType(), loc);
  function->signature = names.signature(kernel);
  const auto block = kernelBlock(*findAttribute(kernel, RingAttribute::Kernel), ast, reporter);
  if (!block)
    return;
  function->blockSize = *block;
  FunctionLowering lowering(*this, *function);
  for (const clang::ParmVarDecl* param : kernel.parameters()) {
    const bool isShared = names.known(param->getType()) == KnownRecord::RingShared;
    const bool isReference = param->getType()->isReferenceType();
    if (isShared != isReference) {
      unsupported.refuse(param->getSourceRange(), DiagId::KernelParameter, param->getName().str(),
                         names.type(param->getType()));
      return;
    }
    const ir::Type* type =
        types.lower(param->getType().getNonReferenceType(), param->getSourceRange());
    if (!type)
      return;
    if (type->size() == 0 && !llvm::isa<ir::SpanType>(type)) {
      unsupported.refuse(param->getSourceRange(), DiagId::KernelParameter, param->getName().str(),
                         names.type(param->getType()));
      return;
    }
    auto* local =
        module.make<ir::Local>(isShared ? ir::LocalKind::Shared : ir::LocalKind::ValueParameter,
                               param->getName().str(), type, sources.toIr(param->getLocation()));
    if (local->name.empty())
      local->name = "unused";
    (isShared ? function->shared : function->params).push_back(local);
    lowering.bind(param, Binding::of(lowering.makePlace(local)));
  }
  unsupported.enter({"kernel '" + names.function(kernel) + "'", kernel.getLocation()});
  lowering.lowerBody(kernel);
  unsupported.leave();
  effects.add(*function);
  module.functions.push_back(function);
}

} // namespace ringc

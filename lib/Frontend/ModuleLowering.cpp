// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See ModuleLowering.h: device functions on request. The roots are in LowerRoots.cpp.

#include "FunctionLowering.h"

namespace ringc {

static bool isClosure(clang::QualType type) {
  const clang::CXXRecordDecl* record = type.getNonReferenceType()->getAsCXXRecordDecl();
  return record && record->isLambda();
}

/// No way to change anything that exists outside: then a reference to a constant number is a value.
static bool changesNothing(const clang::FunctionDecl& function) {
  const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(&function);
  if (method && method->isInstance() && !method->isConst())
    return false;
  return llvm::all_of(function.parameters(), [](const clang::ParmVarDecl* param) {
    const clang::QualType type = param->getType();
    return type->isReferenceType() ? type.getNonReferenceType().isConstQualified()
                                   : type->isArithmeticType() || type->isEnumeralType();
  });
}

ParamKind ModuleLowering::paramKind(const clang::FunctionDecl& function,
                                    const clang::ParmVarDecl& param) const {
  const clang::QualType type = param.getType();
  if (isClosure(type))
    return ParamKind::Inline;
  if (!type->isReferenceType())
    return ParamKind::Value;
  const clang::QualType referred = type.getNonReferenceType();
  switch (names.known(referred)) {
  case KnownRecord::StdSpan:
  case KnownRecord::RingCell:
  case KnownRecord::RingContext:
    return ParamKind::Value;
  case KnownRecord::None:
  case KnownRecord::StdArray:
  case KnownRecord::StdOther:
  case KnownRecord::RingShared:
  case KnownRecord::RingGridStride:
    break;
  }
  const bool isNumber = referred->isArithmeticType() || referred->isEnumeralType();
  return isNumber && referred.isConstQualified() && changesNothing(function) ? ParamKind::Value
                                                                             : ParamKind::Reference;
}

ir::Function* ModuleLowering::device(const InstanceKey& key, clang::SourceLocation callSite) {
  for (const InstanceKey& caller : active_)
    if (caller.function == key.function)
      return unsupported.refuse(callSite, DiagId::RefusedRecursion, names.function(*key.function));
  const auto [it, isNew] = instances_.try_emplace(key, nullptr);
  if (!isNew)
    return it->second;
  constexpr size_t maxCallDepth = 128;
  if (active_.size() >= maxCallDepth)
    return unsupported.refuse(callSite, DiagId::NotSupportedYet, "a chain of calls this deep");
  unsupported.enter({names.function(*key.function), callSite});
  active_.push_back(key);
  ir::Function* made = makeDevice(key);
  active_.pop_back();
  unsupported.leave();
  instances_[key] = made;
  return made;
}

static const char* spaceText(ir::AddressSpace space) {
  switch (space) {
  case ir::AddressSpace::Function:
    return "function";
  case ir::AddressSpace::State:
    return "state";
  case ir::AddressSpace::Message:
    return "message";
  case ir::AddressSpace::Buffer:
    return "buffer";
  case ir::AddressSpace::Workgroup:
    return "workgroup";
  }
  return "";
}

/// `(float &) const [state, function]`: instances for other address spaces are other functions.
static std::string instanceSignature(std::string signature, const InstanceKey& key) {
  for (size_t i = 0; i < key.spaces.size(); ++i)
    signature += std::string(i == 0 ? " [" : ", ") + spaceText(key.spaces[i]);
  return key.spaces.empty() ? signature : signature + "]";
}

ir::Function* ModuleLowering::makeDevice(const InstanceKey& key) {
  const clang::FunctionDecl& definition = *key.function;
  const ir::Type* returned =
      types.lower(definition.getReturnType(), definition.getReturnTypeSourceRange());
  if (!returned)
    return nullptr;
  auto* function = module.make<ir::Function>(ir::FunctionKind::Device, names.function(definition),
                                             returned, sources.toIr(definition.getLocation()));
  function->signature = instanceSignature(names.signature(definition), key);
  FunctionLowering lowering(*this, *function);
  size_t space = 0;
  if (key.thisType) {
    const auto& method = llvm::cast<clang::CXXMethodDecl>(definition);
    auto* self = module.make<ir::Local>(ir::LocalKind::ReferenceParameter, "self", key.thisType,
                                        sources.toIr(definition.getLocation()));
    self->space = key.spaces[space++];
    self->isConst = method.isConst();
    function->params.push_back(self);
    lowering.bindThis(lowering.makePlace(self));
  }
  for (const clang::ParmVarDecl* param : definition.parameters()) {
    const ir::Type* type =
        types.lower(param->getType().getNonReferenceType(), param->getSourceRange());
    if (!type)
      return nullptr;
    const bool isReference =
        type->size() != 0 && paramKind(definition, *param) == ParamKind::Reference;
    auto* local = module.make<ir::Local>(
        isReference ? ir::LocalKind::ReferenceParameter : ir::LocalKind::ValueParameter,
        param->getName().str(), type, sources.toIr(param->getLocation()));
    if (isReference) {
      local->space = key.spaces[space++];
      local->isConst = param->getType().getNonReferenceType().isConstQualified();
    }
    if (local->name.empty())
      local->name = "unused";
    function->params.push_back(local);
    lowering.bind(param, Binding::of(lowering.makePlace(local)));
  }
  if (const auto* constructor = llvm::dyn_cast<clang::CXXConstructorDecl>(&definition))
    lowering.lowerConstructor(*constructor);
  else
    lowering.lowerBody(definition);
  effects.add(*function);
  module.functions.push_back(function);
  return function;
}

const ir::StructType* ModuleLowering::message(const clang::CXXRecordDecl& record,
                                              clang::SourceRange use) {
  const ir::StructType* type = types.record(record, use);
  if (type && !module.findMessage(type))
    module.messages.push_back({type, ir::stableTypeId(*type)});
  return type;
}

} // namespace ringc

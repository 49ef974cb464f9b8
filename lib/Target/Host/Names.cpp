// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Names of generated host code. They begin with `ring_` or end in `_info` and stand in a namespace
// of their own, so that nothing of the user's is hidden.

#include "Names.h"
#include "ringc/Target/Common/Names.h"
#include "ringc/Target/Host/Host.h"

namespace ringc::host {

std::string typeName(const ir::StructType& type) { return "::" + type.name().str(); }

std::string identity(const ir::StructType& type) { return "type " + type.name().str(); }

std::string identity(const ir::Function& function) {
  return "function " + function.name + function.signature;
}

bool isLaunched(const ir::Function& function) {
  return function.kind == ir::FunctionKind::Kernel || function.kind == ir::FunctionKind::Stencil;
}

void addIdentities(const ir::Module& module, llvm::StringSet<>& identities) {
  for (const ir::Message& message : module.messages)
    identities.insert(identity(*message.type));
  for (const ir::Actor& actor : module.actors)
    identities.insert(identity(*actor.state));
  for (const ir::Function* function : module.functions)
    if (isLaunched(*function))
      identities.insert(identity(*function));
}

Names::Names(const ir::Module& module)
    : module_(module), space_("ring_module_" + target::mangle(module.name)) {
  target::NameScope scope;
  auto add = [&](const void* entity, llvm::StringRef name) {
    constants_.try_emplace(entity, scope.take(target::mangle(name) + "_info"));
  };
  for (const ir::Message& message : module.messages)
    add(message.type, message.type->name());
  for (const ir::Actor& actor : module.actors)
    add(actor.state, actor.state->name());
  for (const ir::Function* function : module.functions)
    if (isLaunched(*function))
      add(function, function->name);
}

std::string Names::pointerTo(const ir::Function& function) const {
  const std::string address = "&::" + function.name;
  for (const ir::Function* other : module_.functions)
    if (other != &function && other->name == function.name)
      return "static_cast<void (*)" + function.signature + ">(" + address + ")";
  return address;
}

} // namespace ringc::host

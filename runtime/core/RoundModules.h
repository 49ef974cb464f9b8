// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Modules on a device that runs rounds: which source goes to it, pipelines by actor, kernel and
// stencil, and message indices, which are dense here and the module's own in emitted code.
#ifndef RINGKERNEL_RUNTIME_CORE_ROUNDMODULES_H
#define RINGKERNEL_RUNTIME_CORE_ROUNDMODULES_H

#include "runtime/core/Registry.h"
#include <ringkernel/device.h>

#include <ringkernel/runtime.h>

#include <map>
#include <unordered_map>
#include <vector>

namespace ring::runtime {

/// What a round needs to know of an actor type.
struct RoundActor {
  PipelineId pipeline{};
  std::uint32_t lanes = 0;    ///< threads of a workgroup
  std::uint32_t perGroup = 1; ///< activations of a workgroup
  const ActorType* type = nullptr;
  std::vector<TypeIndex> denseOf;     ///< by the module's message index
  std::vector<std::uint16_t> localOf; ///< by TypeIndex; kNoType: not of this module
  std::vector<std::uint32_t> sendsOf; ///< by handler: the most that one message sends
  std::uint32_t largestMessage = 0;   ///< bytes, of the module

  TypeIndex dense(std::uint16_t local) const {
    return local < denseOf.size() ? denseOf[local] : kNoType;
  }
  std::uint16_t local(TypeIndex dense) const {
    return dense < localOf.size() ? localOf[dense] : kNoType;
  }
};

/// The module's source in a language; Unsupported, with the way out, where it has none.
Result<std::string_view> sourceOf(const ModuleInfo& module, ShaderLanguage language);

class RoundModules {
public:
  RoundModules(ComputeDevice& device, ShaderLanguage language, Registry& registry)
      : device_(device), language_(language), registry_(registry) {}

  /// Compiles an actor's entry point at first use. Unsupported where its module has no source for
  /// this device. Valid as long as this.
  Result<const RoundActor*> actor(const ActorType& type);
  /// The same for a kernel or stencil.
  Result<PipelineId> function(const detail::FunctionInfo& function);

private:
  ComputeDevice& device_;
  const ShaderLanguage language_;
  Registry& registry_;
  std::map<const ActorType*, RoundActor> actors_;
  std::unordered_map<const detail::FunctionInfo*, PipelineId> functions_;
};

} // namespace ring::runtime

#endif

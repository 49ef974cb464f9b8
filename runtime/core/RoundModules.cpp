// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Compiling modules' entry points on a device.
#include "runtime/core/RoundModules.h"

#include <ringkernel/abi/Launch.h>
#include <ringkernel/abi/Rounds.h>

#include <algorithm>
#include <string>

namespace ring::runtime {
namespace {

std::uint32_t lanesOf(Scope scope) {
  switch (scope) {
  case Scope::Thread:
    return abi::kRoundWorkgroup;
  case Scope::Warp:
    return abi::kWarpLanes;
  case Scope::Block:
    return abi::kBlockLanes;
  }
  return 0;
}

/// A compiler's words on source that ringc made.
Status compileError(std::string_view name, const Status& status) {
  return Status(status.code(),
                "cannot compile `" + std::string(name) + "` for the device: " + status.message());
}

} // namespace

Result<std::string_view> sourceOf(const ModuleInfo& module, ShaderLanguage language) {
  std::string_view source;
  const char* name = "";
  switch (language) {
  case ShaderLanguage::Wgsl:
    source = module.wgsl;
    name = "wgsl";
    break;
  case ShaderLanguage::Msl:
    source = module.msl;
    name = "msl";
    break;
  case ShaderLanguage::Cuda:
    source = module.cuda;
    name = "cuda";
    break;
  }
  if (source.empty())
    return Status(StatusCode::Unsupported, "module `" + std::string(module.name) +
                                               "` was compiled without the target `" + name +
                                               "`; add it to TARGETS of `ringkernel_add_kernel`");
  return source;
}

Result<const RoundActor*> RoundModules::actor(const ActorType& type) {
  if (const auto known = actors_.find(&type); known != actors_.end())
    return &known->second;
  const ModuleInfo& module = *type.info->module();
  Result<std::string_view> text = sourceOf(module, language_);
  if (!text)
    return text.status();
  RoundActor made;
  made.type = &type;
  made.lanes = lanesOf(type.info->scope);
  made.perGroup = type.info->scope == Scope::Thread ? abi::kRoundWorkgroup : 1;
  for (const detail::TypeInfoFunction message : module.messages) {
    Result<TypeIndex> dense = registry_.message(message());
    if (!dense)
      return dense.status();
    if (*dense >= made.localOf.size())
      made.localOf.resize(*dense + 1u, kNoType);
    made.localOf[*dense] = static_cast<std::uint16_t>(made.denseOf.size());
    made.denseOf.push_back(*dense);
    made.largestMessage = std::max(made.largestMessage, message().size);
  }
  for (const HandlerInfo& handler : type.info->handlers)
    made.sendsOf.push_back(handler.maxSends + (handler.usesTrySend ? abi::kTrySendsPerMessage : 0));
  Result<PipelineId> pipeline =
      device_.createPipeline(*text, type.info->roundEntry, {made.lanes, 1, 1});
  if (!pipeline)
    return compileError(type.info->name, pipeline.status());
  made.pipeline = *pipeline;
  return &actors_.emplace(&type, std::move(made)).first->second;
}

Result<PipelineId> RoundModules::function(const detail::FunctionInfo& function) {
  if (const auto known = functions_.find(&function); known != functions_.end())
    return known->second;
  const ModuleInfo& module = *function.module();
  Result<std::string_view> text = sourceOf(module, language_);
  if (!text)
    return text.status();
  std::array<std::uint32_t, 3> block{function.blockSize[0], function.blockSize[1],
                                     function.blockSize[2]};
  if (function.isStencil)
    block = std::to_array(abi::kSweepBlock[function.dims - 1]);
  Result<PipelineId> pipeline = device_.createPipeline(*text, function.entry, block);
  if (!pipeline)
    return compileError(function.name, pipeline.status());
  functions_.emplace(&function, *pipeline);
  return *pipeline;
}

} // namespace ring::runtime

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The rules of ringkernel/abi/Launch.h and Rounds.h as code, written once.

#include "ringc/Target/Common/LaunchLayout.h"
#include "ringc/Support/Check.h"
#include "ringkernel/abi/Launch.h"
#include "ringkernel/abi/Rounds.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

namespace ringc::target {

namespace abi = ring::abi;
using namespace ir;

bool isWidened(const Type& type) { return type.isScalar() && type.size() < 4; }

uint32_t parameterSize(const Type& type) {
  return isWidened(type) ? 4 : static_cast<uint32_t>(type.size());
}

LaunchLayout launchLayout(const Function& function) {
  RINGC_CHECK(function.kind == FunctionKind::Kernel || function.kind == FunctionKind::Stencil,
              "only kernels and stencils are launched");
  LaunchLayout layout{{}, 1, 0, function.blockSize, 0};
  uint32_t spans = 0;
  uint32_t offset = 0;
  if (function.kind == FunctionKind::Stencil)
    offset = sizeof(abi::SweepHeader);
  for (const Local* param : function.params) {
    LaunchParameter out{param, LaunchParameterKind::Value, 0, 0, 0, false};
    uint32_t align = std::max(4u, param->type->align());
    if (const auto* span = llvm::dyn_cast<SpanType>(param->type)) {
      out.kind = LaunchParameterKind::Span;
      out.slot = spans++;
      out.size = sizeof(abi::SpanArgument);
      out.isWritten = !span->isConst();
    } else if (const auto* cell = llvm::dyn_cast<CellType>(param->type)) {
      out.kind = LaunchParameterKind::Field;
      out.size = sizeof(abi::FieldArgument);
      out.isWritten = !cell->isConst();
      layout.dims = std::max(layout.dims, cell->dims());
    } else {
      out.size = parameterSize(*param->type);
    }
    out.offset = static_cast<uint32_t>(llvm::alignTo(offset, align));
    offset = out.offset + out.size;
    layout.parameters.push_back(out);
  }
  if (function.kind == FunctionKind::Kernel)
    layout.parameterSlot = spans;
  else
    layout.workgroup = std::to_array(abi::kSweepBlock[std::max(layout.dims, 1u) - 1]);
  for (LaunchParameter& param : layout.parameters)
    if (param.kind == LaunchParameterKind::Value)
      param.slot = layout.parameterSlot;
  layout.parameterBytes = std::max(16u, static_cast<uint32_t>(llvm::alignTo(offset, 16)));
  return layout;
}

RoundLayout roundLayout(Scope scope) {
  switch (scope) {
  case Scope::Thread:
    return {1, abi::kRoundWorkgroup, abi::kRoundWorkgroup};
  case Scope::Warp:
    return {abi::kWarpLanes, abi::kWarpLanes, 1};
  case Scope::Block:
    return {abi::kBlockLanes, abi::kBlockLanes, 1};
  }
  RINGC_UNREACHABLE("unknown scope");
}

uint32_t slotBytes(const Module& module) {
  uint64_t bytes = abi::kPayloadOffset;
  for (const Message& message : module.messages)
    bytes = std::max(bytes, abi::kPayloadOffset + message.type->size());
  return static_cast<uint32_t>(llvm::alignTo(bytes, abi::kChunkBytes));
}

} // namespace ringc::target

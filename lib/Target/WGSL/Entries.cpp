// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Bindings and entry points, by ringkernel/abi/Launch.h and Rounds.h.

#include "../Common/Usage.h"
#include "WgslPrinter.h"
#include "ringkernel/abi/Launch.h"

namespace ringc::wgsl {

using namespace ir;
using namespace target;

static constexpr const char* kPlace = "@builtin(local_invocation_id) ring_tid: vec3<u32>, "
                                      "@builtin(workgroup_id) ring_gid: vec3<u32>, "
                                      "@builtin(num_workgroups) ring_groups: vec3<u32>";

void WgslPrinter::buffer(const Buffer& buffer, uint32_t slot, bool isWritten) {
  const char* word = !buffer.isAtomic ? "u32" : buffer.isSigned ? "atomic<i32>" : "atomic<u32>";
  out_.line("@group(0) @binding({}) var<storage, {}> {}: array<{}>;", slot,
            isWritten || buffer.isAtomic ? "read_write" : "read", buffer.name, word);
}

/// Locals of the entry point that hold what the parameter block carries.
void WgslPrinter::loadBlock(const LaunchLayout& layout, const Buffer& block) {
  for (const LaunchParameter& param : layout.parameters) {
    const Address at = Address(block).plus(param.offset);
    if (param.kind == LaunchParameterKind::Span)
      out_.line("let {} = {};", counts_.lookup(param.local), word(at));
    if (param.kind != LaunchParameterKind::Value)
      continue;
    const Type& type = *param.local->type;
    const bool isVar = changed_.contains(param.local) || type.isAggregate();
    std::string value = load(type, at);
    if (isWidened(type)) {
      const bool isSigned = llvm::isa<IntType>(type) && llvm::cast<IntType>(type).isSigned();
      value = type.kind() == TypeKind::Bool ? fmt::format("{} != 0u", word(at))
              : isSigned                    ? fmt::format("bitcast<i32>({})", word(at))
                                            : word(at);
    }
    out_.line("{} {} = {};", isVar ? "var" : "let", locals_.of(param.local), value);
  }
}

void WgslPrinter::kernel(const Function& function) {
  beginFunction(function, Scope::Block);
  const LaunchLayout layout = launchLayout(function);
  const Buffer block{names_.take((names_.entry(&function) + "_params").str())};
  functionNote(function);
  for (const LaunchParameter& param : layout.parameters)
    if (param.kind == LaunchParameterKind::Span)
      buffer(views_.at(param.local), param.slot, param.isWritten);
  buffer(block, layout.parameterSlot, false);
  sharedVariables(function);
  out_.line("@compute @workgroup_size({}, {}, {})", layout.workgroup[0], layout.workgroup[1],
            layout.workgroup[2]);
  const BlockScope body(out_, fmt::format("fn {}({})", names_.entry(&function), kPlace));
  loadBlock(layout, block);
  statements(*function.body);
}

void WgslPrinter::sweep(const Function& function) {
  beginFunction(function, Scope::Thread);
  const LaunchLayout layout = launchLayout(function);
  const Buffer block{names_.take((names_.entry(&function) + "_params").str())};
  out_.blank();
  bool isWritten = false;
  const Buffer* arena = nullptr;
  std::string args;
  for (const LaunchParameter& param : layout.parameters) {
    isWritten |= param.isWritten;
    if (param.kind == LaunchParameterKind::Field) {
      arena = &views_.at(param.local);
      args += fmt::format("{} + ring_cell.offset, ", word(Address(block).plus(param.offset)));
    } else {
      args += fmt::format("{}, ", locals_.of(param.local));
    }
  }
  buffer(*arena, 0, isWritten);
  buffer(block, layout.parameterSlot, false);
  const auto& size = layout.workgroup;
  out_.line("@compute @workgroup_size({}, {}, {})", size[0], size[1], size[2]);
  const BlockScope body(out_, fmt::format("fn {}({})", names_.entry(&function), kPlace));
  library_.need("wgsl/sweep.wgsl");
  const auto triple = [&](size_t offset) {
    const Address at = Address(block).plus(offset);
    return fmt::format("vec3<u32>({}, {}, {})", word(at), word(at, 1), word(at, 2));
  };
  changed_.clear(); // the body has its own copies
  loadBlock(layout, block);
  out_.line("let ring_at = ring_gid * vec3<u32>({}u, {}u, {}u) + ring_tid;", size[0], size[1],
            size[2]);
  out_.line("let ring_cell = ring_cellAt(ring_at, {}, {}, {});",
            triple(offsetof(ring::abi::SweepHeader, extent)),
            triple(offsetof(ring::abi::SweepHeader, origin)),
            triple(offsetof(ring::abi::SweepHeader, count)));
  out_.open("if (ring_cell.isInside)");
  out_.line("{}({}ring_cell);", names_.of(&function), args);
  out_.close();
}

/// One activation.
void WgslPrinter::round(const Actor& actor) {
  const RoundLayout layout = roundLayout(actor.scope);
  const bool isGroup = actor.scope != Scope::Thread;
  out_.blank();
  std::string status;
  if (isGroup) {
    status = names_.take((names_.entry(actor) + "_status").str());
    out_.line("var<workgroup> {}: u32;", status);
  }
  out_.line("@compute @workgroup_size({})", layout.workgroup);
  const BlockScope body(out_, fmt::format("fn {}({})", names_.entry(actor), kPlace));
  out_.text(isGroup ? std::string("let index = ring_gid.x;")
                    : fmt::format("let index = ring_gid.x * {}u + ring_tid.x;", layout.workgroup));
  out_.text("if (index >= ring_params[ring_RoundParams_activationCount / 4u]) {");
  out_.text("  return;");
  out_.text("}");
  out_.text("let slot = ring_params[ring_RoundParams_firstActivation / 4u] + index;");
  out_.text("let activation = slot * (ring_Activation_size / 4u);");
  out_.text("let state = ring_activations[activation + ring_Activation_stateOffset / 4u] / 4u;");
  out_.text("let first = ring_activations[activation + ring_Activation_firstMessage / 4u];");
  out_.text("let count = ring_activations[activation + ring_Activation_messageCount / 4u];");
  out_.text("ring_beginActivation(activation);");
  {
    const BlockScope loop(out_, "for (var handled = 0u; handled < count; handled += 1u)");
    out_.text(
        "let message = (first + handled) * (ring_params[ring_RoundParams_slotBytes / 4u] / 4u);");
    out_.text("ring_beginMessage(message);");
    {
      const BlockScope types(out_, "switch (ring_messageType(message))");
      for (const Handler& handler : actor.handlers) {
        const BlockScope one(out_,
                             fmt::format("case {}u:", messageIndex(module_, handler.message)));
        out_.line("{}(state, message + ring_kPayloadOffset / 4u{});", names_.of(handler.function),
                  isGroup ? ", ring_tid.x" : "");
      }
      out_.text("default: {}");
    }
    out_.text("ring_endMessage();");
    if (isGroup) {
      // The leader's status decides for all lanes whether they go on.
      out_.text("if (ring_tid.x == 0u) {");
      out_.line("  {} = ring_ctx.status;", status);
      out_.text("}");
      out_.text("storageBarrier();");
      out_.line("if (workgroupUniformLoad(&{}) != ring_kActive) {{", status);
    } else {
      out_.text("if (ring_ctx.status != ring_kActive) {");
    }
    out_.text("  break;");
    out_.text("}");
  }
  if (isGroup)
    out_.open("if (ring_tid.x == 0u)");
  out_.text("ring_endActivation(slot);");
  if (isGroup)
    out_.close();
}

} // namespace ringc::wgsl

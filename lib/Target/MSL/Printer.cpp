// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A whole .metal file: device side of the runtime, structs, functions, entry points. Every entry
// point takes its buffers in the order of their slots, then the three built-ins of its place.

#include "../Common/CxxFile.h"
#include "Dialect.h"
#include "ringc/Target/Common/LaunchLayout.h"
#include "ringc/Target/MSL/MSL.h"

namespace ringc::msl {

using namespace ir;
using namespace target;

namespace {

constexpr const char* kPlace = "uint3 ring_tid [[thread_position_in_threadgroup]], "
                               "uint3 ring_gid [[threadgroup_position_in_grid]], "
                               "uint3 ring_groups [[threadgroups_per_grid]]";

class Printer {
public:
  Printer(const Module& module, llvm::raw_ostream& os)
      : names_(module), out_(os, module, module.name + ".metal"),
        cxx_(module, kDialect, names_, out_) {}

  void print() {
    printFile(cxx_, {.kernel = [this](const Function& function) { kernel(function); },
                     .sweep = [this](const Function& function) { sweep(function); },
                     .round = [this](const Actor& actor) { round(actor); }});
  }
  void printAbi() { printAbiText(cxx_); }

private:
  /// The type of a value in the parameter block.
  std::string blockType(const Type& type) const {
    if (!isWidened(type))
      return cxx_.type(type);
    const auto* integer = llvm::dyn_cast<IntType>(&type);
    return integer && integer->isSigned() ? "int" : "uint";
  }

  std::string blockField(const LaunchParameter& param) {
    const std::string name = cxx_.locals().of(param.local).str();
    switch (param.kind) {
    case LaunchParameterKind::Span:
      return cxx_.countName(*param.local);
    case LaunchParameterKind::Field:
      return name + "_offset";
    case LaunchParameterKind::Value:
      break;
    }
    return name;
  }

  /// The struct of the parameter block, every offset asserted.
  std::string parameterBlock(const LaunchLayout& layout, llvm::StringRef entry) {
    const std::string name = names_.take(entry.str() + "_Parameters");
    std::string asserts = fmt::format("sizeof({}) <= {}", name, layout.parameterBytes);
    out_.blank();
    {
      const BlockScope body(out_, "struct " + name, ";");
      if (layout.dims != 0)
        out_.text("ring_SweepHeader ring_sweep;");
      for (const LaunchParameter& param : layout.parameters) {
        const std::string field = blockField(param);
        out_.line("{} {};",
                  param.kind == LaunchParameterKind::Value ? blockType(*param.local->type) : "uint",
                  field);
        asserts += fmt::format(" && RING_OFFSETOF({}, {}) == {}", name, field, param.offset);
      }
      if (layout.parameters.empty())
        out_.text("uint ring_unused;");
    }
    out_.line("static_assert({}, \"layout of {}\");", asserts, name);
    return name;
  }

  /// Locals of the entry point that hold what the block carries.
  void loadBlock(const LaunchLayout& layout) {
    for (const LaunchParameter& param : layout.parameters) {
      const std::string field = blockField(param);
      if (param.kind == LaunchParameterKind::Span)
        out_.line("const uint {0} = ring_params->{0};", field);
      if (param.kind != LaunchParameterKind::Value)
        continue;
      const Type& type = *param.local->type;
      const std::string value = "ring_params->" + field;
      out_.line("{} {} = {};", cxx_.type(type), field,
                isWidened(type) ? fmt::format("{}({})", cxx_.type(type), value) : value);
    }
  }

  void kernel(const Function& function) {
    cxx_.beginFunction(function, Scope::Block);
    const LaunchLayout layout = launchLayout(function);
    const std::string block = parameterBlock(layout, names_.entry(&function));
    std::string params;
    for (const LaunchParameter& param : layout.parameters)
      if (const auto* span = llvm::dyn_cast<SpanType>(param.local->type))
        params +=
            fmt::format("device {}{}* {} [[buffer({})]], ", span->isConst() ? "const " : "",
                        cxx_.type(*span->element()), cxx_.locals().of(param.local), param.slot);
    params +=
        fmt::format("device const {}* ring_params [[buffer({})]], ", block, layout.parameterSlot);
    out_.blank();
    out_.at(function.loc);
    out_.open(fmt::format("kernel void {}({}{})", names_.entry(&function), params, kPlace));
    cxx_.sharedDeclarations(function);
    loadBlock(layout);
    cxx_.statements(*function.body);
    out_.close();
    out_.generated();
  }

  void sweep(const Function& function) {
    cxx_.beginFunction(function, Scope::Thread);
    const LaunchLayout layout = launchLayout(function);
    const std::string block = parameterBlock(layout, names_.entry(&function));
    std::string args;
    for (const LaunchParameter& param : layout.parameters) {
      const std::string field = blockField(param);
      if (const auto* cell = llvm::dyn_cast<CellType>(param.local->type))
        args += fmt::format("(device {}{}*)ring_arena + ring_params->{} + ring_cell.offset, ",
                            cell->isConst() ? "const " : "", cxx_.type(*cell->element()), field);
      else
        args += field + ", ";
    }
    const auto& size = layout.workgroup;
    out_.blank();
    const BlockScope body(
        out_, fmt::format("kernel void {}(device ring_u8* ring_arena [[buffer(0)]], "
                          "device const {}* ring_params [[buffer({})]], {})",
                          names_.entry(&function), block, layout.parameterSlot, kPlace));
    loadBlock(layout);
    out_.text("ring_Cell ring_cell;");
    out_.line("if (ring_beginCell(ring_params->ring_sweep, ring_tid, ring_gid, uint3({}, {}, {}), "
              "ring_cell))",
              size[0], size[1], size[2]);
    out_.line("  {}({}ring_cell);", names_.of(&function), args);
  }

  /// One activation, by abi/Rounds.h.
  void round(const Actor& actor) {
    const RoundLayout layout = roundLayout(actor.scope);
    const bool isGroup = actor.scope != Scope::Thread;
    out_.blank();
    const BlockScope body(
        out_,
        fmt::format(
            "kernel void {}(device const ring_RoundParams* params [[buffer(0)]], "
            "device ring_RoundControl* control [[buffer(1)]], "
            "device const ring_Activation* activations [[buffer(2)]], "
            "device const ring_u8* inbox [[buffer(3)]], device ring_u8* outbox [[buffer(4)]], "
            "device ring_u8* states [[buffer(5)]], "
            "device ring_ActivationResult* results [[buffer(6)]], {})",
            names_.entry(actor), kPlace));
    const std::vector<std::string> shared = sharedOfHandlers(actor);
    if (isGroup) {
      out_.text("threadgroup uint status;");
      out_.text("const uint index = ring_gid.x;");
    } else {
      out_.line("const uint index = ring_gid.x * {}u + ring_tid.x;", layout.workgroup);
    }
    out_.text("if (index >= params->activationCount) return;");
    out_.text("const uint slot = params->firstActivation + index;");
    out_.text("device const ring_Activation& activation = activations[slot];");
    const llvm::StringRef state = names_.of(actor.state);
    out_.line("device {0}& state = *(device {0}*)(states + activation.stateOffset);", state);
    out_.line("ring_Context ctx = ring_beginActivation(*params, *control, activation, outbox, {});",
              isGroup ? "ring_tid.x" : "0u");
    {
      const BlockScope loop(
          out_,
          isGroup ? "while (ctx.handled < activation.messageCount)"
                  : "while (ctx.status == ring_kActive && ctx.handled < activation.messageCount)");
      printDispatch(cxx_, actor, shared);
      if (isGroup)
        agree(actor.scope);
    }
    out_.line("{}ring_endActivation(ctx, results[slot]);", isGroup ? "if (ctx.lane == 0u) " : "");
  }

  /// Declares the threadgroup variables of every handler; gives what is passed on to each.
  std::vector<std::string> sharedOfHandlers(const Actor& actor) {
    std::vector<std::string> args;
    NameScope scope(&names_.scope());
    for (const char* own : {"params", "control", "activations", "inbox", "outbox", "states",
                            "results", "status", "index", "slot", "activation", "state", "ctx"})
      scope.take(own);
    for (const Handler& handler : actor.handlers) {
      std::string& list = args.emplace_back();
      for (const Local* shared : handler.function->shared) {
        const std::string name = scope.take(mangle(shared->name));
        out_.line("threadgroup {} {};", cxx_.type(*shared->type), name);
        list += ", " + name;
      }
    }
    return args;
  }

  /// The leader's status decides for all lanes whether they go on.
  void agree(Scope scope) {
    out_.text("if (ctx.lane == 0u) status = ctx.status;");
    out_.text(kDialect.barrier(scope));
    out_.text("const uint agreed = status;");
    out_.text(kDialect.barrier(scope));
    out_.text("if (agreed != ring_kActive) break;");
  }

  ModuleNames names_;
  SourceWriter out_;
  CxxPrinter cxx_;
};

} // namespace

void print(const Module& module, llvm::raw_ostream& os) { Printer(module, os).print(); }

void printAbi(const Module& module, llvm::raw_ostream& os) { Printer(module, os).printAbi(); }

} // namespace ringc::msl

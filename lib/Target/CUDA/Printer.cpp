// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A whole CUDA file: device side of the runtime, structs, functions, entry points.

#include "../Common/CxxFile.h"
#include "Dialect.h"
#include "ringc/Target/CUDA/CUDA.h"
#include "ringc/Target/Common/LaunchLayout.h"

namespace ringc::cuda {

using namespace ir;
using namespace target;

namespace {

class Printer {
public:
  Printer(const Module& module, llvm::raw_ostream& os)
      : names_(module), out_(os, module, module.name + ".cu"),
        cxx_(module, kDialect, names_, out_) {}

  void print() {
    printFile(cxx_, {.kernel = [this](const Function& function) { kernel(function); },
                     .sweep = [this](const Function& function) { sweep(function); },
                     .round = [this](const Actor& actor) { round(actor); },
                     .handlers = [this](const Actor& actor) { handlers(actor); }});
  }
  void printAbi() { printAbiText(cxx_); }

private:
  std::vector<std::string> kernelParameters(const Function& kernel) {
    std::vector<std::string> list = cxx_.parameters(kernel);
    for (std::string& param : list)
      if (const size_t star = param.find("* "); star != std::string::npos)
        param.insert(star + 2, "__restrict__ ");
    return list;
  }

  void kernel(const Function& function) {
    cxx_.beginFunction(function, Scope::Thread);
    const std::vector<std::string> params = kernelParameters(function);
    const auto& size = function.blockSize;
    out_.blank();
    out_.at(function.loc);
    out_.open(fmt::format("extern \"C\" __global__ void __launch_bounds__({}) {}({})",
                          size[0] * size[1] * size[2], names_.entry(&function), joined(params)));
    cxx_.sharedDeclarations(function);
    cxx_.statements(*function.body);
    out_.close();
    out_.generated();
  }

  void sweep(const Function& function) {
    cxx_.beginFunction(function, Scope::Thread);
    const LaunchLayout layout = launchLayout(function);
    std::vector<std::string> params;
    std::vector<std::string> values;
    std::string args;
    const auto pass = [&](const std::string& text) { args += (args.empty() ? "" : ", ") + text; };
    for (const LaunchParameter& param : layout.parameters) {
      const llvm::StringRef name = cxx_.locals().of(param.local);
      if (const auto* cell = llvm::dyn_cast<CellType>(param.local->type)) {
        params.push_back(fmt::format("{}{}* __restrict__ {}", cell->isConst() ? "const " : "",
                                     cxx_.type(*cell->element()), name));
        pass(fmt::format("{} + ring_cell.offset()", name));
      } else {
        values.push_back(fmt::format("{} {}", cxx_.type(*param.local->type), name));
        pass(name.str());
      }
    }
    params.push_back("ring_SweepHeader ring_sweep");
    params.insert(params.end(), values.begin(), values.end());
    pass("ring_cell");
    const auto& size = layout.workgroup;
    out_.blank();
    const BlockScope body(
        out_, fmt::format("extern \"C\" __global__ void __launch_bounds__({}) {}({})",
                          size[0] * size[1] * size[2], names_.entry(&function), joined(params)));
    out_.text("ring_Cell ring_cell;");
    out_.line("if (ring_beginCell(ring_sweep, ring_cell))");
    out_.line("  {}({});", names_.of(&function), args);
  }

  /// One activation, by abi/Rounds.h.
  void round(const Actor& actor) {
    const RoundLayout layout = roundLayout(actor.scope);
    out_.blank();
    const BlockScope body(
        out_,
        fmt::format(
            "extern \"C\" __global__ void __launch_bounds__({}) {}(const ring_RoundParams* params, "
            "ring_RoundControl* control, const ring_Activation* activations, const ring_u8* inbox, "
            "ring_u8* outbox, ring_u8* states, ring_ActivationResult* results)",
            layout.workgroup, names_.entry(actor)));
    if (layout.activationsPerWorkgroup == 1)
      out_.text("const ring_u32 index = blockIdx.x;");
    else
      out_.line("const ring_u32 index = blockIdx.x * {}u + threadIdx.x;", layout.workgroup);
    out_.text("if (index >= params->activationCount) return;");
    out_.text("const ring_u32 slot = params->firstActivation + index;");
    out_.text("const ring_Activation activation = activations[slot];");
    const llvm::StringRef state = names_.of(actor.state);
    out_.line("{0}& state = *({0}*)(states + activation.stateOffset);", state);
    out_.text("ring_Context ctx = ring_beginActivation(*params, *control, activation, outbox);");
    if (actor.scope == Scope::Thread)
      messageLoop(actor, "ctx.status == ring_kActive && ctx.handled < activation.messageCount");
    else
      groupLoop(actor);
  }

  void messageLoop(const Actor& actor, llvm::StringRef condition) {
    {
      const BlockScope loop(out_, fmt::format("while ({})", condition));
      printDispatch(cxx_, actor);
    }
    out_.text("ring_endActivation(ctx, results[slot]);");
  }

  /// The leader's status decides for all lanes whether they go on.
  void groupLoop(const Actor& actor) {
    const llvm::StringRef barrier = kDialect.barrier(actor.scope);
    out_.text("__shared__ ring_u32 status;");
    {
      const BlockScope loop(out_, "while (ctx.handled < activation.messageCount)");
      printDispatch(cxx_, actor);
      out_.text("if (threadIdx.x == 0) status = ctx.status;");
      out_.text(barrier);
      out_.text("const ring_u32 agreed = status;");
      out_.text(barrier);
      out_.text("if (agreed != ring_kActive) break;");
    }
    out_.text("if (threadIdx.x == 0) ring_endActivation(ctx, results[slot]);");
  }

  /// What the resident kernel calls, by the number of the handler in the registration.
  void handlers(const Actor& actor) {
    out_.blank();
    const BlockScope body(
        out_,
        fmt::format("static __device__ __forceinline__ void {}(ring_u32 handler, void* state, "
                    "const void* message, ring_Context& ctx)",
                    names_.entry(actor)));
    const BlockScope choice(out_, "switch (handler)");
    for (size_t i = 0; i < actor.handlers.size(); ++i) {
      const Handler& handler = actor.handlers[i];
      out_.line("case {}:", i);
      out_.line("  {}(*({}*)state, *(const {}*)message, ctx);", names_.of(handler.function),
                names_.of(actor.state), names_.of(handler.message));
      out_.text("  break;");
    }
  }

  ModuleNames names_;
  SourceWriter out_;
  CxxPrinter cxx_;
};

} // namespace

void print(const Module& module, llvm::raw_ostream& os) { Printer(module, os).print(); }

void printAbi(const Module& module, llvm::raw_ostream& os) { Printer(module, os).printAbi(); }

} // namespace ringc::cuda

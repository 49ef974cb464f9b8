// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// ir-run [--reverse-lanes] [--fail-continues] FILE: runs every kernel, stencil and handler of a
// module of IR text on inputs that follow from their types alone, and prints what they leave
// behind. What a pass makes of a module must print the same. Exit 0: ran, 1: refused or without
// meaning, 2: misuse.

#include "ringc/Analysis/Footprint.h"
#include "ringc/IR/Parser.h"
#include "ringc/IR/Verifier.h"
#include "ringc/IR/Walk.h"
#include "ringkernel/abi/Rounds.h"
#include "test/tools/ir-run/Interpreter.h"
#include "llvm/Support/MemoryBuffer.h"

#include <cstdio>
#include <fmt/format.h>
#include <numeric>
#include <string_view>

using namespace ringc::ir;
using namespace ring::test;

namespace {

constexpr uint32_t kSpanElements = 40;
constexpr uint32_t kBlocks = 2;
constexpr uint32_t kMessages = 3;
constexpr std::array<int32_t, 3> kExtents = {9, 8, 7};

Bytes filled(const Type& type, uint32_t seed) {
  Bytes bytes(type.size());
  fill(type, bytes.data(), seed);
  return bytes;
}

void print(const std::string& what, const Type& type, const Bytes& bytes) {
  std::string text;
  for (size_t at = 0; at < bytes.size(); at += type.size())
    text += " " + show(type, bytes.data() + at);
  fmt::print("{}:{}\n", what, text);
}

/// One buffer a span or cell, in order of the parameters.
struct Buffers {
  Buffers(const Function& function, size_t elements) {
    for (uint32_t i = 0; i < function.params.size(); ++i) {
      Bytes& bytes = all.emplace_back();
      if (const Type* type = elementOf(*function.params[i]))
        for (uint32_t k = 0; k < elements; ++k) {
          const Bytes element = filled(*type, i * 3 + k);
          bytes.insert(bytes.end(), element.begin(), element.end());
        }
    }
  }
  static const Type* elementOf(const Local& param) {
    if (const auto* span = llvm::dyn_cast<SpanType>(param.type))
      return span->element();
    const auto* cell = llvm::dyn_cast<CellType>(param.type);
    return cell ? cell->element() : nullptr;
  }
  void print(const Function& function) const {
    for (size_t i = 0; i < all.size(); ++i)
      if (const Type* type = elementOf(*function.params[i]))
        ::print(fmt::format("{} %{}", function.name, function.params[i]->name), *type, all[i]);
  }
  std::vector<Bytes> all;
};

void runKernel(const Function& kernel, const Options& options) {
  Buffers buffers(kernel, kSpanElements);
  const auto& size = kernel.blockSize;
  for (uint32_t block = 0; block < kBlocks; ++block) {
    Lanes lanes(size[0] * size[1] * size[2], options.reverseLanes);
    lanes.run([&](uint32_t lane) {
      std::vector<Input> inputs;
      for (uint32_t i = 0; i < kernel.params.size(); ++i) {
        if (llvm::isa<SpanType>(kernel.params[i]->type))
          inputs.push_back(SpanView{buffers.all[i].data(), kSpanElements});
        else
          inputs.push_back(filled(*kernel.params[i]->type, i));
      }
      Interpreter(options, lanes, lane,
                  {lane % size[0], lane / size[0] % size[1], lane / size[0] / size[1], block, 0, 0,
                   size[0], size[1], size[2], kBlocks, 1, 1})
          .run(kernel, inputs);
    });
  }
  buffers.print(kernel);
}

void runStencil(const Function& stencil, const Options& options) {
  const auto footprint = ringc::analysis::footprint(stencil);
  uint32_t dims = 0;
  for (const Local* param : stencil.params)
    if (const auto* cell = llvm::dyn_cast<CellType>(param->type))
      dims = cell->dims();
  std::array<int32_t, 3> extent = {1, 1, 1};
  std::copy_n(kExtents.begin(), dims, extent.begin());
  Buffers fields(stencil, static_cast<size_t>(extent[0]) * extent[1] * extent[2]);
  Lanes alone(1, false);
  const auto first = [&](size_t axis) { return static_cast<int32_t>(footprint.low[axis]); };
  const auto end = [&](size_t axis) {
    return extent[axis] - static_cast<int32_t>(footprint.high[axis]);
  };
  for (int32_t z = first(2); z < end(2); ++z)
    for (int32_t y = first(1); y < end(1); ++y)
      for (int32_t x = first(0); x < end(0); ++x) {
        std::vector<Input> inputs;
        for (uint32_t i = 0; i < stencil.params.size(); ++i) {
          if (llvm::isa<CellType>(stencil.params[i]->type))
            inputs.push_back(CellView{fields.all[i].data(), {x, y, z}, extent});
          else
            inputs.push_back(filled(*stencil.params[i]->type, i));
        }
        Interpreter(options, alone, 0, {}).run(stencil, inputs);
      }
  fields.print(stencil);
}

/// Whether the handler is in the leader form.
bool runsInAllLanes(const Function& handler) {
  bool found = false;
  walkStmts(*handler.body,
            [&](const Stmt& stmt) { found |= llvm::isa<BarrierStmt, UniformLoadStmt>(stmt); });
  walkExprs(*handler.body, [&](const Expr& expr) {
    const auto* builtin = llvm::dyn_cast<BuiltinExpr>(&expr);
    found |= builtin && builtin->builtin == Builtin::GroupLane;
  });
  return found;
}

void runHandler(const Actor& actor, const Handler& handler, Bytes& state, uint32_t seed,
                const Options& options) {
  Bytes message = filled(*handler.message, seed);
  const uint32_t count = !runsInAllLanes(*handler.function) ? 1
                         : actor.scope == Scope::Warp       ? ring::abi::kWarpLanes
                                                            : ring::abi::kBlockLanes;
  const auto identity = [](uint8_t index) { return Bytes{index, 0, 0, 0, 1, 0, 0, 0}; };
  std::vector<Activation> activations(count,
                                      Activation{identity(11), identity(22), {}, {}, {}, {}, {}});
  Lanes lanes(count, options.reverseLanes);
  lanes.run([&](uint32_t lane) {
    const std::vector<Input> inputs = {state.data(), message.data(), &activations[lane]};
    Interpreter(options, lanes, lane, {}).run(*handler.function, inputs);
  });
  const std::string what =
      fmt::format("{} {}", handler.function->name, show(*handler.message, message.data()));
  print(what, *actor.state, state);
  for (uint32_t lane = 1; lane < count; ++lane)
    if (!activations[lane].sends.empty() || activations[lane].stopped ||
        (activations[lane].failed && !activations[0].failed))
      fault("a lane other than the leader sent, stopped or failed alone");
  for (const std::string& send : activations[0].sends)
    fmt::print("  {}\n", send);
  if (activations[0].failed)
    fmt::print("  failed with {}\n", activations[0].code);
  else if (activations[0].stopped)
    fmt::print("  stopped\n");
}

void runAll(const Module& module, const Options& options) {
  for (const Function* function : module.functions) {
    if (function->kind == FunctionKind::Kernel)
      runKernel(*function, options);
    if (function->kind == FunctionKind::Stencil)
      runStencil(*function, options);
  }
  for (const Actor& actor : module.actors) {
    Bytes state = filled(*actor.state, 0);
    for (const Handler& handler : actor.handlers)
      for (uint32_t i = 0; i < kMessages; ++i)
        runHandler(actor, handler, state, 4 * i, options);
  }
}

} // namespace

int main(int argc, char** argv) {
  Options options;
  std::string path;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--reverse-lanes")
      options.reverseLanes = true;
    else if (word == "--fail-continues")
      options.failContinues = true;
    else if (path.empty() && (word == "-" || !word.starts_with("-")))
      path = word;
    else
      path.clear(), i = argc;
  }
  if (path.empty()) {
    std::fputs("usage: ir-run [--reverse-lanes] [--fail-continues] FILE\n", stderr);
    return 2;
  }
  auto buffer = llvm::MemoryBuffer::getFileOrSTDIN(path);
  if (!buffer) {
    fmt::print(stderr, "ir-run: cannot read '{}': {}\n", path, buffer.getError().message());
    return 1;
  }
  ringc::DiagnosticEngine diagnostics;
  const auto module = parse((*buffer)->getBuffer(), path, diagnostics);
  if (!module || !verify(*module, diagnostics)) {
    printDiagnostics(diagnostics, llvm::errs(), false);
    return 1;
  }
  runAll(*module, options);
  return 0;
}

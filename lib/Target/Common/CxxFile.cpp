// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See CxxFile.h.

#include "CxxFile.h"
#include "Usage.h"

namespace ringc::target {

using namespace ir;

static std::string deviceFileOf(const CxxDialect& dialect, const char* name) {
  return (dialect.folder + "/" + name + dialect.suffix).str();
}

/// The device files that the module's statements, expressions and entry points call.
static DeviceLibrary neededFiles(const Module& module, const CxxDialect& dialect) {
  DeviceLibrary library;
  library.assume(deviceFileOf(dialect, "types")); // stands before the abi
  walkModule(module, [&](const Expr& expr) {
    const auto* builtin = llvm::dyn_cast<BuiltinExpr>(&expr);
    if (!builtin)
      return;
    const BuiltinSpelling spelling = dialect.builtin(
        builtin->builtin, builtin->args.empty() ? builtin->type() : builtin->args[0]->type());
    if (!spelling.file.empty())
      library.need(spelling.file);
  });
  walkModule(module, [&](const Stmt& stmt) {
    if (llvm::isa<AtomicStmt>(stmt))
      library.need(deviceFileOf(dialect, "atomics"));
  });
  for (const Function* function : module.functions)
    if (function->kind == FunctionKind::Stencil)
      library.need(deviceFileOf(dialect, "sweep"));
  if (!module.actors.empty())
    library.need(deviceFileOf(dialect, "rounds"));
  return library;
}

static void printEntries(CxxPrinter& cxx, const CxxEntries& entries) {
  const Module& module = cxx.module();
  for (const Function* function : module.functions)
    if (function->kind == FunctionKind::Kernel)
      entries.kernel(*function);
  for (const Function* function : module.functions)
    if (function->kind == FunctionKind::Stencil)
      cxx.function(*function, scopeOf(module, *function));
  for (const Function* function : module.functions)
    if (function->kind == FunctionKind::Stencil)
      entries.sweep(*function);
  for (const Actor& actor : module.actors)
    entries.round(actor);
}

void printFile(CxxPrinter& cxx, const CxxEntries& entries) {
  const Module& module = cxx.module();
  SourceWriter& out = cxx.out();
  const DeviceLibrary library = neededFiles(module, cxx.dialect());
  for (const std::string& name : library.identifiers())
    cxx.names().take(name);
  out.text(generatedNote(module));
  const bool mayBeComposed = entries.handlers && !module.actors.empty();
  if (mayBeComposed)
    out.raw("\n#ifndef RING_COMPOSED // the resident kernel brings these\n");
  printAbiText(cxx);
  out.raw(library.text());
  if (mayBeComposed)
    out.raw("#endif\n");
  for (const StructType* type : usedStructs(module)) {
    out.blank();
    cxx.structDefinition(*type);
  }
  for (const Function* function : module.functions)
    if (function->kind != FunctionKind::Kernel && function->kind != FunctionKind::Stencil)
      cxx.function(*function, scopeOf(module, *function));
  if (mayBeComposed)
    out.raw("\n#ifndef RING_COMPOSED // the resident kernel calls what is below\n");
  printEntries(cxx, entries);
  if (!mayBeComposed)
    return;
  out.raw("\n#else\n");
  for (const Actor& actor : module.actors)
    entries.handlers(actor);
  out.raw("\n#endif\n");
}

void printAbiText(CxxPrinter& cxx) {
  DeviceLibrary types;
  types.need(deviceFileOf(cxx.dialect(), "types"));
  cxx.out().raw(types.text());
  const std::vector<const StructType*> structs = abiStructs(cxx.module());
  if (structs.empty())
    return;
  cxx.out().blank();
  cxx.abiEnum();
  for (const StructType* type : structs)
    cxx.structDefinition(*type);
}

void printDispatch(CxxPrinter& cxx, const Actor& actor, llvm::ArrayRef<std::string> more) {
  SourceWriter& out = cxx.out();
  out.text("ring_beginMessage(ctx, activation, inbox);");
  {
    const BlockScope types(out, "switch (ctx.message->header.type)");
    for (size_t i = 0; i < actor.handlers.size(); ++i) {
      const Handler& handler = actor.handlers[i];
      out.line("case {}:", messageIndex(cxx.module(), handler.message));
      out.line("  {}(state, ring_payload<{}>(ctx), ctx{});", cxx.names().of(handler.function),
               cxx.names().of(handler.message), more.empty() ? std::string() : more[i]);
      out.text("  break;");
    }
  }
  out.text("ring_endMessage(ctx);");
}

} // namespace ringc::target

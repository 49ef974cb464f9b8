// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every option of ringc with its help and its effect: the parser and --help read the same table.

#include "OptionTable.h"
#include "CudaArchs.h"
#include "ringc/Support/Check.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Config/llvm-config.h"
#include <limits>

namespace ringc {

namespace {

constexpr TargetKind targetTable[] = {TargetKind::Cuda, TargetKind::Msl, TargetKind::Wgsl,
                                      TargetKind::Host};
constexpr EmitKind allEmits[] = {EmitKind::Source,  EmitKind::Ir,    EmitKind::Ast,
                                 EmitKind::Ptx,     EmitKind::Cubin, EmitKind::Reflection,
                                 EmitKind::Effects, EmitKind::Abi};
std::string knownTargets() {
  return llvm::join(llvm::map_range(targetTable, targetName), ", ") + ", all";
}

bool applyTarget(DriverOptions& options, llvm::StringRef value, DiagnosticEngine& diagnostics) {
  std::vector<bool> wanted(std::size(targetTable));
  for (llvm::StringRef name : llvm::split(value, ',')) {
    bool isKnown = false;
    for (TargetKind target : targetTable)
      if (name == targetName(target) || name == "all")
        wanted[static_cast<size_t>(target)] = isKnown = true;
    if (!isKnown) {
      diagnostics.report(DiagId::UnknownTarget, {}, name, knownTargets());
      return false;
    }
  }
  options.targetsGiven = true;
  options.targets.clear();
  for (TargetKind target : targetTable)
    if (wanted[static_cast<size_t>(target)])
      options.targets.push_back(target);
  return true;
}

bool applyEmit(DriverOptions& options, llvm::StringRef value, DiagnosticEngine& diagnostics) {
  for (EmitKind emit : allEmits)
    if (value == emitName(emit)) {
      options.emit = emit;
      return true;
    }
  diagnostics.report(DiagId::UnknownEmit, {}, value,
                     llvm::join(llvm::map_range(allEmits, emitName), ", "));
  return false;
}

bool applyArch(DriverOptions& options, llvm::StringRef value, DiagnosticEngine& diagnostics) {
  for (llvm::StringRef arch : llvm::split(value, ',')) {
    if (!llvm::is_contained(cudaArchs(), arch)) {
      diagnostics.report(DiagId::UnknownArch, {}, arch, llvm::join(cudaArchs(), ", "));
      return false;
    }
    if (!llvm::is_contained(options.archs, arch))
      options.archs.push_back(arch.str());
  }
  return true;
}

bool applyFp(DriverOptions& options, llvm::StringRef value, DiagnosticEngine& diagnostics) {
  options.fastMath = value == "fast";
  if (options.fastMath || value == "strict")
    return true;
  diagnostics.report(DiagId::UnknownFpMode, {}, value, "strict, fast");
  return false;
}

bool applyBounds(DriverOptions& options, llvm::StringRef value, DiagnosticEngine& diagnostics) {
  options.checksBounds = value == "check";
  if (options.checksBounds || value == "none")
    return true;
  diagnostics.report(DiagId::UnknownBoundsMode, {}, value, "check, none");
  return false;
}

bool applyLoopBudget(DriverOptions& options, llvm::StringRef value, DiagnosticEngine& diagnostics) {
  if (!value.getAsInteger(10, options.loopBudget))
    return true;
  diagnostics.report(DiagId::BadLoopBudget, {}, value, std::numeric_limits<uint32_t>::max());
  return false;
}

/// In the order of --help.
constexpr OptionInfo options[] = {
    {"--target", "LIST", "cuda, msl, wgsl and host, separated by commas, or all (default)",
     applyTarget},
    {"--emit", "KIND",
     "source      each target's source; for host the registration (default)\n"
     "ir          the IR of all inputs; with --target=X as X prints it\n"
     "ast         clang's tree of the input\n"
     "ptx, cubin  through NVRTC, one for each --arch\n"
     "reflection  JSON: messages, layouts, actors, arguments, bindings, halos\n"
     "effects     what each handler reads, writes and sends\n"
     "abi         the structs host and device share, as --target=X prints them",
     applyEmit},
    {"--arch", "LIST", "for ptx and cubin: sm_90 (default), sm_80, ...", applyArch},
    {"-o", "FILE", "the one output's file; - is standard output",
     [](DriverOptions& options, llvm::StringRef value, DiagnosticEngine&) {
       options.outputFile = value.str();
       return true;
     }},
    {"--out-dir", "DIR", "the folder of all outputs, which are named after the module",
     [](DriverOptions& options, llvm::StringRef value, DiagnosticEngine&) {
       options.outDir = value.str();
       return true;
     }},
    {"--module-name", "NAME", "default: the first input without .ring.h or .ring.cpp",
     [](DriverOptions& options, llvm::StringRef value, DiagnosticEngine&) {
       options.moduleName = value.str();
       return true;
     }},
    {"--fp", "MODE",
     "strict: the same floats on every target (default)\n"
     "fast: contracts a * b + c to one fma",
     applyFp},
    {"--bounds", "MODE",
     "check: in handlers, an index outside of its array fails the actor (default)\n"
     "none: it is undefined, as in C++",
     applyBounds},
    {"--loop-budget", "TURNS",
     "what the loops of one call of a handler may take in all before it fails, those\n"
     "with a provable bound apart; 0: no limit; default 16777216",
     applyLoopBudget},
    {"--depfile", "FILE", "writes what the outputs depend on, in make's syntax",
     [](DriverOptions& options, llvm::StringRef value, DiagnosticEngine&) {
       options.depfile = value.str();
       return true;
     }},
    {"--verify-diagnostics", "",
     "compares what is reported with expected-error comments; writes nothing",
     [](DriverOptions& options, llvm::StringRef, DiagnosticEngine&) {
       return options.verifyDiagnostics = true;
     }},
    {"--help", "", "prints this",
     [](DriverOptions& options, llvm::StringRef, DiagnosticEngine&) {
       options.action = DriverAction::Help;
       return true;
     }},
    {"--version", "", "prints the version",
     [](DriverOptions& options, llvm::StringRef, DiagnosticEngine&) {
       options.action = DriverAction::Version;
       return true;
     }},
};

} // namespace

llvm::ArrayRef<OptionInfo> optionTable() { return options; }
llvm::ArrayRef<TargetKind> allTargets() { return targetTable; }

llvm::StringRef targetName(TargetKind target) {
  switch (target) {
  case TargetKind::Cuda:
    return "cuda";
  case TargetKind::Msl:
    return "msl";
  case TargetKind::Wgsl:
    return "wgsl";
  case TargetKind::Host:
    return "host";
  }
  RINGC_UNREACHABLE("target");
}

llvm::StringRef emitName(EmitKind emit) {
  switch (emit) {
  case EmitKind::Source:
    return "source";
  case EmitKind::Ir:
    return "ir";
  case EmitKind::Ast:
    return "ast";
  case EmitKind::Ptx:
    return "ptx";
  case EmitKind::Cubin:
    return "cubin";
  case EmitKind::Reflection:
    return "reflection";
  case EmitKind::Effects:
    return "effects";
  case EmitKind::Abi:
    return "abi";
  }
  RINGC_UNREACHABLE("emit kind");
}

void printHelp(llvm::raw_ostream& os) {
  os << "ringc compiles annotated C++ (ring::actor, ring::kernel, ring::stencil) for GPUs\n\n"
        "usage: ringc [options] FILE... [-- clang flags]\n\n"
        "FILE is a handler file (.ring.h, .ring.cpp), or - for standard input. All files together\n"
        "are one module. @FILE stands for the arguments in FILE.\n\noptions:\n";
  constexpr unsigned helpColumn = 24;
  for (const OptionInfo& option : options) {
    std::string head = ("  " + option.name).str();
    if (!option.valueName.empty())
      head += ((option.name == "-o" ? " " : "=") + option.valueName).str();
    llvm::SmallVector<llvm::StringRef, 8> lines;
    option.help.split(lines, '\n');
    os << head;
    unsigned column = head.size();
    if (column + 1 >= helpColumn) {
      os << '\n';
      column = 0;
    }
    for (llvm::StringRef line : lines) {
      os.indent(helpColumn - column) << line << '\n';
      column = 0;
    }
  }
  os << "\nWithout -o and --out-dir, sources, ptx and cubins go to files in the current folder, "
        "the\n"
        "rest to standard output. Without '--', flags come from the nearest compile_commands.json\n"
        "above each file.\n\n"
        "exit codes: 0 fine; 1 input refused, or a file not read or written; 2 wrong usage\n";
}

void printVersion(llvm::raw_ostream& os) {
  os << "ringc " RINGC_VERSION " (LLVM " LLVM_VERSION_STRING ")\n";
}

} // namespace ringc

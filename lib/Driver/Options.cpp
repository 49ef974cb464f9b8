// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Parses ringc's command line by the table of options. Written by hand: LLVM's command line library
// would also accept, and list, the options of everything linked in. Which options go together is
// the business of OutputPlan.cpp.

#include "ringc/Driver/Options.h"
#include "OptionTable.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Allocator.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/StringSaver.h"

namespace ringc {

namespace {

constexpr llvm::StringLiteral defaultArch = "sm_90";

/// `; did you mean '--target'` for a near miss, or where such a word belongs.
std::string suggestionFor(llvm::StringRef name) {
  const OptionInfo* best = nullptr;
  unsigned bestDistance = 3; // further away is no misspelling
  for (const OptionInfo& option : optionTable()) {
    const unsigned distance = name.edit_distance(option.name, true, bestDistance);
    if (distance < bestDistance) {
      best = &option;
      bestDistance = distance;
    }
  }
  if (best)
    return ("; did you mean '" + best->name + "'").str();
  return name.starts_with("--") ? "" : "; flags for clang go behind '--'";
}

/// Reads the words of one command line from the left.
class ArgumentParser {
public:
  ArgumentParser(llvm::ArrayRef<const char*> args, DiagnosticEngine& diagnostics)
      : args_(args), diagnostics_(diagnostics) {}

  bool parse(DriverOptions& options) {
    while (next_ < args_.size()) {
      llvm::StringRef word = args_[next_++];
      if (word == "--") {
        options.clangArgsGiven = true;
        options.clangArgs.assign(args_.begin() + next_, args_.end());
        return true;
      }
      const bool ok =
          word.size() > 1 && word[0] == '-' ? parseOption(word, options) : addInput(word, options);
      if (!ok)
        return false;
    }
    return true;
  }

private:
  bool parseOption(llvm::StringRef word, DriverOptions& options) {
    auto [name, value] = word.split('=');
    const bool hasValue = name.size() < word.size();
    const OptionInfo* option =
        llvm::find_if(optionTable(), [&](const OptionInfo& o) { return o.name == name; });
    if (option == optionTable().end()) {
      diagnostics_.report(DiagId::UnknownOption, {}, name, suggestionFor(name));
      return false;
    }
    if (llvm::is_contained(given_, option)) {
      diagnostics_.report(DiagId::OptionGivenTwice, {}, name);
      return false;
    }
    given_.push_back(option);
    if (option->valueName.empty()) {
      if (hasValue)
        diagnostics_.report(DiagId::OptionTakesNoValue, {}, name, value);
      return !hasValue && option->apply(options, "", diagnostics_);
    }
    if (!hasValue && next_ < args_.size())
      value = args_[next_++];
    if (value.empty()) {
      diagnostics_.report(DiagId::OptionNeedsValue, {}, name,
                          (name + (name == "-o" ? " " : "=") + option->valueName).str());
      return false;
    }
    return option->apply(options, value, diagnostics_);
  }

  bool addInput(llvm::StringRef word, DriverOptions& options) {
    if (llvm::is_contained(options.inputs, word)) {
      diagnostics_.report(DiagId::InputGivenTwice, {}, word);
      return false;
    }
    options.inputs.push_back(word.str());
    return true;
  }

  llvm::ArrayRef<const char*> args_;
  DiagnosticEngine& diagnostics_;
  size_t next_ = 0;
  std::vector<const OptionInfo*> given_;
};

/// `bank.ring.h` -> `bank`
std::string defaultModuleName(const DriverOptions& options) {
  if (options.inputs.empty())
    return "ring";
  if (options.inputs.front() == "-")
    return "stdin";
  llvm::StringRef name = llvm::sys::path::filename(options.inputs.front());
  for (llvm::StringRef suffix : {".ring.h", ".ring.cpp"})
    if (name.size() > suffix.size() && name.consume_back(suffix))
      return name.str();
  return llvm::sys::path::stem(name).str();
}

/// Replaces `@FILE` by the words in FILE. Words after `--` are clang's.
bool expandResponseFiles(llvm::SmallVectorImpl<const char*>& args, llvm::StringSaver& saver,
                         DiagnosticEngine& diagnostics) {
  llvm::cl::ExpansionContext expansion(saver.getAllocator(), llvm::cl::TokenizeGNUCommandLine);
  if (llvm::Error error = expansion.expandResponseFiles(args)) {
    diagnostics.report(DiagId::ResponseFileUnreadable, {}, "@", llvm::toString(std::move(error)));
    return false;
  }
  for (llvm::StringRef word : args) {
    if (word == "--")
      break;
    // What names no file is left as it is.
    if (word.size() > 1 && word.consume_front("@")) {
      diagnostics.report(DiagId::ResponseFileUnreadable, {}, word,
                         std::make_error_code(std::errc::no_such_file_or_directory).message());
      return false;
    }
  }
  return true;
}

} // namespace

std::optional<DriverOptions> parseOptions(llvm::ArrayRef<const char*> args,
                                          DiagnosticEngine& diagnostics) {
  llvm::BumpPtrAllocator allocator;
  llvm::StringSaver saver(allocator);
  llvm::SmallVector<const char*, 32> words(args.begin(), args.end());
  DriverOptions options;
  if (!expandResponseFiles(words, saver, diagnostics) ||
      !ArgumentParser(words, diagnostics).parse(options))
    return std::nullopt;
  if (options.outputFile && options.outDir) {
    diagnostics.report(DiagId::OutputAndOutDir, {});
    return std::nullopt;
  }
  if (!options.archs.empty() && options.emit != EmitKind::Ptx && options.emit != EmitKind::Cubin) {
    diagnostics.report(DiagId::ArchWithoutUse, {}, emitName(options.emit));
    return std::nullopt;
  }
  if (options.archs.empty())
    options.archs.push_back(defaultArch.str());
  if (!options.targetsGiven)
    options.targets = allTargets().vec();
  if (options.moduleName.empty())
    options.moduleName = defaultModuleName(options);
  return options;
}

} // namespace ringc

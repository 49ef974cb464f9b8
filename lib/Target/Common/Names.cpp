// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Mangling and scopes. The words that a language takes for itself stand in Keywords.cpp.

#include "ringc/Target/Common/Names.h"
#include "ringc/Support/Check.h"
#include "llvm/ADT/StringExtras.h"

namespace ringc::target {

using namespace ir;

namespace {

constexpr Language kLanguages[] = {Language::Cuda, Language::Msl, Language::Wgsl};

/// What stands in an operator's name or a template argument and is no part of an identifier.
llvm::StringRef spelled(char c) {
  switch (c) {
  case '-':
    return "minus";
  case '+':
    return "plus";
  case '*':
    return "star";
  case '/':
    return "over";
  case '%':
    return "percent";
  case '=':
    return "equals";
  case '!':
    return "not";
  case '&':
    return "and";
  case '|':
    return "or";
  case '^':
    return "xor";
  case '~':
    return "tilde";
  default:
    return "";
  }
}

/// The symbols of `operator<`, `operator()`, `operator[]`: elsewhere they only separate.
std::string operatorName(llvm::StringRef symbols) {
  std::string name;
  for (char c : symbols) {
    llvm::StringRef word = c == '<'   ? "less"
                           : c == '>' ? "greater"
                           : c == '(' ? "call"
                           : c == '[' ? "index"
                                      : spelled(c);
    if (!name.empty() && !word.empty())
      name += '_';
    name += word;
  }
  return name;
}

void append(std::string& name, llvm::StringRef word) {
  if (!name.empty() && name.back() != '_')
    name += '_';
  name += word;
}

/// A name at file scope must be free in every language, so that it is the same in all.
std::string atFileScope(llvm::StringRef qualifiedName) {
  std::string name = mangle(qualifiedName);
  for (Language language : kLanguages)
    if (isReserved(language, name))
      return name + "_";
  return name;
}

/// Our own types keep the prefix that users may not have: `ring::abi::Envelope` is `ring_Envelope`.
std::string structName(llvm::StringRef qualifiedName) {
  if (qualifiedName.consume_front("ring::abi::"))
    return "ring_" + mangle(qualifiedName);
  if (qualifiedName.consume_front("ring::"))
    return "ring_" + mangle(qualifiedName);
  return atFileScope(qualifiedName);
}

/// Entry points in the order in which they are named; `entry` gets each once.
template <class OnActor, class OnFunction>
void forEachEntry(const Module& module, NameScope& scope, OnActor onActor, OnFunction onFunction) {
  for (const Function* function : module.functions)
    if (function->kind == FunctionKind::Kernel)
      onFunction(*function, scope.take(atFileScope(function->name)));
  for (const Function* function : module.functions)
    if (function->kind == FunctionKind::Stencil)
      onFunction(*function, scope.take(atFileScope(function->name + "_sweep")));
  for (const Actor& actor : module.actors)
    onActor(actor, scope.take(atFileScope(actor.state->name().str() + "_round")));
}

} // namespace

std::string mangle(llvm::StringRef qualifiedName) {
  std::string name;
  for (size_t i = 0; i < qualifiedName.size();) {
    const char c = qualifiedName[i];
    if (llvm::isAlnum(c) || c == '_') {
      const size_t end = std::min(
          qualifiedName.size(),
          qualifiedName.find_if_not([](char d) { return llvm::isAlnum(d) || d == '_'; }, i));
      llvm::StringRef word = qualifiedName.slice(i, end);
      append(name, word);
      i = end;
      if (word == "operator") {
        const size_t stop =
            std::min(qualifiedName.size(),
                     qualifiedName.find_if([](char d) { return llvm::isAlnum(d) || d == ' '; }, i));
        append(name, operatorName(qualifiedName.slice(i, stop)));
        i = stop;
      }
      continue;
    }
    llvm::StringRef word = spelled(c);
    if (!word.empty()) {
      append(name, word);
      // `-4` is one word: `minus4`.
      if (c == '-' && i + 1 < qualifiedName.size() && llvm::isDigit(qualifiedName[i + 1])) {
        const size_t end =
            std::min(qualifiedName.size(), qualifiedName.find_if_not(llvm::isAlnum, i + 1));
        name += qualifiedName.slice(i + 1, end);
        i = end;
        continue;
      }
    }
    ++i;
  }
  while (name.size() > 1 && name.back() == '_' && !qualifiedName.ends_with("_"))
    name.pop_back();
  // WGSL keeps `__` at the start for itself, C++ anywhere.
  std::string single;
  for (char c : name)
    if (c != '_' || single.empty() || single.back() != '_')
      single += c;
  if (single.empty() || single == "_" || llvm::isDigit(single.front()))
    single = "n" + single;
  return single;
}

std::string NameScope::take(llvm::StringRef wanted) {
  std::string name = wanted.str();
  for (unsigned suffix = 2; isTaken(name); ++suffix)
    name = (wanted + "_" + llvm::Twine(suffix)).str();
  taken_.insert(name);
  return name;
}

bool NameScope::isTaken(llvm::StringRef name) const {
  return taken_.contains(name) || (outer_ && outer_->isTaken(name));
}

std::string entryName(const Module& module, const Actor& wanted) {
  NameScope scope;
  std::string found;
  forEachEntry(
      module, scope,
      [&](const Actor& actor, std::string name) {
        if (actor.state == wanted.state)
          found = std::move(name);
      },
      [](const Function&, const std::string&) {});
  RINGC_CHECK(!found.empty(), "the actor is not of this module");
  return found;
}

std::string entryName(const Module& module, const Function& wanted) {
  NameScope scope;
  std::string found;
  forEachEntry(
      module, scope, [](const Actor&, const std::string&) {},
      [&](const Function& function, std::string name) {
        if (&function == &wanted)
          found = std::move(name);
      });
  RINGC_CHECK(!found.empty(), "the function is no entry of this module");
  return found;
}

void ModuleNames::nameEntries(const Module& module) {
  forEachEntry(
      module, scope_,
      [&](const Actor& actor, std::string name) { actors_[actor.state] = std::move(name); },
      [&](const Function& function, std::string name) { entries_[&function] = std::move(name); });
}

ModuleNames::ModuleNames(const Module& module) {
  nameEntries(module);
  for (const StructType* type : module.types.structs())
    types_[type] = scope_.take(structName(type->name()));
  // Handlers of one actor are overloads: the message tells them apart.
  for (const Actor& actor : module.actors)
    for (const Handler& handler : actor.handlers)
      functions_[handler.function] =
          scope_.take(atFileScope(handler.function->name + "_" + handler.message->name().str()));
  for (const Function* function : module.functions) {
    if (functions_.contains(function))
      continue;
    // A kernel is its own entry point.
    functions_[function] = function->kind == FunctionKind::Kernel
                               ? entries_[function]
                               : scope_.take(atFileScope(function->name));
  }
}

llvm::StringRef LocalNames::of(const Local* local) {
  auto [it, isNew] = names_.try_emplace(local);
  if (isNew) {
    std::string name = local->name == "this" ? "self" : mangle(local->name);
    // Passes name what they add `ring_...`; a name of the device files is taken in the outer scope.
    if (isReserved(language_, name) && !llvm::StringRef(name).starts_with("ring_"))
      name += '_';
    it->second = scope_.take(name);
  }
  return it->second;
}

llvm::StringRef FieldNames::of(const StructType& type, uint32_t field) {
  std::vector<std::string>& names = names_[&type];
  if (names.empty()) {
    NameScope scope;
    for (const Field& one : type.fields()) {
      std::string name = mangle(one.name);
      if (isReserved(language_, name))
        name += '_';
      names.push_back(scope.take(name));
    }
  }
  return names[field];
}

} // namespace ringc::target

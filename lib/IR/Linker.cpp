// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Joins two modules by qualified name. All conflicts are found before anything is changed, so a
// refused link leaves the destination as it was. Bodies of one function are not compared: C++ says
// they are the same.

#include "ringc/IR/Linker.h"
#include "ringc/IR/Cloner.h"
#include "ringc/IR/Printer.h"
#include <algorithm>

namespace ringc::ir {

namespace {

const Actor* findActor(const Module& module, llvm::StringRef name) {
  for (const Actor& actor : module.actors)
    if (actor.state->name() == name)
      return &actor;
  return nullptr;
}

/// Reports whatever the two modules define differently under one name.
class ConflictCheck {
public:
  ConflictCheck(const Module& destination, const Module& source, DiagnosticEngine& diagnostics)
      : destination_(destination), source_(source), diagnostics_(diagnostics) {}

  bool run() {
    for (const StructType* type : source_.types.structs())
      if (const StructType* other = destination_.types.findStruct(type->name()))
        checkStruct(*type, *other);
    for (const Function* function : source_.functions)
      if (const Function* other = destination_.findFunction(function->name, function->signature))
        checkFunction(*function, *other);
    for (const Actor& actor : source_.actors)
      if (const Actor* other = findActor(destination_, actor.state->name()))
        checkActor(actor, *other);
    return ok_;
  }

private:
  template <class... Args>
  void conflict(DiagId id, Location here, Location there, const Args&... args) {
    ok_ = false;
    diagnostics_.report(id, source_.sourcePlace(here), args...);
    diagnostics_.report(DiagId::LinkOther, destination_.sourcePlace(there));
  }

  void checkStruct(const StructType& type, const StructType& other) {
    if (!sameLayout(type, other))
      conflict(DiagId::LinkLayoutConflict, type.loc(), other.loc(), type.name());
  }

  void checkFunction(const Function& function, const Function& other) {
    const auto differs = [&](const char* what) {
      conflict(DiagId::LinkFunctionConflict, function.loc, other.loc,
               function.name + function.signature, what);
    };
    if (function.kind != other.kind)
      return differs("attribute");
    if (function.blockSize != other.blockSize)
      return differs("block size");
    if (toString(*function.returnType) != toString(*other.returnType))
      return differs("return type");
    const auto sameParam = [](const Local* a, const Local* b) {
      return a->kind == b->kind && a->space == b->space && toString(*a->type) == toString(*b->type);
    };
    if (!std::equal(function.params.begin(), function.params.end(), other.params.begin(),
                    other.params.end(), sameParam))
      return differs("parameter list");
    if (toString(*function.body) != toString(*other.body))
      differs("body");
  }

  void checkActor(const Actor& actor, const Actor& other) {
    const auto differs = [&](const char* what) {
      conflict(DiagId::LinkActorConflict, actor.loc, other.loc, actor.state->name(), what);
    };
    if (actor.scope != other.scope)
      return differs("another scope");
    const auto sameHandler = [](const Handler& a, const Handler& b) {
      return a.message->name() == b.message->name() && a.function->name == b.function->name &&
             a.function->signature == b.function->signature;
    };
    if (!std::equal(actor.handlers.begin(), actor.handlers.end(), other.handlers.begin(),
                    other.handlers.end(), sameHandler))
      differs("other handlers");
  }

  const Module& destination_;
  const Module& source_;
  DiagnosticEngine& diagnostics_;
  bool ok_ = true;
};

} // namespace

bool link(Module& destination, const Module& source, DiagnosticEngine& diagnostics) {
  if (!ConflictCheck(destination, source, diagnostics).run())
    return false;

  Cloner cloner(destination);
  std::vector<FileId> files;
  for (const std::string& file : source.files)
    files.push_back(destination.addFile(file));
  cloner.mapFiles(std::move(files));

  for (const StructType* type : source.types.structs())
    cloner.type(type);
  for (const Message& message : source.messages) {
    const auto* type = llvm::cast<StructType>(cloner.type(message.type));
    if (!destination.findMessage(type))
      destination.messages.push_back({type, message.typeId});
  }
  llvm::DenseMap<const Function*, Function*> functions;
  for (const Function* function : source.functions) {
    Function* joined = destination.findFunction(function->name, function->signature);
    if (joined) {
      cloner.map(function, joined);
    } else {
      joined = cloner.function(*function);
      destination.functions.push_back(joined);
    }
    functions[function] = joined;
  }
  for (const Actor& actor : source.actors) {
    if (findActor(destination, actor.state->name()))
      continue;
    Actor joined{llvm::cast<StructType>(cloner.type(actor.state)),
                 actor.scope,
                 {},
                 actor.typeId,
                 cloner.loc(actor.loc)};
    for (const Handler& handler : actor.handlers)
      joined.handlers.push_back({functions.lookup(handler.function),
                                 llvm::cast<StructType>(cloner.type(handler.message))});
    destination.actors.push_back(std::move(joined));
  }
  return true;
}

} // namespace ringc::ir

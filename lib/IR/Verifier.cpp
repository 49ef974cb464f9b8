// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Verifies a module: its types, messages and actors, then its functions in order. The numbers of
// the constraints are those of docs/IR.md.

#include "ringc/IR/Verifier.h"
#include "FunctionVerifier.h"
#include "ringc/IR/Limits.h"
#include "ringc/IR/Printer.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/MathExtras.h"
#include <set>

namespace ringc::ir {

void ModuleVerification::report(llvm::StringRef constraint, Location loc, const std::string& text) {
  ok = false;
  diagnostics.report(DiagId::IRConstraint, module.sourcePlace(loc), constraint, text);
}

bool hasStorage(const Type& type) { return type.isScalar() || type.isAggregate(); }

bool ModuleVerification::checkLocation(Location loc) {
  return require(static_cast<size_t>(loc.file) < module.files.size(), "location.c1", loc,
                 "the place names file {}; the module has {}", static_cast<uint32_t>(loc.file),
                 module.files.size()) &&
         require(loc.line != 0 && loc.column != 0, "location.c2", loc,
                 "lines and columns count from 1; the place is {}:{}", loc.line, loc.column);
}

bool ModuleVerification::checkStorage(const Type* type, Location loc) {
  return checkType(type, loc) && require(hasStorage(*type), "type.c2", loc,
                                         "a value of type '{}' has no bytes", toString(*type));
}

bool ModuleVerification::checkType(const Type* type, Location loc) {
  if (!require(type != nullptr, "type.c1", loc, "a type is missing"))
    return false;
  const auto known = typeNesting.find(type);
  if (known != typeNesting.end())
    return known->second != 0; // 0: refused before
  typeNesting[type] = 0;
  if (!checkTypeAnew(type, loc))
    return false;
  unsigned nesting = 1;
  if (const auto* array = llvm::dyn_cast<ArrayType>(type))
    nesting += typeNesting.lookup(array->element());
  if (const auto* structType = llvm::dyn_cast<StructType>(type))
    for (const Field& field : structType->fields())
      nesting = std::max(nesting, 1 + typeNesting.lookup(field.type));
  // Scalars count as one level here and as none in the limit.
  if (!require(nesting <= maxTypeNesting + 1, "type.c3", loc,
               "the type nests {} deep; the limit is {}", nesting - 1, maxTypeNesting))
    return false;
  typeNesting[type] = nesting;
  return true;
}

bool ModuleVerification::checkTypeAnew(const Type* type, Location loc) {
  if (!require(module.types.contains(type), "type.c1", loc,
               "a type of kind {} belongs to another module", static_cast<int>(type->kind())))
    return false;
  switch (type->kind()) {
  case TypeKind::Void:
  case TypeKind::Bool:
  case TypeKind::Int:
  case TypeKind::Float:
  case TypeKind::Context:
    return true;
  case TypeKind::Array: {
    const auto* array = llvm::cast<ArrayType>(type);
    if (!checkStorage(array->element(), loc))
      return false;
    const uint64_t limit = maxTypeBytes / array->element()->size();
    return require(array->count() != 0 && array->count() <= limit, "array.c1", loc,
                   "an array has {} elements of {} bytes; 1 to {} are possible", array->count(),
                   array->element()->size(), limit);
  }
  case TypeKind::Struct:
    return checkStruct(llvm::cast<StructType>(*type));
  case TypeKind::Span:
    return checkStorage(llvm::cast<SpanType>(type)->element(), loc);
  case TypeKind::Cell: {
    const auto* cell = llvm::cast<CellType>(type);
    return checkStorage(cell->element(), loc) &&
           require(cell->dims() >= 1 && cell->dims() <= 3, "cell.c1", loc,
                   "a cell has {} dimensions; 1 to 3 are possible", cell->dims());
  }
  }
  return false;
}

bool ModuleVerification::checkStruct(const StructType& type) {
  const Location loc = type.loc();
  return checkLocation(loc) &&
         require(!type.name().empty(), "struct.c1", loc, "a struct has no name") &&
         require(
             llvm::isPowerOf2_32(type.align()) && type.size() != 0 &&
                 type.size() % type.align() == 0 && type.size() <= maxTypeBytes,
             "struct.c2", loc,
             "struct '{}' has size {} and alignment {}; the alignment is a power of two, the size "
             "a multiple of it, from 1 to {}",
             type.name(), type.size(), type.align(), maxTypeBytes) &&
         checkFields(type);
}

bool ModuleVerification::checkFields(const StructType& type) {
  llvm::StringSet<> names;
  uint64_t end = 0;
  for (const Field& field : type.fields()) {
    if (!checkLocation(field.loc) || !checkStorage(field.type, field.loc))
      return false;
    if (!require(!field.name.empty() && names.insert(field.name).second, "struct.c3", field.loc,
                 "struct '{}' has two fields '{}' or one without a name", type.name(), field.name))
      return false;
    if (!require(
            field.offset >= end, "struct.c4", field.loc,
            "field '{}' of struct '{}' begins at byte {}, before the end of the field before it "
            "at {}",
            field.name, type.name(), field.offset, end))
      return false;
    end = field.offset + field.type->size();
    if (!require(field.offset <= type.size() && end <= type.size(), "struct.c5", field.loc,
                 "field '{}' of struct '{}' ends at byte {}; the struct has {}", field.name,
                 type.name(), end, type.size()))
      return false;
    if (!require(field.offset % field.type->align() == 0 && type.align() >= field.type->align(),
                 "struct.c6", field.loc,
                 "field '{}' of struct '{}' is at byte {} of a struct aligned to {}; its type is "
                 "aligned to {}",
                 field.name, type.name(), field.offset, type.align(), field.type->align()))
      return false;
  }
  return true;
}

namespace {

class ModuleVerifier {
public:
  ModuleVerifier(const Module& module, DiagnosticEngine& diagnostics)
      : module_(module), shared_(module, diagnostics) {}

  bool run() {
    for (const StructType* type : module_.types.structs())
      shared_.checkType(type, type->loc());
    messages();
    functionNames();
    for (const Function* function : module_.functions)
      if (function)
        FunctionVerifier(shared_, *function).run();
    actors();
    return shared_.ok;
  }

private:
  void messages() {
    std::set<uint64_t> ids;
    for (const Message& message : module_.messages) {
      if (!shared_.require(message.type != nullptr, "message.c1", topLocation,
                           "a message has no struct"))
        continue;
      const Location loc = message.type->loc();
      const llvm::StringRef name = message.type->name();
      if (!shared_.checkType(message.type, loc))
        continue;
      shared_.require(shared_.messages.insert(message.type).second, "message.c1", loc,
                      "struct '{}' is listed twice", name);
      shared_.require(message.typeId == stableTypeId(*message.type), "message.c2", loc,
                      "the type id of message '{}' is {:#x}; its name and layout give {:#x}", name,
                      message.typeId, stableTypeId(*message.type));
      shared_.require(ids.insert(message.typeId).second, "message.c3", loc,
                      "message '{}' has the type id {:#x} of another message", name,
                      message.typeId);
    }
  }

  void functionNames() {
    std::set<std::pair<llvm::StringRef, llvm::StringRef>> names;
    for (const Function* function : module_.functions) {
      if (!shared_.require(function != nullptr, "function.c1", topLocation,
                           "a function is missing"))
        continue;
      shared_.functions.insert(function);
      shared_.require(names.insert({function->name, function->signature}).second, "function.c1",
                      function->loc, "function '{}{}' is listed twice", function->name,
                      function->signature);
    }
  }

  void actors() {
    llvm::DenseSet<const StructType*> states;
    std::set<uint64_t> ids;
    llvm::DenseSet<const Function*> handled;
    for (const Actor& actor : module_.actors) {
      if (!shared_.checkLocation(actor.loc) || !shared_.checkType(actor.state, actor.loc))
        continue;
      const llvm::StringRef name = actor.state->name();
      shared_.require(states.insert(actor.state).second, "actor.c1", actor.loc,
                      "actor '{}' is listed twice", name);
      shared_.require(ids.insert(actor.typeId).second, "actor.c1", actor.loc,
                      "actor '{}' has the type id {:#x} of another actor", name, actor.typeId);
      llvm::DenseSet<const StructType*> types;
      for (const Handler& handler : actor.handlers)
        if (checkHandler(actor, handler, handled))
          shared_.require(types.insert(handler.message).second, "actor.c3", actor.loc,
                          "actor '{}' has two handlers of message '{}'", name,
                          handler.message->name());
    }
    for (const Function* function : shared_.functions)
      if (function->kind == FunctionKind::Handler)
        shared_.require(handled.contains(function), "actor.c4", function->loc,
                        "handler '{}' belongs to no actor", function->name);
  }

  bool checkHandler(const Actor& actor, const Handler& handler,
                    llvm::DenseSet<const Function*>& handled) {
    const llvm::StringRef name = actor.state->name();
    if (!shared_.require(handler.message && shared_.messages.contains(handler.message), "actor.c2",
                         actor.loc, "actor '{}' handles a struct that is no message", name) ||
        !shared_.require(handler.function && shared_.functions.contains(handler.function) &&
                             handler.function->kind == FunctionKind::Handler,
                         "actor.c2", actor.loc,
                         "the handler of message '{}' in actor '{}' is no handler of this module",
                         handler.message->name(), name))
      return false;
    const std::vector<Local*>& params = handler.function->params;
    if (params.size() != 3 || !params[0] || !params[1])
      return false; // reported as handler.c1
    return shared_.require(params[0]->type == actor.state && params[1]->type == handler.message,
                           "actor.c5", handler.function->loc,
                           "handler '{}' does not take the state and message of actor '{}'",
                           handler.function->name, name) &&
           shared_.require(handled.insert(handler.function).second, "actor.c4",
                           handler.function->loc, "handler '{}' is listed twice",
                           handler.function->name);
  }

  const Module& module_;
  ModuleVerification shared_;
};

} // namespace

bool verify(const Module& module, DiagnosticEngine& diagnostics) {
  return ModuleVerifier(module, diagnostics).run();
}

} // namespace ringc::ir

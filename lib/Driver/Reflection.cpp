// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Writes the reflection. Every number comes from where the printers take it (LaunchLayout,
// Analysis, abi/), none is computed here. 64-bit ids are strings: a JSON number need not hold them.

#include "Reflection.h"
#include "ringc/Analysis/Effects.h"
#include "ringc/Analysis/Footprint.h"
#include "ringc/Support/Check.h"
#include "ringc/Target/Common/LaunchLayout.h"
#include "ringc/Target/Common/Names.h"
#include "ringkernel/abi/Version.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/JSON.h"

namespace ringc {

using namespace ir;

namespace {

/// Of the format; raised when a reader of the old one would misread the new one.
constexpr int reflectionVersion = 1;

std::string idText(uint64_t id) { return "0x" + llvm::StringRef(llvm::utohexstr(id, true)).str(); }

/// The storage buffers of abi/Rounds.h, by slot.
constexpr llvm::StringLiteral roundBindings[] = {"params", "control", "activations", "inbox",
                                                 "outbox", "states",  "results"};

llvm::json::Value typeJson(const Type& type) {
  switch (type.kind()) {
  case TypeKind::Bool:
    return llvm::json::Object{{"kind", "bool"}};
  case TypeKind::Int: {
    const auto& integer = llvm::cast<IntType>(type);
    return llvm::json::Object{
        {"kind", "int"}, {"bits", integer.bits()}, {"signed", integer.isSigned()}};
  }
  case TypeKind::Float:
    return llvm::json::Object{{"kind", "float"}, {"bits", llvm::cast<FloatType>(type).bits()}};
  case TypeKind::Array: {
    const auto& array = llvm::cast<ArrayType>(type);
    return llvm::json::Object{
        {"kind", "array"}, {"element", typeJson(*array.element())}, {"count", array.count()}};
  }
  case TypeKind::Struct:
    return llvm::json::Object{{"kind", "struct"}, {"name", llvm::cast<StructType>(type).name()}};
  case TypeKind::Void:
  case TypeKind::Span:
  case TypeKind::Cell:
  case TypeKind::Context:
    break;
  }
  RINGC_UNREACHABLE("a type without a layout in the reflection");
}

class Writer {
public:
  Writer(const Module& module, llvm::raw_ostream& os) : module_(module), json_(os, 2) {}

  void write() {
    json_.object([&] {
      json_.attribute("version", reflectionVersion);
      json_.attribute("abiVersion", ring::abi::kVersion);
      json_.attribute("module", module_.name);
      json_.attribute("slotBytes", target::slotBytes(module_));
      array("structs", module_.types.structs(),
            [&](const StructType* type) { writeStruct(*type); });
      size_t index = 0;
      array("messages", module_.messages, [&](const Message& m) { writeMessage(m, index++); });
      array("actors", module_.actors, [&](const Actor& actor) { writeActor(actor); });
      writeFunctions("kernels", FunctionKind::Kernel);
      writeFunctions("stencils", FunctionKind::Stencil);
    });
    json_.flush();
  }

private:
  /// An array attribute of one object for each element.
  template <class Range, class Body>
  void array(llvm::StringRef name, const Range& range, const Body& body) {
    json_.attributeArray(name, [&] {
      for (const auto& element : range)
        json_.object([&] { body(element); });
    });
  }

  void writeStruct(const StructType& type) {
    json_.attribute("name", type.name());
    json_.attribute("size", type.size());
    json_.attribute("align", type.align());
    array("fields", type.fields(), [&](const Field& field) {
      json_.attribute("name", field.name);
      json_.attribute("offset", field.offset);
      json_.attribute("type", typeJson(*field.type));
    });
  }

  void writeMessage(const Message& message, size_t index) {
    json_.attribute("name", message.type->name());
    json_.attribute("index", index);
    json_.attribute("typeId", idText(message.typeId));
    json_.attribute("size", message.type->size());
    json_.attribute("align", message.type->align());
  }

  void writeActor(const Actor& actor) {
    const target::RoundLayout layout = target::roundLayout(actor.scope);
    json_.attribute("name", actor.state->name());
    json_.attribute("typeId", idText(actor.typeId));
    json_.attribute("scope", scopeName(actor.scope));
    json_.attribute("size", actor.state->size());
    json_.attribute("align", actor.state->align());
    json_.attribute("entry", target::entryName(module_, actor));
    json_.attribute("workgroup", layout.workgroup);
    json_.attribute("activationsPerWorkgroup", layout.activationsPerWorkgroup);
    uint32_t slot = 0;
    array("bindings", roundBindings, [&](llvm::StringRef name) {
      json_.attribute("slot", slot++);
      json_.attribute("name", name);
    });
    array("handlers", actor.handlers, [&](const Handler& handler) { writeHandler(handler); });
  }

  void writeHandler(const Handler& handler) {
    const analysis::HandlerEffects effects = analysis::handlerEffects(*handler.function);
    json_.attribute("message", handler.message->name());
    json_.attribute("maxSends", *effects.maxSends);
    json_.attribute("usesTrySend", effects.usesTrySend);
    json_.attribute("readsState", effects.readsState);
    json_.attribute("writesState", effects.writesState);
    json_.attribute("readOnly", effects.isReadOnly());
  }

  void writeFunctions(llvm::StringRef name, FunctionKind kind) {
    std::vector<const Function*> functions;
    for (const Function* function : module_.functions)
      if (function->kind == kind)
        functions.push_back(function);
    array(name, functions, [&](const Function* function) { writeFunction(*function); });
  }

  void writeFunction(const Function& function) {
    const target::LaunchLayout layout = target::launchLayout(function);
    json_.attribute("name", function.name);
    json_.attribute("signature", function.signature);
    json_.attribute("entry", target::entryName(module_, function));
    json_.attributeArray("workgroup", [&] {
      for (uint32_t threads : layout.workgroup)
        json_.value(threads);
    });
    json_.attributeObject("parameterBlock", [&] {
      json_.attribute("slot", layout.parameterSlot);
      json_.attribute("bytes", layout.parameterBytes);
    });
    if (function.kind == FunctionKind::Kernel) {
      json_.attribute("usesBarrier", analysis::usesBarrier(function));
      array("shared", function.shared, [&](const Local* local) {
        json_.attribute("name", local->name);
        json_.attribute("type", typeJson(*local->type));
      });
    } else {
      writeStencil(function, layout);
    }
    array("parameters", layout.parameters,
          [&](const target::LaunchParameter& parameter) { writeParameter(parameter); });
  }

  void writeStencil(const Function& function, const target::LaunchLayout& layout) {
    const analysis::Footprint footprint = analysis::footprint(function);
    json_.attribute("dims", layout.dims);
    json_.attribute("arenaSlot", 0);
    json_.attributeObject("margins", [&] {
      auto triple = [&](llvm::StringRef name, const std::array<uint32_t, 3>& cells) {
        json_.attributeArray(name, [&] {
          for (uint32_t axis = 0; axis < layout.dims; ++axis)
            json_.value(cells[axis]);
        });
      };
      triple("low", footprint.low);
      triple("high", footprint.high);
    });
  }

  void writeParameter(const target::LaunchParameter& parameter) {
    const Type* type = parameter.local->type;
    json_.attribute("name", parameter.local->name);
    switch (parameter.kind) {
    case target::LaunchParameterKind::Span:
      json_.attribute("kind", "span");
      json_.attribute("slot", parameter.slot);
      json_.attribute("written", parameter.isWritten);
      type = llvm::cast<SpanType>(type)->element();
      break;
    case target::LaunchParameterKind::Field:
      json_.attribute("kind", "field");
      json_.attribute("written", parameter.isWritten);
      type = llvm::cast<CellType>(type)->element();
      break;
    case target::LaunchParameterKind::Value:
      json_.attribute("kind", "value");
      break;
    }
    json_.attribute("type", typeJson(*type));
    json_.attribute("offset", parameter.offset);
    json_.attribute("size", parameter.size);
  }

  const Module& module_;
  llvm::json::OStream json_;
};

} // namespace

std::string reflectionText(const Module& module) {
  std::string text;
  llvm::raw_string_ostream os(text);
  Writer(module, os).write();
  os << '\n';
  return text;
}

} // namespace ringc

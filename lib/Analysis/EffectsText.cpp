// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The analyses as JSON, for people and for tests. The driver prints it under --emit=effects.

#include "ringc/Analysis/Effects.h"
#include "ringc/Analysis/Footprint.h"
#include "ringc/Analysis/MessageFlow.h"
#include "llvm/Support/JSON.h"

namespace ringc::analysis {

using namespace ir;

namespace {

class Writer {
public:
  Writer(const Module& module, llvm::raw_ostream& os)
      : module_(module), flow_(messageFlow(module)), json_(os, 2) {}

  void write() {
    json_.object([&] {
      json_.attribute("module", module_.name);
      json_.attributeArray("actors", [&] {
        for (const Actor& one : module_.actors)
          json_.object([&] { actor(one); });
      });
      functions("stencils", FunctionKind::Stencil);
      functions("kernels", FunctionKind::Kernel);
    });
  }

private:
  void actor(const Actor& actor) {
    json_.attribute("name", actor.state->name());
    json_.attributeArray("handlers", [&] {
      for (const Handler& one : actor.handlers)
        json_.object([&] { handler(actor, one); });
    });
  }

  void handler(const Actor& actor, const Handler& handler) {
    const HandlerEffects effects = handlerEffects(*handler.function);
    json_.attribute("message", handler.message->name());
    json_.attribute("maxSends", effects.maxSends ? llvm::json::Value(*effects.maxSends)
                                                 : llvm::json::Value(nullptr));
    json_.attribute("usesTrySend", effects.usesTrySend);
    json_.attribute("mayFail", effects.mayFail);
    json_.attribute("mayStop", effects.mayStop);
    json_.attribute("readsState", effects.readsState);
    json_.attribute("writesState", effects.writesState);
    json_.attribute("readOnly", effects.isReadOnly());
    json_.attributeArray("fields", [&] {
      for (size_t i = 0; i < effects.fields.size(); ++i)
        field(actor.state->fields()[i].name, effects.fields[i]);
    });
    json_.attributeArray("sends", [&] {
      for (const MessageEdge& edge : flow_)
        if (edge.handler == &handler)
          json_.object([&] {
            json_.attribute("kind", kindText(edge.kind));
            json_.attribute("message", edge.message->name());
          });
    });
  }

  void field(llvm::StringRef name, Access access) {
    if (!access.isRead && !access.isWritten)
      return;
    json_.object([&] {
      json_.attribute("name", name);
      json_.attribute("read", access.isRead);
      json_.attribute("written", access.isWritten);
    });
  }

  static llvm::StringRef kindText(SendKind kind) {
    switch (kind) {
    case SendKind::Reply:
      return "reply";
    case SendKind::Send:
      return "send";
    case SendKind::TrySend:
      return "trySend";
    }
    return "";
  }

  void functions(llvm::StringRef name, FunctionKind kind) {
    json_.attributeArray(name, [&] {
      for (const Function* function : module_.functions)
        if (function->kind == kind)
          json_.object([&] {
            json_.attribute("name", function->name);
            json_.attribute("signature", function->signature);
            if (kind == FunctionKind::Stencil)
              stencil(*function);
            else
              kernel(*function);
          });
    });
  }

  template <class T> void triple(llvm::StringRef name, const std::array<T, 3>& values) {
    json_.attributeArray(name, [&] {
      for (T value : values)
        json_.value(value);
    });
  }

  void stencil(const Function& function) {
    const Footprint all = footprint(function);
    triple("low", all.low);
    triple("high", all.high);
    json_.attributeArray("cells", [&] {
      for (const CellFootprint& cell : all.cells)
        json_.object([&] {
          json_.attribute("name", cell.cell->name);
          json_.attribute("read", cell.isRead);
          json_.attribute("written", cell.isWritten);
          triple("min", cell.min);
          triple("max", cell.max);
        });
    });
  }

  void kernel(const Function& function) {
    json_.attribute("usesBarrier", usesBarrier(function));
    json_.attribute("sharedBytes", sharedBytes(function));
  }

  const Module& module_;
  std::vector<MessageEdge> flow_;
  llvm::json::OStream json_;
};

} // namespace

std::string effectsText(const Module& module) {
  std::string text;
  llvm::raw_string_ostream os(text);
  Writer(module, os).write();
  os << '\n';
  return text;
}

} // namespace ringc::analysis

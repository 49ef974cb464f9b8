// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions, actors, and the module that owns every node. A module is what one
// `ringkernel_add_kernel` target compiles: all its sources linked by qualified name.
#ifndef RINGC_IR_MODULE_H
#define RINGC_IR_MODULE_H

#include "ringc/IR/Stmt.h"
#include "ringc/Support/Diagnostics.h"
#include <array>

namespace ringc::ir {

enum class FunctionKind : uint8_t {
  Device,  ///< called by others only
  Handler, ///< first parameter: the state; second: the message; third: the Context
  Stencil, ///< the body of one cell; parameters are Cells, then values
  Kernel,  ///< SPMD over a grid; parameters are Spans and values
};

class Function {
public:
  Function(FunctionKind kind, std::string name, const Type* returnType, Location loc)
      : kind(kind), name(std::move(name)), returnType(returnType), loc(loc) {}
  FunctionKind kind;
  /// Qualified C++ name with template arguments; an overload set is told apart by `signature`.
  std::string name;
  /// Parameter types as C++ writes them, e.g. `(const Transfer &, ring::Context &)`: with the name
  /// the function's identity in the module.
  std::string signature;
  const Type* returnType;
  Location loc;
  std::vector<Local*> params;
  std::vector<Local*>
      shared; ///< one each for a block: a kernel's ring::Shared parameters and what passes add
  Block* body = nullptr;
  std::array<uint32_t, 3> blockSize = {256, 1, 1}; ///< kernels only, threads
};

enum class Scope : uint8_t { Thread, Warp, Block };

/// `thread`, `warp` or `block`, as in the text form.
llvm::StringRef scopeName(Scope scope);

/// A message type: index in Module::messages is the module's type index, which emitted code uses.
struct Message {
  const StructType* type;
  uint64_t typeId; ///< stable: FNV-1a of the qualified name and the layout
};

struct Handler {
  Function* function;
  const StructType* message;
};

struct Actor {
  const StructType* state;
  Scope scope;
  std::vector<Handler> handlers;
  uint64_t typeId;
  Location loc;
};

class Module {
public:
  explicit Module(std::string name) : name(std::move(name)) {}
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  std::string name;
  TypeTable types;
  std::vector<std::string> files; ///< by FileId, as the user named them
  std::vector<Message> messages;
  std::vector<Actor> actors;
  std::vector<Function*> functions; ///< callees before callers

  FileId addFile(llvm::StringRef path);
  /// Where a diagnostic about a node at `loc` points; an unknown file gives no place.
  SourcePlace sourcePlace(Location loc) const;
  Function* findFunction(llvm::StringRef name, llvm::StringRef signature) const;
  const Message* findMessage(const StructType* type) const;

  /// Makes a node that lives as long as the module.
  template <class T, class... Args> T* make(Args&&... args) {
    auto owned = std::make_unique<Holder<T>>(std::forward<Args>(args)...);
    T* node = &owned->value;
    nodes_.push_back(std::move(owned));
    return node;
  }

private:
  struct HolderBase {
    virtual ~HolderBase() = default;
  };
  template <class T> struct Holder final : HolderBase {
    template <class... Args> explicit Holder(Args&&... args) : value(std::forward<Args>(args)...) {}
    T value;
  };
  std::vector<std::unique_ptr<HolderBase>> nodes_;
};

/// FNV-1a, 64 bits, over the qualified name and the layout: the stable type id of RUNTIME.md.
uint64_t stableTypeId(const StructType& type);

} // namespace ringc::ir

#endif

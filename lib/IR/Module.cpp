// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Look-ups of a module, and the stable type id. Checks nothing: see the verifier.

#include "ringc/IR/Module.h"
#include "ringc/Support/Check.h"
#include "llvm/ADT/DenseSet.h"

namespace ringc::ir {

FileId Module::addFile(llvm::StringRef path) {
  for (size_t i = 0; i < files.size(); ++i)
    if (files[i] == path)
      return static_cast<FileId>(i);
  files.push_back(path.str());
  return static_cast<FileId>(files.size() - 1);
}

SourcePlace Module::sourcePlace(Location loc) const {
  const auto index = static_cast<size_t>(loc.file);
  return index < files.size() ? SourcePlace{files[index], loc.line, loc.column} : SourcePlace{};
}

Function* Module::findFunction(llvm::StringRef name, llvm::StringRef signature) const {
  for (Function* function : functions)
    if (function->name == name && function->signature == signature)
      return function;
  return nullptr;
}

const Message* Module::findMessage(const StructType* type) const {
  for (const Message& message : messages)
    if (message.type == type)
      return &message;
  return nullptr;
}

namespace {

/// Feeds a struct's layout to FNV-1a. Nested structs are written once each, in the order of their
/// first mention, so that a diamond of structs costs no more than its nodes.
class LayoutHash {
public:
  uint64_t of(const StructType& root) {
    mention(&root);
    for (size_t i = 0; i < order_.size(); ++i)
      addStruct(*order_[i]);
    return hash_;
  }

private:
  void addByte(uint8_t byte) { hash_ = (hash_ ^ byte) * 0x100000001b3; }
  void addNumber(uint64_t value) {
    for (unsigned shift = 0; shift < 64; shift += 8)
      addByte(static_cast<uint8_t>(value >> shift));
  }
  void addText(llvm::StringRef text) {
    for (char c : text)
      addByte(static_cast<uint8_t>(c));
    addByte(0);
  }
  void mention(const StructType* type) {
    if (seen_.insert(type).second)
      order_.push_back(type);
  }

  void addStruct(const StructType& type) {
    addText(type.name());
    addNumber(type.size());
    addNumber(type.align());
    addNumber(type.fields().size());
    for (const Field& field : type.fields()) {
      addText(field.name);
      addNumber(field.offset);
      addType(field.type);
    }
  }

  void addType(const Type* type) {
    for (; const auto* array = llvm::dyn_cast<ArrayType>(type); type = array->element()) {
      addText("array");
      addNumber(array->count());
    }
    if (const auto* nested = llvm::dyn_cast<StructType>(type)) {
      addText(nested->name());
      mention(nested);
    } else if (const auto* integer = llvm::dyn_cast<IntType>(type)) {
      addText(integer->isSigned() ? "int" : "uint");
      addNumber(integer->bits());
    } else if (const auto* real = llvm::dyn_cast<FloatType>(type)) {
      addText("float");
      addNumber(real->bits());
    } else {
      addText("bool");
    }
  }

  uint64_t hash_ = 0xcbf29ce484222325;
  llvm::DenseSet<const StructType*> seen_;
  std::vector<const StructType*> order_;
};

} // namespace

uint64_t stableTypeId(const StructType& type) { return LayoutHash().of(type); }

} // namespace ringc::ir

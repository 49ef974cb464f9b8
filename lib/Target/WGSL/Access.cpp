// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Types, and how values come out of words and go into them.

#include "WgslPrinter.h"
#include "ringc/Support/Check.h"

namespace ringc::wgsl {

using namespace ir;

std::string WgslPrinter::type(const Type& type) {
  switch (type.kind()) {
  case TypeKind::Void:
    return "";
  case TypeKind::Bool:
    return "bool";
  case TypeKind::Int: {
    const auto& integer = llvm::cast<IntType>(type);
    return integer.bits() == 64 ? "vec2<u32>" : integer.isSigned() ? "i32" : "u32";
  }
  case TypeKind::Float:
    return "f32";
  case TypeKind::Array: {
    const auto& array = llvm::cast<ArrayType>(type);
    return fmt::format("array<{}, {}>", this->type(*array.element()), array.count());
  }
  case TypeKind::Struct: {
    const auto* structType = llvm::cast<StructType>(&type);
    usedStructs_.insert(structType);
    for (const Field& field : structType->fields())
      this->type(*field.type); // marks what it holds
    return names_.of(structType).str();
  }
  case TypeKind::Span:
  case TypeKind::Cell:
  case TypeKind::Context:
    break;
  }
  RINGC_UNREACHABLE("a view has no type of its own");
}

std::string WgslPrinter::zero(const Type& type) { return this->type(type) + "()"; }

std::string WgslPrinter::word(const Address& address, uint64_t wordsOn) {
  const Buffer& buffer = *address.buffer;
  std::string element = fmt::format("{}[{}]", buffer.name, address.word(wordsOn));
  if (!buffer.isAtomic)
    return element;
  element = fmt::format("atomicLoad(&{})", element);
  return buffer.isSigned ? fmt::format("bitcast<u32>({})", element) : element;
}

std::string WgslPrinter::load(const Type& type, const Address& address) {
  if (type.isAggregate()) {
    const bool inWords = type.align() >= 4;
    return fmt::format("{}({})", loader(type, *address.buffer),
                       inWords ? address.word() : address.byte());
  }
  if (llvm::isa<FloatType>(type))
    return fmt::format("bitcast<f32>({})", word(address));
  const auto* integer = llvm::dyn_cast<IntType>(&type);
  if (integer && integer->bits() == 64)
    return fmt::format("vec2<u32>({}, {})", word(address), word(address, 1));
  if (integer && integer->bits() == 32)
    return integer->isSigned() ? fmt::format("bitcast<i32>({})", word(address)) : word(address);
  const std::string whole = integer && integer->isSigned()
                                ? fmt::format("bitcast<i32>({})", word(address))
                                : word(address);
  std::string part = fmt::format("extractBits({}, {}, {}u)", whole, address.bit(), type.size() * 8);
  return integer ? part : fmt::format("({} != 0u)", part);
}

void WgslPrinter::storeWord(const Address& address, uint64_t wordsOn, const std::string& value) {
  const Buffer& buffer = *address.buffer;
  const std::string element = fmt::format("{}[{}]", buffer.name, address.word(wordsOn));
  if (!buffer.isAtomic)
    return out_.line("{} = {};", element, value);
  out_.line("atomicStore(&{}, {});", element,
            buffer.isSigned ? fmt::format("bitcast<i32>({})", value) : value);
}

/// Where other lanes may write the rest of the word, in two atomic steps that leave the rest alone.
void WgslPrinter::storeSubWord(const Type& type, const Address& address, const std::string& value) {
  const std::string element = fmt::format("{}[{}]", address.buffer->name, address.word());
  const uint64_t bits = type.size() * 8;
  const std::string unsignedValue =
      type.kind() == TypeKind::Bool || llvm::cast<IntType>(type).isSigned()
          ? fmt::format("u32({})", value)
          : value;
  if (!address.buffer->isAtomic) {
    out_.line("{0} = insertBits({0}, {1}, {2}, {3}u);", element, unsignedValue, address.bit(),
              bits);
    return;
  }
  const char* word = address.buffer->isSigned ? "i32" : "u32";
  out_.line("atomicAnd(&{}, {}(~({:#x}u << {})));", element, word, (uint64_t(1) << bits) - 1,
            address.bit());
  out_.line("atomicOr(&{}, {}(({} & {:#x}u) << {}));", element, word, unsignedValue,
            (uint64_t(1) << bits) - 1, address.bit());
}

void WgslPrinter::store(const Type& type, const Address& address, const std::string& value) {
  if (type.isAggregate()) {
    const bool inWords = type.align() >= 4;
    return out_.line("{}({}, {});", storer(type, *address.buffer),
                     inWords ? address.word() : address.byte(), value);
  }
  if (llvm::isa<FloatType>(type))
    return storeWord(address, 0, fmt::format("bitcast<u32>({})", value));
  const auto* integer = llvm::dyn_cast<IntType>(&type);
  if (!integer || integer->bits() < 32)
    return storeSubWord(type, address, value);
  if (integer->bits() == 32)
    return storeWord(address, 0,
                     integer->isSigned() ? fmt::format("bitcast<u32>({})", value) : value);
  const std::string wide = locals_.take("ring_wide");
  out_.line("let {} = {};", wide, value);
  storeWord(address, 0, wide + ".x");
  storeWord(address, 1, wide + ".y");
}

std::string WgslPrinter::loader(const Type& type, const Buffer& buffer) {
  for (const Helper& helper : helpers_)
    if (helper.kind == Helper::Load && helper.type == &type && helper.buffer.name == buffer.name)
      return helper.name;
  std::string name =
      names_.take(fmt::format("ring_load_{}_{}", target::mangle(this->type(type)), buffer.name));
  helpers_.push_back({Helper::Load, &type, buffer, name});
  return name;
}

std::string WgslPrinter::storer(const Type& type, const Buffer& buffer) {
  for (const Helper& helper : helpers_)
    if (helper.kind == Helper::Store && helper.type == &type && helper.buffer.name == buffer.name)
      return helper.name;
  std::string name =
      names_.take(fmt::format("ring_store_{}_{}", target::mangle(this->type(type)), buffer.name));
  helpers_.push_back({Helper::Store, &type, buffer, name});
  return name;
}

std::string WgslPrinter::selector(const Type& type) {
  for (const Helper& helper : helpers_)
    if (helper.kind == Helper::Select && helper.type == &type)
      return helper.name;
  std::string name = names_.take("ring_select_" + target::mangle(this->type(type)));
  helpers_.push_back({Helper::Select, &type, {}, name});
  return name;
}

void WgslPrinter::printLoader(const Type& type, const Buffer& buffer, llvm::StringRef name) {
  const Address at = Address(buffer).plus("at", type.align() >= 4 ? 4 : 1);
  const target::BlockScope body(out_, fmt::format("fn {}(at: u32) -> {}", name, this->type(type)));
  out_.line("var value: {};", this->type(type));
  if (const auto* array = llvm::dyn_cast<ArrayType>(&type)) {
    const Type& element = *array->element();
    const target::BlockScope loop(
        out_, fmt::format("for (var i = 0u; i < {}u; i += 1u)", array->count()));
    out_.line("value[i] = {};", load(element, at.plus("i", element.size())));
  } else {
    const auto& structType = llvm::cast<StructType>(type);
    for (uint32_t i = 0; i < structType.fields().size(); ++i) {
      const Field& field = structType.fields()[i];
      out_.line("value.{} = {};", fields_.of(structType, i),
                load(*field.type, at.plus(field.offset)));
    }
  }
  out_.text("return value;");
}

void WgslPrinter::printStorer(const Type& type, const Buffer& buffer, llvm::StringRef name) {
  const Address at = Address(buffer).plus("at", type.align() >= 4 ? 4 : 1);
  const bool isArray = llvm::isa<ArrayType>(type);
  const target::BlockScope body(out_, fmt::format("fn {}(at: u32, {}: {})", name,
                                                  isArray ? "given" : "value", this->type(type)));
  if (isArray) {
    const auto& array = llvm::cast<ArrayType>(type);
    const Type& element = *array.element();
    out_.text("var value = given;");
    const target::BlockScope loop(out_,
                                  fmt::format("for (var i = 0u; i < {}u; i += 1u)", array.count()));
    store(element, at.plus("i", element.size()), "value[i]");
    return;
  }
  const auto& structType = llvm::cast<StructType>(type);
  for (uint32_t i = 0; i < structType.fields().size(); ++i) {
    const Field& field = structType.fields()[i];
    store(*field.type, at.plus(field.offset), fmt::format("value.{}", fields_.of(structType, i)));
  }
}

void WgslPrinter::printHelpers() {
  for (size_t i = 0; i < helpers_.size(); ++i) {
    const Helper helper = helpers_[i];
    locals_ = target::LocalNames(target::Language::Wgsl, names_.scope());
    out_.blank();
    switch (helper.kind) {
    case Helper::Load:
      printLoader(*helper.type, helper.buffer, helper.name);
      break;
    case Helper::Store:
      printStorer(*helper.type, helper.buffer, helper.name);
      break;
    case Helper::Select: {
      const std::string name = type(*helper.type);
      const target::BlockScope body(
          out_, fmt::format("fn {0}(ifFalse: {1}, ifTrue: {1}, condition: bool) -> {1}",
                            helper.name, name));
      out_.text("if (condition) {");
      out_.text("  return ifTrue;");
      out_.text("}");
      out_.text("return ifFalse;");
      break;
    }
    }
  }
}

} // namespace ringc::wgsl

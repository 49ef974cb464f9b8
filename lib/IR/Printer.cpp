// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Prints a module: its header, structs, messages, actors and functions, in the order in which the
// module holds them. It must print any module that does not yet verify, because messages show it.

#include "ringc/IR/Printer.h"
#include "Spelling.h"
#include "TextPrinter.h"
#include "llvm/Support/Format.h"

namespace ringc::ir {

void TextPrinter::startLine(Location inherited) {
  os_.indent(indent_ * 2);
  inherited_ = inherited;
  locs_.clear();
}

void TextPrinter::trailer() {
  while (!locs_.empty() &&
         locs_.back() == (locs_.size() > 1 ? locs_[locs_.size() - 2] : inherited_))
    locs_.pop_back();
  if (locations_ == Locations::Omit || locs_.empty())
    return;
  os_ << " @";
  Location previous = inherited_;
  bool isFirst = true;
  for (Location loc : locs_) {
    if (loc == previous) {
      os_ << '.';
    } else {
      os_ << (isFirst ? "" : " ");
      if (loc.file != previous.file)
        os_ << static_cast<uint32_t>(loc.file) << ':';
      if (loc.file != previous.file || loc.line != previous.line)
        os_ << loc.line;
      os_ << ':' << loc.column;
    }
    previous = loc;
    isFirst = false;
  }
}

void TextPrinter::endLine(llvm::StringRef tail) {
  trailer();
  os_ << tail << '\n';
}

void TextPrinter::type(const Type& type) {
  switch (type.kind()) {
  case TypeKind::Void:
    os_ << "void";
    return;
  case TypeKind::Bool:
    os_ << "bool";
    return;
  case TypeKind::Context:
    os_ << "context";
    return;
  case TypeKind::Int:
    os_ << (llvm::cast<IntType>(type).isSigned() ? 'i' : 'u') << llvm::cast<IntType>(type).bits();
    return;
  case TypeKind::Float:
    os_ << 'f' << llvm::cast<FloatType>(type).bits();
    return;
  case TypeKind::Array:
    os_ << "array<";
    this->type(*llvm::cast<ArrayType>(type).element());
    os_ << ", " << llvm::cast<ArrayType>(type).count() << '>';
    return;
  case TypeKind::Struct:
    os_ << quoted(llvm::cast<StructType>(type).name());
    return;
  case TypeKind::Span:
    os_ << "span<" << (llvm::cast<SpanType>(type).isConst() ? "const " : "");
    this->type(*llvm::cast<SpanType>(type).element());
    os_ << '>';
    return;
  case TypeKind::Cell: {
    const auto& cell = llvm::cast<CellType>(type);
    os_ << "cell" << cell.dims() << '<' << (cell.isConst() ? "const " : "");
    this->type(*cell.element());
    os_ << '>';
    return;
  }
  }
}

void TextPrinter::typeId(uint64_t id, const StructType& type) {
  if (id != stableTypeId(type))
    os_ << " id #" << llvm::format_hex_no_prefix(id, 16);
}

void TextPrinter::structType(const StructType& type) {
  startLine(topLocation);
  os_ << "struct " << quoted(type.name()) << " size " << type.size() << " align " << type.align();
  at(type.loc());
  endLine(" {");
  ++indent_;
  for (const Field& field : type.fields()) {
    startLine(type.loc());
    os_ << nameText(field.name) << ": ";
    this->type(*field.type);
    os_ << " at " << field.offset;
    at(field.loc);
    endLine("");
  }
  --indent_;
  os_ << "}\n\n";
}

void TextPrinter::functionReference(const Function& function) {
  os_ << quoted(function.name);
  if (functionCounts_.lookup(function.name) > 1)
    os_ << ' ' << quoted(function.signature);
}

void TextPrinter::actor(const Actor& actor) {
  startLine(topLocation);
  os_ << "actor " << quoted(actor.state->name()) << " scope " << spell(actor.scope);
  typeId(actor.typeId, *actor.state);
  at(actor.loc);
  endLine(" {");
  ++indent_;
  for (const Handler& handler : actor.handlers) {
    os_.indent(indent_ * 2) << "handler " << quoted(handler.message->name()) << ' ';
    functionReference(*handler.function);
    os_ << '\n';
  }
  --indent_;
  os_ << "}\n\n";
}

void TextPrinter::function(const Function& function) {
  names_.clear();
  nameCounts_.clear();
  startLine(topLocation);
  os_ << "func " << spell(function.kind) << ' ' << quoted(function.name);
  at(function.loc);
  if (!function.signature.empty())
    os_ << ' ' << quoted(function.signature);
  os_ << " (";
  llvm::StringRef separator = "";
  for (const Local* param : function.params) {
    os_ << separator;
    declaration(*param);
    separator = ", ";
  }
  os_ << ')';
  if (function.returnType->kind() != TypeKind::Void) {
    os_ << " -> ";
    type(*function.returnType);
  }
  if (function.kind == FunctionKind::Kernel)
    os_ << " block(" << function.blockSize[0] << ", " << function.blockSize[1] << ", "
        << function.blockSize[2] << ')';
  for (const Local* shared : function.shared) {
    os_ << " shared ";
    declaration(*shared);
  }
  if (function.body)
    block(*function.body, function.loc);
  endLine("");
  os_ << '\n';
}

void TextPrinter::module(const Module& module) {
  functionCounts_.clear();
  for (const Function* function : module.functions)
    ++functionCounts_[function->name];
  os_ << "module " << quoted(module.name) << '\n';
  for (size_t i = 0; i < module.files.size(); ++i)
    os_ << "file " << i << ' ' << quoted(module.files[i]) << '\n';
  os_ << '\n';
  for (const StructType* type : module.types.structs())
    structType(*type);
  for (const Message& message : module.messages) {
    os_ << "message " << quoted(message.type->name());
    typeId(message.typeId, *message.type);
    os_ << '\n';
  }
  if (!module.messages.empty())
    os_ << '\n';
  for (const Actor& one : module.actors)
    actor(one);
  for (const Function* one : module.functions)
    function(*one);
}

void print(const Module& module, llvm::raw_ostream& os) {
  TextPrinter(os, TextPrinter::Locations::Print).module(module);
}

std::string toString(const Module& module) {
  std::string text;
  llvm::raw_string_ostream os(text);
  print(module, os);
  return text;
}

std::string toString(const Stmt& stmt) {
  std::string text;
  llvm::raw_string_ostream os(text);
  TextPrinter(os, TextPrinter::Locations::Omit).stmt(stmt);
  return llvm::StringRef(text).rtrim().str();
}

std::string toString(const Expr& expr) {
  std::string text;
  llvm::raw_string_ostream os(text);
  TextPrinter(os, TextPrinter::Locations::Omit).expr(expr);
  return text;
}

std::string toString(const Type& type) {
  std::string text;
  llvm::raw_string_ostream os(text);
  TextPrinter(os, TextPrinter::Locations::Omit).type(type);
  return text;
}

} // namespace ringc::ir

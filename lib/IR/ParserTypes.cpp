// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads types. Their sizes are bounded here, because an array's size is computed when it is made.

#include "TextParser.h"
#include "ringc/IR/Limits.h"

namespace ringc::ir {

const Type* TextParser::scalarType(llvm::StringRef word) {
  TypeTable& types = module_->types;
  if (word == "bool")
    return types.boolType();
  if (word == "f32" || word == "f64")
    return types.floatType(word == "f32" ? 32 : 64);
  uint32_t bits = 0;
  if (word.size() < 2 || (word[0] != 'i' && word[0] != 'u') ||
      word.drop_front().getAsInteger(10, bits) || std::to_string(bits) != word.drop_front() ||
      (bits != 8 && bits != 16 && bits != 32 && bits != 64))
    return nullptr;
  return types.intType(bits, word[0] == 'i');
}

unsigned TextParser::typeNesting(const Type* type) const {
  unsigned nesting = 0;
  for (; const auto* array = llvm::dyn_cast<ArrayType>(type); type = array->element())
    ++nesting;
  return nesting + structNesting_.lookup(type);
}

const Type* TextParser::arrayType() {
  const Token& at = token();
  if (!expect("<"))
    return nullptr;
  const Type* element = type();
  uint64_t count = 0;
  if (!element || !expect(",") || !expectNumber(count, "a count of elements"))
    return nullptr;
  const uint64_t elementBytes = std::max<uint64_t>(element->size(), 1);
  if (count > maxTypeBytes / elementBytes) {
    error(DiagId::IRLimit, at, "the count of an array's elements", count,
          maxTypeBytes / elementBytes);
    return nullptr;
  }
  if (typeNesting(element) + 1 > maxTypeNesting) {
    error(DiagId::IRLimit, at, "the nesting of a type", typeNesting(element) + 1, maxTypeNesting);
    return nullptr;
  }
  return expect(">") ? module_->types.arrayType(element, count) : nullptr;
}

/// A span or a cell.
const Type* TextParser::viewType(llvm::StringRef word) {
  if (!expect("<"))
    return nullptr;
  const bool isConst = acceptWord("const");
  const Type* element = type();
  if (!element || !expect(">"))
    return nullptr;
  if (word == "span")
    return module_->types.spanType(element, isConst);
  return module_->types.cellType(element, static_cast<uint32_t>(word.back() - '0'), isConst);
}

const Type* TextParser::type() {
  const Nesting nesting(depth_);
  if (depth_ > maxNesting && tooDeep())
    return nullptr;
  if (token().kind == TokenKind::String)
    return structName();
  if (token().kind == TokenKind::Identifier) {
    const llvm::StringRef word = token().text;
    if (const Type* scalar = scalarType(word)) {
      next();
      return scalar;
    }
    if (acceptWord("void"))
      return module_->types.voidType();
    if (acceptWord("context"))
      return module_->types.contextType();
    if (acceptWord("array"))
      return arrayType();
    if (acceptWord("span") || acceptWord("cell1") || acceptWord("cell2") || acceptWord("cell3"))
      return viewType(word);
  }
  syntaxError("a type");
  return nullptr;
}

} // namespace ringc::ir

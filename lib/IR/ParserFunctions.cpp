// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads functions: header, parameters, shared variables; and finds the functions that text names.

#include "TextParser.h"

namespace ringc::ir {

bool TextParser::functionName(std::string& name, std::optional<std::string>& signature) {
  if (!expectString(name, "the name of a function in quotes"))
    return false;
  std::string text;
  if (token().kind == TokenKind::String && !token().startsLine && expectString(text, "")) {
    signature = std::move(text);
  }
  return true;
}

Function* TextParser::resolveFunction(const std::string& name,
                                      const std::optional<std::string>& signature,
                                      const Token& at) {
  const auto found = functions_.find(name);
  if (found == functions_.end()) {
    error(DiagId::IRUnknownName, at, "function", name);
    return nullptr;
  }
  const std::map<std::string, Function*>& overloads = found->second;
  if (!signature) {
    if (overloads.size() == 1)
      return overloads.begin()->second;
    error(DiagId::IRAmbiguousName, at, name);
    return nullptr;
  }
  const auto overload = overloads.find(*signature);
  if (overload != overloads.end())
    return overload->second;
  error(DiagId::IRUnknownName, at, "function", name + *signature);
  return nullptr;
}

/// `let %x: f32`, `var %x: f32`, `ref const state %x: f32`.
Local* TextParser::declaration() {
  const bool isReference = acceptWord("ref");
  bool isConst = false;
  auto space = AddressSpace::Function;
  if (isReference) {
    isConst = acceptWord("const");
    if (!enumWord(space, "an address space"))
      return nullptr;
  } else if (acceptWord("let")) {
    isConst = true;
  } else if (!expectWord("var")) {
    return nullptr;
  }
  const Token& at = token();
  if (at.kind != TokenKind::Local) {
    syntaxError("a local");
    return nullptr;
  }
  next();
  const Location loc = nextLocation();
  if (!expect(":"))
    return nullptr;
  const Type* localType = type();
  if (!localType)
    return nullptr;
  const auto kind = isReference ? LocalKind::Reference : LocalKind::Variable;
  auto* local = module_->make<Local>(kind, at.text.str(), localType, loc);
  local->space = space;
  local->isConst = isConst;
  if (!locals_.try_emplace({local->name, at.number}, local).second) {
    error(DiagId::IRDuplicateName, at, "local", "%" + local->name);
    return nullptr;
  }
  return local;
}

bool TextParser::blockSize(Function& function) {
  for (size_t axis = 0; axis < 3; ++axis) {
    const Token& at = token();
    uint64_t size = 0;
    if (!expect(axis == 0 ? "(" : ",") || !expectNumber(size, "a count of threads"))
      return false;
    if (size > UINT32_MAX)
      return error(DiagId::IRLimit, at, "the size of a block", size, UINT32_MAX);
    function.blockSize[axis] = static_cast<uint32_t>(size);
  }
  return expect(")");
}

bool TextParser::functionHeader(Function& function) {
  if (!expect("("))
    return false;
  while (!failed_ && !isPunctuation(")")) {
    Local* param = declaration();
    if (!param)
      return false;
    param->kind = param->isReference() ? LocalKind::ReferenceParameter : LocalKind::ValueParameter;
    function.params.push_back(param);
    if (!isPunctuation(")") && !expect(","))
      return false;
  }
  if (!expect(")"))
    return false;
  function.returnType = accept("->") ? type() : module_->types.voidType();
  if (!function.returnType || (acceptWord("block") && !blockSize(function)))
    return false;
  while (acceptWord("shared")) {
    Local* shared = variable();
    if (!shared)
      return false;
    shared->kind = LocalKind::Shared;
    function.shared.push_back(shared);
  }
  return true;
}

/// A declaration that is not a reference.
Local* TextParser::variable() {
  if (isWord("ref")) {
    syntaxError("'let' or 'var'");
    return nullptr;
  }
  return declaration();
}

bool TextParser::function() {
  locals_.clear();
  auto kind = FunctionKind::Device;
  if (!enumWord(kind, "'device', 'handler', 'stencil' or 'kernel'"))
    return false;
  const Token& at = token();
  std::string name;
  if (!expectString(name, "the name of a function in quotes"))
    return false;
  const Location loc = nextLocation();
  auto* function = module_->make<Function>(kind, name, module_->types.voidType(), loc);
  if (token().kind == TokenKind::String && !expectString(function->signature, ""))
    return false;
  const auto known = functions_.find(name);
  if (known != functions_.end() && known->second.count(function->signature))
    return error(DiagId::IRDuplicateName, at, "function", name + function->signature);
  if (!functionHeader(*function))
    return false;
  function->body = block(loc);
  if (!function->body || !endLine())
    return false;
  // Known only now: a call within its own body cannot find it.
  functions_[name][function->signature] = function;
  module_->functions.push_back(function);
  return true;
}

} // namespace ringc::ir

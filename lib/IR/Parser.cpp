// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Cursor of the text parser, and the module level: header, structs, messages, actors. It refuses
// what no node could be made of; the rest is the verifier's.

#include "ringc/IR/Parser.h"
#include "TextParser.h"
#include "ringc/IR/Limits.h"

namespace ringc::ir {

namespace {

std::string describe(const Token& token) {
  switch (token.kind) {
  case TokenKind::End:
    return "the end of the text";
  case TokenKind::String:
    return quoted(token.text.take_front(60));
  case TokenKind::Local:
    return "'%" + token.text.take_front(60).str() + "'";
  case TokenKind::Hex:
    return "a '#' number";
  case TokenKind::Identifier:
  case TokenKind::Integer:
  case TokenKind::Real:
  case TokenKind::Punctuation:
    return "'" + (token.text + token.suffix).str().substr(0, 60) + "'";
  }
  return "";
}

} // namespace

bool TextParser::syntaxError(llvm::StringRef expected) {
  return error(DiagId::IRSyntax, token(), expected, describe(token()));
}

bool TextParser::tooDeep() {
  return !error(DiagId::IRLimit, token(), "the nesting at this place", depth_, maxNesting);
}

bool TextParser::isPunctuation(llvm::StringRef text) const {
  return token().kind == TokenKind::Punctuation && token().text == text;
}

bool TextParser::isWord(llvm::StringRef text) const {
  return token().kind == TokenKind::Identifier && token().text == text;
}

bool TextParser::accept(llvm::StringRef punctuation) {
  if (!isPunctuation(punctuation))
    return false;
  next();
  return true;
}

bool TextParser::acceptWord(llvm::StringRef word) {
  if (!isWord(word))
    return false;
  next();
  return true;
}

bool TextParser::expect(llvm::StringRef punctuation) {
  return accept(punctuation) || syntaxError(("'" + punctuation + "'").str());
}

bool TextParser::expectWord(llvm::StringRef word) {
  return acceptWord(word) || syntaxError(("'" + word + "'").str());
}

bool TextParser::expectString(std::string& text, llvm::StringRef what) {
  if (token().kind != TokenKind::String)
    return syntaxError(what);
  text = token().text.str();
  next();
  return true;
}

bool TextParser::expectNumber(uint64_t& number, llvm::StringRef what) {
  if (token().kind != TokenKind::Integer || !token().suffix.empty() ||
      token().text.getAsInteger(10, number))
    return syntaxError(what);
  next();
  return true;
}

bool TextParser::expectName(std::string& name, llvm::StringRef what) {
  if (token().kind != TokenKind::Identifier && token().kind != TokenKind::String)
    return syntaxError(what);
  name = token().text.str();
  next();
  return true;
}

const StructType* TextParser::structName() {
  const Token& at = token();
  std::string name;
  if (!expectString(name, "the name of a struct in quotes"))
    return nullptr;
  const StructType* type = module_->types.findStruct(name);
  if (!type)
    error(DiagId::IRUnknownName, at, "struct", name);
  return type;
}

bool TextParser::file() {
  const Token& at = token();
  uint64_t index = 0;
  std::string path;
  if (!expectNumber(index, "the number of a file") || !expectString(path, "a path in quotes"))
    return false;
  if (index != module_->files.size())
    return error(DiagId::IRBadToken, at,
                 fmt::format("files are numbered in their order; this one is {}, not {}",
                             module_->files.size(), index));
  module_->files.push_back(path);
  return true;
}

bool TextParser::field(std::vector<Field>& fields, llvm::StringSet<>& names, Location owner) {
  startLine(owner);
  const Token& at = token();
  Field field;
  if (!expectName(field.name, "the name of a field") || !expect(":"))
    return false;
  if (!names.insert(field.name).second)
    return error(DiagId::IRDuplicateName, at, "field", field.name);
  field.type = type();
  if (!field.type || !expectWord("at") || !expectNumber(field.offset, "an offset in bytes"))
    return false;
  field.loc = nextLocation();
  fields.push_back(std::move(field));
  return endLine();
}

bool TextParser::structType() {
  const Token& at = token();
  std::string name;
  uint64_t size = 0;
  uint64_t align = 0;
  if (!expectString(name, "the name of a struct in quotes") || !expectWord("size") ||
      !expectNumber(size, "a size in bytes") || !expectWord("align") ||
      !expectNumber(align, "an alignment in bytes"))
    return false;
  if (module_->types.findStruct(name))
    return error(DiagId::IRDuplicateName, at, "struct", name);
  if (size > maxTypeBytes || align > maxTypeBytes)
    return error(DiagId::IRLimit, at, "the size of struct '" + name + "' in bytes",
                 std::max(size, align), maxTypeBytes);
  const Location loc = nextLocation();
  if (!openBrace())
    return false;
  std::vector<Field> fields;
  llvm::StringSet<> names;
  unsigned nesting = 0;
  while (!failed_ && !isPunctuation("}")) {
    if (!field(fields, names, loc))
      return false;
    nesting = std::max(nesting, typeNesting(fields.back().type));
  }
  if (!closeBrace(topLocation) || !endLine())
    return false;
  if (nesting + 1 > maxTypeNesting)
    return error(DiagId::IRLimit, at, "the nesting of struct '" + name + "'", nesting + 1,
                 maxTypeNesting);
  const StructType* type = module_->types.addStruct(std::move(name), std::move(fields), size,
                                                    static_cast<uint32_t>(align), loc);
  structNesting_[type] = nesting + 1;
  return true;
}

bool TextParser::typeId(const StructType& type, uint64_t& id) {
  id = stableTypeId(type);
  if (!acceptWord("id"))
    return true;
  if (token().kind != TokenKind::Hex)
    return syntaxError("a type id as '#' and hexadecimal digits");
  id = token().number;
  next();
  return true;
}

bool TextParser::message() {
  const StructType* type = structName();
  uint64_t id = 0;
  if (!type || !typeId(*type, id) || !endLine())
    return false;
  module_->messages.push_back({type, id});
  return true;
}

bool TextParser::handler(Actor& actor) {
  startLine(actor.loc);
  if (!expectWord("handler"))
    return false;
  const StructType* message = structName();
  PendingHandler pending{module_->actors.size(), actor.handlers.size(), "", {}, &token()};
  if (!message || !functionName(pending.name, pending.signature) || !endLine())
    return false;
  actor.handlers.push_back({nullptr, message});
  pendingHandlers_.push_back(std::move(pending));
  return true;
}

bool TextParser::actor() {
  const StructType* state = structName();
  Actor actor{state, Scope::Thread, {}, 0, topLocation};
  if (!state || !expectWord("scope") || !enumWord(actor.scope, "'thread', 'warp' or 'block'") ||
      !typeId(*state, actor.typeId))
    return false;
  actor.loc = nextLocation();
  if (!openBrace())
    return false;
  while (!failed_ && !isPunctuation("}"))
    if (!handler(actor))
      return false;
  if (!closeBrace(topLocation) || !endLine())
    return false;
  module_->actors.push_back(std::move(actor));
  return true;
}

bool TextParser::resolveHandlers() {
  for (const PendingHandler& pending : pendingHandlers_) {
    Function* function = resolveFunction(pending.name, pending.signature, *pending.token);
    if (!function)
      return false;
    module_->actors[pending.actor].handlers[pending.handler].function = function;
  }
  return true;
}

std::unique_ptr<Module> TextParser::module() {
  module_ = std::make_unique<Module>("");
  startLine(topLocation);
  if (!expectWord("module") || !expectString(module_->name, "the module's name in quotes"))
    return nullptr;
  endLine();
  while (!failed_ && token().kind != TokenKind::End) {
    startLine(topLocation);
    if (acceptWord("file"))
      file() && endLine();
    else if (acceptWord("struct"))
      structType();
    else if (acceptWord("message"))
      message();
    else if (acceptWord("actor"))
      actor();
    else if (acceptWord("func"))
      function();
    else
      syntaxError("'file', 'struct', 'message', 'actor' or 'func'");
  }
  if (failed_ || !resolveHandlers())
    return nullptr;
  return std::move(module_);
}

std::unique_ptr<Module> parse(llvm::StringRef text, llvm::StringRef path,
                              DiagnosticEngine& diagnostics) {
  std::vector<Token> tokens;
  Lexer lexer(text, path, diagnostics);
  if (!lexer.run(tokens))
    return nullptr;
  return TextParser(tokens, path, diagnostics).module();
}

} // namespace ringc::ir

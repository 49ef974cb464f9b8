// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The tokens of the text form. `//` starts a comment that ends with its line.

#include "Lexer.h"
#include "llvm/ADT/StringExtras.h"

namespace ringc::ir {

namespace {

bool isWordChar(char c) { return llvm::isAlnum(c) || c == '_'; }

/// Longer ones first.
constexpr const char* punctuations[] = {
    "->", "<<", ">>", "&&", "||", "==", "!=", "<=", ">=", "{", "}", "(", ")", "[", "]", "<",
    ">",  ",",  ":",  "=",  "+",  "-",  "*",  "/",  "%",  "&", "|", "^", "~", "!", ".", "@"};

} // namespace

bool Lexer::fail(const std::string& message) {
  const auto column = static_cast<uint32_t>(position_ - lineStart_ + 1);
  diagnostics_.report(DiagId::IRBadToken, {path_.str(), line_, column}, message);
  return false;
}

llvm::StringRef Lexer::takeWhile(llvm::function_ref<bool(char)> test) {
  const llvm::StringRef taken = text_.drop_front(position_).take_while(test);
  advance(taken.size());
  return taken;
}

/// True where a new line began.
bool Lexer::skipSpace() {
  bool isNewLine = position_ == 0;
  for (;;) {
    takeWhile([](char c) { return c == ' ' || c == '\t' || c == '\r'; });
    if (peek() == '/' && peek(1) == '/')
      takeWhile([](char c) { return c != '\n'; });
    if (peek() != '\n')
      return isNewLine;
    advance(1);
    isNewLine = true;
    ++line_;
    lineStart_ = position_;
  }
}

bool Lexer::lexEscape(std::string& value) {
  const char c = peek();
  if (c == '"' || c == '\\') {
    value += c;
    advance(1);
    return true;
  }
  if (c == 'x' && llvm::isHexDigit(peek(1)) && llvm::isHexDigit(peek(2))) {
    value += static_cast<char>(llvm::hexFromNibbles(peek(1), peek(2)));
    advance(3);
    return true;
  }
  return fail("an escape is one of '\\\"', '\\\\' and '\\x' with two hexadecimal digits");
}

bool Lexer::lexString(llvm::StringRef& value) {
  advance(1);
  std::string result;
  for (;;) {
    const llvm::StringRef plain =
        takeWhile([](char c) { return c != '"' && c != '\\' && c != '\n'; });
    result += plain;
    const char c = peek();
    if (c == '"') {
      advance(1);
      value = saver_.save(result);
      return true;
    }
    if (c != '\\')
      return fail("a string ends with '\"' on its own line");
    advance(1);
    if (!lexEscape(result))
      return false;
  }
}

bool Lexer::lexLocal() {
  token_.kind = TokenKind::Local;
  advance(1);
  if (peek() == '"') {
    if (!lexString(token_.text))
      return false;
  } else {
    token_.text = takeWhile(isWordChar);
  }
  if (peek() != '.' || !llvm::isDigit(peek(1)))
    return true;
  advance(1);
  const llvm::StringRef digits = takeWhile(llvm::isDigit);
  if (digits.size() > 9 || digits.getAsInteger(10, token_.number))
    return fail("the number of a local has at most nine digits");
  return true;
}

bool Lexer::lexNumber() {
  const size_t start = position_;
  token_.kind = TokenKind::Integer;
  if (peek() == '-')
    advance(1);
  takeWhile(llvm::isDigit);
  if (peek() == '.' && llvm::isDigit(peek(1))) {
    token_.kind = TokenKind::Real;
    advance(1);
    takeWhile(llvm::isDigit);
  }
  const size_t signs = peek(1) == '-' || peek(1) == '+' ? 1 : 0;
  if (peek() == 'e' && llvm::isDigit(peek(1 + signs))) {
    token_.kind = TokenKind::Real;
    advance(1 + signs);
    takeWhile(llvm::isDigit);
  }
  token_.text = text_.slice(start, position_);
  token_.suffix = takeWhile(isWordChar);
  if (token_.text.size() > 400) {
    position_ = start;
    return fail("a number has at most 400 characters");
  }
  return true;
}

bool Lexer::lexHex() {
  token_.kind = TokenKind::Hex;
  advance(1);
  const llvm::StringRef digits = takeWhile(isWordChar);
  if (digits.empty() || digits.size() > 16 || digits.getAsInteger(16, token_.number))
    return fail("'#' is followed by 1 to 16 hexadecimal digits");
  return true;
}

void Lexer::lexIdentifier() {
  token_.kind = TokenKind::Identifier;
  token_.text = takeWhile(isWordChar);
}

bool Lexer::lexPunctuation() {
  token_.kind = TokenKind::Punctuation;
  const llvm::StringRef rest = text_.drop_front(position_);
  for (llvm::StringRef candidate : punctuations) {
    if (rest.starts_with(candidate)) {
      token_.text = rest.take_front(candidate.size());
      advance(candidate.size());
      return true;
    }
  }
  const auto byte = static_cast<unsigned char>(peek());
  if (byte < 0x20 || byte >= 0x7f)
    return fail("byte 0x" + llvm::utohexstr(byte, true) +
                " belongs into strings and comments only");
  return fail(std::string("character '") + peek() + "' belongs into strings and comments only");
}

bool Lexer::lexOne() {
  const char c = peek();
  if (c == '%' && (isWordChar(peek(1)) || peek(1) == '"'))
    return lexLocal();
  if (c == '"') {
    token_.kind = TokenKind::String;
    return lexString(token_.text);
  }
  if (llvm::isDigit(c) || (c == '-' && llvm::isDigit(peek(1))))
    return lexNumber();
  if (c == '#')
    return lexHex();
  if (isWordChar(c)) {
    lexIdentifier();
    return true;
  }
  return lexPunctuation();
}

bool Lexer::run(std::vector<Token>& tokens) {
  if (text_.size() > UINT32_MAX) {
    diagnostics_.report(DiagId::IRLimit, {path_.str(), 0, 0}, "the text's length in bytes",
                        text_.size(), UINT32_MAX);
    return false;
  }
  for (;;) {
    const size_t before = position_;
    token_ = Token();
    token_.startsLine = skipSpace();
    token_.hasSpaceBefore = position_ != before;
    token_.line = line_;
    token_.column = static_cast<uint32_t>(position_ - lineStart_ + 1);
    if (position_ == text_.size()) {
      token_.startsLine = true;
      tokens.push_back(token_);
      return true;
    }
    if (!lexOne())
      return false;
    tokens.push_back(token_);
  }
}

} // namespace ringc::ir

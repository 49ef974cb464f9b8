// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Cuts IR text into tokens. Memory grows with the text and nothing else.
#ifndef RINGC_LIB_IR_LEXER_H
#define RINGC_LIB_IR_LEXER_H

#include "ringc/Support/Diagnostics.h"
#include "llvm/Support/StringSaver.h"

namespace ringc::ir {

enum class TokenKind : uint8_t {
  End,
  Identifier,  ///< text
  String,      ///< text: unescaped
  Local,       ///< text: the name without '%'; number: the suffix
  Integer,     ///< text: digits, perhaps with '-'; suffix: the type's word or empty
  Real,        ///< text: a decimal number with '.' or an exponent; suffix as for Integer
  Hex,         ///< number: what stands behind '#'
  Punctuation, ///< text
};

struct Token {
  TokenKind kind = TokenKind::End;
  bool startsLine = false; ///< the first token of its line
  bool hasSpaceBefore = false;
  uint32_t line = 1;
  uint32_t column = 1;
  llvm::StringRef text;
  llvm::StringRef suffix;
  uint64_t number = 0;
};

class Lexer {
public:
  Lexer(llvm::StringRef text, llvm::StringRef path, DiagnosticEngine& diagnostics)
      : text_(text), path_(path), diagnostics_(diagnostics), saver_(allocator_) {}
  /// All tokens, the last of kind End; false where the text holds something else (reported).
  bool run(std::vector<Token>& tokens);

private:
  bool skipSpace();
  bool lexOne();
  bool lexString(llvm::StringRef& value);
  bool lexEscape(std::string& value);
  bool lexLocal();
  bool lexNumber();
  bool lexHex();
  bool lexPunctuation();
  void lexIdentifier();
  llvm::StringRef takeWhile(llvm::function_ref<bool(char)> test);
  bool fail(const std::string& message);
  char peek(size_t ahead = 0) const {
    return position_ + ahead < text_.size() ? text_[position_ + ahead] : '\0';
  }
  void advance(size_t count) { position_ += count; }

  llvm::StringRef text_;
  llvm::StringRef path_;
  DiagnosticEngine& diagnostics_;
  llvm::BumpPtrAllocator allocator_; ///< unescaped strings; the tokens point into it
  llvm::StringSaver saver_;
  size_t position_ = 0;
  size_t lineStart_ = 0;
  uint32_t line_ = 1;
  Token token_;
};

} // namespace ringc::ir

#endif

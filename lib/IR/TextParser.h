// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The parser's state. Recursive descent, one error: after it the cursor stands at the end of the
// text, so every loop ends by itself. Private to the IR library; see Parser.h.
#ifndef RINGC_LIB_IR_TEXTPARSER_H
#define RINGC_LIB_IR_TEXTPARSER_H

#include "Lexer.h"
#include "Spelling.h"
#include "ringc/IR/Module.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include <map>

namespace ringc::ir {

class TextParser {
public:
  TextParser(const std::vector<Token>& tokens, llvm::StringRef path, DiagnosticEngine& diagnostics)
      : tokens_(tokens), path_(path), diagnostics_(diagnostics) {}
  /// Null after an error, which has been reported.
  std::unique_ptr<Module> module();

private:
  /// A handler whose function stands further down in the text.
  struct PendingHandler {
    size_t actor;
    size_t handler;
    std::string name;
    std::optional<std::string> signature;
    const Token* token;
  };
  using LocalKey = std::pair<std::string, uint64_t>;

  // Cursor: Parser.cpp
  const Token& token() const { return tokens_[position_]; }
  void next() { position_ += position_ + 1 < tokens_.size() ? 1 : 0; }
  bool isPunctuation(llvm::StringRef text) const;
  bool isWord(llvm::StringRef text) const;
  bool accept(llvm::StringRef punctuation);
  bool acceptWord(llvm::StringRef word);
  bool expect(llvm::StringRef punctuation);
  bool expectWord(llvm::StringRef word);
  bool expectString(std::string& text, llvm::StringRef what);
  bool expectNumber(uint64_t& number, llvm::StringRef what);
  bool expectName(std::string& name, llvm::StringRef what);
  template <class... Args> bool error(DiagId id, const Token& at, const Args&... args) {
    if (!failed_)
      diagnostics_.report(id, {path_.str(), at.line, at.column}, args...);
    failed_ = true;
    position_ = tokens_.size() - 1;
    return false;
  }
  bool syntaxError(llvm::StringRef expected);

  // Lines and the places of their nodes: ParserLines.cpp
  enum class LineStart : uint8_t { Here, BeforeBrace };
  void startLine(Location inherited, LineStart start = LineStart::Here);
  bool endLine();
  bool openBrace();
  bool closeBrace(Location inherited);
  bool decodeTrailer(size_t index);
  bool decodeLocation(size_t& index, Location& loc);
  Location nextLocation();

  // Module level: Parser.cpp
  bool file();
  bool structType();
  bool field(std::vector<Field>& fields, llvm::StringSet<>& names, Location owner);
  bool message();
  bool actor();
  bool handler(Actor& actor);
  bool resolveHandlers();
  bool typeId(const StructType& type, uint64_t& id);
  const StructType* structName();

  // ParserFunctions.cpp
  bool function();
  bool functionHeader(Function& function);
  bool blockSize(Function& function);
  Local* declaration();
  Local* variable();
  bool functionName(std::string& name, std::optional<std::string>& signature);
  Function* resolveFunction(const std::string& name, const std::optional<std::string>& signature,
                            const Token& at);

  // ParserTypes.cpp
  const Type* type();
  const Type* arrayType();
  const Type* viewType(llvm::StringRef word);
  const Type* scalarType(llvm::StringRef word);
  unsigned typeNesting(const Type* type) const;

  // ParserExprs.cpp
  Expr* expr();
  Expr* primary();
  Expr* binary();
  Expr* unary(UnaryOp op);
  Expr* word();
  Expr* builtin();
  Expr* conversion(const Type* to, CastKind kind, Location loc);
  Expr* construct();
  Expr* select(Location loc);
  Expr* extract(Location loc);
  Expr* contextInfo(ContextInfo info, Location loc);
  Expr* cellInfo(Location loc);
  Expr* spanSize(Location loc);
  Expr* constant();
  bool constantBits(const Type* type, uint64_t& bits);
  bool integerBits(const IntType& type, uint64_t& bits);
  bool floatBits(const FloatType& type, uint64_t& bits);
  bool exprList(llvm::StringRef close, std::vector<Expr*>& exprs);
  Place* place();
  Place* cellPlace();
  Place* indexed(Place* base, Location loc);
  Place* fieldOf(Place* base, Location loc);
  Local* localUse();
  bool parenthesizedLocal(Local*& local, TypeKind kind, llvm::StringRef what);
  std::optional<uint32_t> fieldIndex(const Type* type);

  // ParserStmts.cpp
  Block* block(Location owner);
  Stmt* stmt(Location inherited);
  Stmt* simpleStmt(Location loc);
  Stmt* declOrResult(Location loc);
  Stmt* resultStmt(Local* result, Location loc);
  Stmt* ref(Location loc);
  Stmt* store(Location loc);
  Stmt* call(Local* result, Location loc);
  Stmt* atomic(Local* result, Location loc);
  Stmt* send(SendKind kind, Local* result, Location loc);
  Stmt* ifStmt(Location loc);
  Stmt* loop(Location loc);
  Stmt* switchStmt(Location loc);
  bool switchCase(const Type* selector, Location owner, std::vector<SwitchCase>& cases);
  Stmt* parallelFor(Location loc);
  Stmt* reduce(Local* result, Location loc);
  template <class Enum> bool enumWord(Enum& value, llvm::StringRef what) {
    const auto found =
        token().kind == TokenKind::Identifier ? unspell<Enum>(token().text) : std::nullopt;
    if (!found)
      return syntaxError(what);
    value = *found;
    next();
    return true;
  }

  /// Counts nesting while it lives.
  struct Nesting {
    explicit Nesting(unsigned& depth) : depth(depth) { ++depth; }
    ~Nesting() { --depth; }
    unsigned& depth;
  };
  bool tooDeep();

  const std::vector<Token>& tokens_;
  llvm::StringRef path_;
  DiagnosticEngine& diagnostics_;
  size_t position_ = 0;
  bool failed_ = false;
  unsigned depth_ = 0;
  std::unique_ptr<Module> module_;

  std::vector<Location> locations_; ///< of the current line, as its '@' gives them
  size_t nextLocation_ = 0;
  size_t trailer_ = 0; ///< index of the current line's '@'; 0 where there is none
  Location inherited_{FileId(0), 1, 1};

  llvm::DenseMap<const Type*, unsigned> structNesting_;
  llvm::StringMap<std::map<std::string, Function*>> functions_; ///< by name, then signature
  std::vector<PendingHandler> pendingHandlers_;
  std::map<LocalKey, Local*> locals_; ///< of the current function
};

} // namespace ringc::ir

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads statements. `owner` is the place of the statement or function whose block is read: the line
// that closes the block goes on with it.

#include "TextParser.h"
#include "ringc/IR/Limits.h"

namespace ringc::ir {

/// ` {`, statements, `}`; the cursor then stands on the rest of the closing line.
Block* TextParser::block(Location owner) {
  const Nesting nesting(depth_);
  if (depth_ > maxNesting && tooDeep())
    return nullptr;
  auto* result = module_->make<Block>(nextLocation());
  if (!openBrace())
    return nullptr;
  while (!failed_ && !isPunctuation("}")) {
    if (token().kind == TokenKind::End) {
      syntaxError("a statement or '}'");
      return nullptr;
    }
    Stmt* one = stmt(result->loc());
    if (!one || !endLine())
      return nullptr;
    if (!token().startsLine) {
      syntaxError("the end of the line");
      return nullptr;
    }
    result->stmts.push_back(one);
  }
  return closeBrace(owner) ? result : nullptr;
}

Stmt* TextParser::stmt(Location inherited) {
  startLine(inherited);
  if (failed_)
    return nullptr;
  const Location loc = nextLocation();
  if (token().kind == TokenKind::Local || isWord("at"))
    return store(loc);
  if (isWord("let") || isWord("var"))
    return declOrResult(loc);
  if (isWord("ref"))
    return ref(loc);
  if (acceptWord("block"))
    return block(loc);
  if (acceptWord("if"))
    return ifStmt(loc);
  if (acceptWord("loop"))
    return loop(loc);
  if (acceptWord("switch"))
    return switchStmt(loc);
  if (acceptWord("parallel"))
    return parallelFor(loc);
  return simpleStmt(loc);
}

/// One line without a block or a result.
Stmt* TextParser::simpleStmt(Location loc) {
  if (acceptWord("break"))
    return module_->make<BreakStmt>(loc);
  if (acceptWord("continue"))
    return module_->make<ContinueStmt>(loc);
  if (acceptWord("barrier"))
    return module_->make<BarrierStmt>(loc);
  if (acceptWord("stop"))
    return module_->make<StopStmt>(loc);
  if (acceptWord("return")) {
    if (token().startsLine || isPunctuation("@"))
      return module_->make<ReturnStmt>(nullptr, loc);
    Expr* value = expr();
    return value ? module_->make<ReturnStmt>(value, loc) : nullptr;
  }
  if (acceptWord("fail")) {
    Expr* code = expr();
    return code ? module_->make<FailStmt>(code, loc) : nullptr;
  }
  return resultStmt(nullptr, loc);
}

/// A statement that may declare a result, behind `let %r: T = ` where it does.
Stmt* TextParser::resultStmt(Local* result, Location loc) {
  if (acceptWord("call"))
    return call(result, loc);
  if (acceptWord("atomic"))
    return atomic(result, loc);
  if (acceptWord("send"))
    return send(SendKind::Send, result, loc);
  if (acceptWord("reply"))
    return send(SendKind::Reply, result, loc);
  if (acceptWord("try_send"))
    return send(SendKind::TrySend, result, loc);
  if (result && acceptWord("reduce"))
    return reduce(result, loc);
  if (result && acceptWord("uniform")) {
    Place* shared = place();
    return shared ? module_->make<UniformLoadStmt>(result, shared, loc) : nullptr;
  }
  if (result) {
    Expr* init = expr();
    return init ? module_->make<DeclStmt>(result, init, loc) : nullptr;
  }
  syntaxError("a statement");
  return nullptr;
}

Stmt* TextParser::declOrResult(Location loc) {
  Local* local = variable();
  if (!local)
    return nullptr;
  if (!accept("="))
    return module_->make<DeclStmt>(local, nullptr, loc);
  return resultStmt(local, loc);
}

Stmt* TextParser::ref(Location loc) {
  Local* local = declaration();
  if (!local || !expect("="))
    return nullptr;
  Place* bound = place();
  return bound ? module_->make<RefStmt>(local, bound, loc) : nullptr;
}

Stmt* TextParser::store(Location loc) {
  Place* where = place();
  if (!where || !expect("="))
    return nullptr;
  Expr* value = expr();
  return value ? module_->make<StoreStmt>(where, value, loc) : nullptr;
}

Stmt* TextParser::call(Local* result, Location loc) {
  const Token& at = token();
  std::string name;
  std::optional<std::string> signature;
  if (!functionName(name, signature))
    return nullptr;
  Function* callee = resolveFunction(name, signature, at);
  if (!callee || !expect("("))
    return nullptr;
  std::vector<Argument> args;
  while (!failed_ && !isPunctuation(")")) {
    if (accept("&")) {
      Place* passed = place();
      if (!passed)
        return nullptr;
      args.emplace_back(passed);
    } else {
      Expr* value = expr();
      if (!value)
        return nullptr;
      args.emplace_back(value);
    }
    if (!isPunctuation(")") && !expect(","))
      return nullptr;
  }
  if (!expect(")"))
    return nullptr;
  return module_->make<CallStmt>(result, callee, std::move(args), loc);
}

Stmt* TextParser::atomic(Local* result, Location loc) {
  AtomicOp op{};
  MemoryOrder order{};
  MemoryScope scope{};
  if (!enumWord(op, "an atomic operation") || !enumWord(order, "a memory order") ||
      !enumWord(scope, "a memory scope"))
    return nullptr;
  Place* where = place();
  if (!where)
    return nullptr;
  Expr* operand = nullptr;
  Expr* expected = nullptr;
  if (acceptWord("with") && !(operand = expr()))
    return nullptr;
  if (acceptWord("expect") && !(expected = expr()))
    return nullptr;
  return module_->make<AtomicStmt>(result, op, where, operand, expected, order, scope, loc);
}

Stmt* TextParser::send(SendKind kind, Local* result, Location loc) {
  Expr* message = expr();
  Expr* target = nullptr;
  if (!message || (acceptWord("to") && !(target = expr())))
    return nullptr;
  return module_->make<SendStmt>(kind, result, target, message, loc);
}

Stmt* TextParser::ifStmt(Location loc) {
  Expr* condition = expr();
  Block* thenBlock = condition ? block(loc) : nullptr;
  Block* elseBlock = nullptr;
  if (!thenBlock || (acceptWord("else") && !(elseBlock = block(loc))))
    return nullptr;
  return module_->make<IfStmt>(condition, thenBlock, elseBlock, loc);
}

/// `loop [init {}] [while c] [step {}] do {}` or `loop [init {}] [step {}] do {} while c`.
Stmt* TextParser::loop(Location loc) {
  Block* init = nullptr;
  Block* step = nullptr;
  Expr* condition = nullptr;
  bool testAtEnd = false;
  if (acceptWord("init") && !(init = block(loc)))
    return nullptr;
  if (acceptWord("while") && !(condition = expr()))
    return nullptr;
  if (acceptWord("step") && !(step = block(loc)))
    return nullptr;
  Block* body = expectWord("do") ? block(loc) : nullptr;
  if (!body)
    return nullptr;
  if (!condition && acceptWord("while")) {
    testAtEnd = true;
    if (!(condition = expr()))
      return nullptr;
  }
  return module_->make<LoopStmt>(init, condition, testAtEnd, step, body, loc);
}

bool TextParser::switchCase(const Type* selector, Location owner, std::vector<SwitchCase>& cases) {
  startLine(owner);
  SwitchCase one{{}, false, nullptr};
  if (acceptWord("case")) {
    do {
      if (acceptWord("default")) {
        one.isDefault = true;
        break;
      }
      if (token().kind != TokenKind::Integer || !constantBits(selector, one.values.emplace_back()))
        return syntaxError("a constant of the selector's type");
    } while (accept(","));
  } else if (acceptWord("default")) {
    one.isDefault = true;
  } else {
    return syntaxError("'case', 'default' or '}'");
  }
  one.body = block(owner);
  if (!one.body || !endLine())
    return false;
  cases.push_back(std::move(one));
  return true;
}

Stmt* TextParser::switchStmt(Location loc) {
  Expr* selector = expr();
  if (!selector || !openBrace())
    return nullptr;
  std::vector<SwitchCase> cases;
  while (!failed_ && !isPunctuation("}"))
    if (!switchCase(selector->type(), loc, cases))
      return nullptr;
  if (!closeBrace(loc))
    return nullptr;
  return module_->make<SwitchStmt>(selector, std::move(cases), loc);
}

/// `%i: u32 < count {}` behind `parallel`.
Stmt* TextParser::parallelFor(Location loc) {
  Local* index = variable();
  Expr* count = index && expect("<") ? expr() : nullptr;
  Block* body = count ? block(loc) : nullptr;
  return body ? module_->make<ParallelForStmt>(index, count, body, loc) : nullptr;
}

/// `let %i: u32 < count from init {} yield value combine let %a: T, let %b: T {} yield combined`,
/// and of a scan `inclusive let %s: T {}` or `exclusive let %s: T {}`.
Stmt* TextParser::reduce(Local* result, Location loc) {
  auto* reduce = module_->make<ReduceStmt>(loc);
  reduce->result = result;
  reduce->index = variable();
  const bool isComplete =
      reduce->index && expect("<") && (reduce->count = expr()) && expectWord("from") &&
      (reduce->init = expr()) && (reduce->body = block(loc)) && expectWord("yield") &&
      (reduce->value = expr()) && expectWord("combine") && (reduce->left = variable()) &&
      expect(",") && (reduce->right = variable()) && (reduce->combineBody = block(loc)) &&
      expectWord("yield") && (reduce->combined = expr());
  if (!isComplete)
    return nullptr;
  reduce->isExclusive = acceptWord("exclusive");
  if (!reduce->isExclusive && !acceptWord("inclusive"))
    return reduce;
  const bool isScan = (reduce->scanned = variable()) && (reduce->eachBody = block(loc));
  return isScan ? reduce : nullptr;
}

} // namespace ringc::ir

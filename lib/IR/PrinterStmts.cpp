// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Prints statements, one a line. A line ends at a block's brace; the line that closes a block goes
// on with the same statement (`} else {`).

#include "Spelling.h"
#include "TextPrinter.h"
#include "ringc/Support/Check.h"

namespace ringc::ir {

/// Prints ` {`, the statements and `}`, and leaves the line open for what follows.
void TextPrinter::block(const Block& block, Location owner) {
  at(block.loc());
  endLine(" {");
  ++indent_;
  for (const Stmt* one : block.stmts) {
    startLine(block.loc());
    stmt(*one);
  }
  --indent_;
  startLine(owner);
  os_ << '}';
}

void TextPrinter::declaration(const Local& local) {
  if (local.isReference())
    os_ << "ref " << (local.isConst ? "const " : "") << spell(local.space) << ' ';
  else
    os_ << (local.isConst ? "let " : "var ");
  at(local.loc);
  this->local(local);
  os_ << ": ";
  type(*local.type);
}

void TextPrinter::result(const Local* result) {
  if (!result)
    return;
  declaration(*result);
  os_ << " = ";
}

void TextPrinter::arguments(const CallStmt& call) {
  os_ << '(';
  llvm::StringRef separator = "";
  for (const Argument& argument : call.args) {
    os_ << separator;
    separator = ", ";
    if (const auto* value = std::get_if<Expr*>(&argument)) {
      expr(**value);
    } else {
      os_ << '&';
      place(*std::get<Place*>(argument));
    }
  }
  os_ << ')';
}

void TextPrinter::atomic(const AtomicStmt& atomic) {
  result(atomic.result);
  os_ << "atomic " << spell(atomic.op) << ' ' << spell(atomic.order) << ' ' << spell(atomic.scope)
      << ' ';
  place(*atomic.place);
  if (atomic.operand) {
    os_ << " with ";
    expr(*atomic.operand);
  }
  if (atomic.expected) {
    os_ << " expect ";
    expr(*atomic.expected);
  }
}

void TextPrinter::ifStmt(const IfStmt& branch) {
  os_ << "if ";
  expr(*branch.condition);
  block(*branch.thenBlock, branch.loc());
  if (branch.elseBlock) {
    os_ << " else";
    block(*branch.elseBlock, branch.loc());
  }
}

void TextPrinter::loop(const LoopStmt& loop) {
  os_ << "loop";
  if (loop.init) {
    os_ << " init";
    block(*loop.init, loop.loc());
  }
  const auto condition = [&] {
    if (loop.condition) {
      os_ << " while ";
      expr(*loop.condition);
    }
  };
  if (!loop.testAtEnd)
    condition();
  if (loop.step) {
    os_ << " step";
    block(*loop.step, loop.loc());
  }
  os_ << " do";
  block(*loop.body, loop.loc());
  if (loop.testAtEnd)
    condition();
}

void TextPrinter::switchStmt(const SwitchStmt& select) {
  os_ << "switch ";
  expr(*select.selector);
  endLine(" {");
  ++indent_;
  for (const SwitchCase& one : select.cases) {
    startLine(select.loc());
    llvm::StringRef separator = "case ";
    for (uint64_t value : one.values) {
      os_ << separator;
      constant(*select.selector->type(), value);
      separator = ", ";
    }
    if (one.isDefault)
      os_ << (one.values.empty() ? "default" : ", default");
    block(*one.body, select.loc());
    endLine("");
  }
  --indent_;
  startLine(select.loc());
  os_ << '}';
}

void TextPrinter::send(const SendStmt& send) {
  result(send.result);
  os_ << spell(send.sendKind) << ' ';
  expr(*send.message);
  if (send.target) {
    os_ << " to ";
    expr(*send.target);
  }
}

void TextPrinter::reduce(const ReduceStmt& reduce) {
  result(reduce.result);
  os_ << "reduce ";
  declaration(*reduce.index);
  os_ << " < ";
  expr(*reduce.count);
  os_ << " from ";
  expr(*reduce.init);
  block(*reduce.body, reduce.loc());
  os_ << " yield ";
  expr(*reduce.value);
  os_ << " combine ";
  declaration(*reduce.left);
  os_ << ", ";
  declaration(*reduce.right);
  block(*reduce.combineBody, reduce.loc());
  os_ << " yield ";
  expr(*reduce.combined);
  if (!reduce.scanned)
    return;
  os_ << (reduce.isExclusive ? " exclusive " : " inclusive ");
  declaration(*reduce.scanned);
  block(*reduce.eachBody, reduce.loc());
}

void TextPrinter::parallelFor(const ParallelForStmt& parallel) {
  os_ << "parallel ";
  declaration(*parallel.index);
  os_ << " < ";
  expr(*parallel.count);
  block(*parallel.body, parallel.loc());
}

void TextPrinter::decl(const DeclStmt& decl) {
  declaration(*decl.local);
  if (decl.init) {
    os_ << " = ";
    expr(*decl.init);
  }
}

void TextPrinter::ref(const RefStmt& ref) {
  declaration(*ref.local);
  os_ << " = ";
  place(*ref.place);
}

void TextPrinter::store(const StoreStmt& store) {
  place(*store.place);
  os_ << " = ";
  expr(*store.value);
}

void TextPrinter::call(const CallStmt& call) {
  result(call.result);
  os_ << "call ";
  functionReference(*call.callee);
  arguments(call);
}

void TextPrinter::uniformLoad(const UniformLoadStmt& load) {
  result(load.result);
  os_ << "uniform ";
  place(*load.shared);
}

/// A word that may be followed by a value.
void TextPrinter::jump(llvm::StringRef word, const Expr* value) {
  os_ << word;
  if (value) {
    os_ << ' ';
    expr(*value);
  }
}

void TextPrinter::stmtOf(const Stmt& stmt) {
  switch (stmt.kind()) {
  case StmtKind::Block:
    os_ << "block";
    return block(llvm::cast<Block>(stmt), stmt.loc());
  case StmtKind::Decl:
    return decl(llvm::cast<DeclStmt>(stmt));
  case StmtKind::Ref:
    return ref(llvm::cast<RefStmt>(stmt));
  case StmtKind::Store:
    return store(llvm::cast<StoreStmt>(stmt));
  case StmtKind::Call:
    return call(llvm::cast<CallStmt>(stmt));
  case StmtKind::If:
    return ifStmt(llvm::cast<IfStmt>(stmt));
  case StmtKind::Loop:
    return loop(llvm::cast<LoopStmt>(stmt));
  case StmtKind::Switch:
    return switchStmt(llvm::cast<SwitchStmt>(stmt));
  case StmtKind::Break:
    return jump("break", nullptr);
  case StmtKind::Continue:
    return jump("continue", nullptr);
  case StmtKind::Return:
    return jump("return", llvm::cast<ReturnStmt>(stmt).value);
  case StmtKind::Barrier:
    return jump("barrier", nullptr);
  case StmtKind::UniformLoad:
    return uniformLoad(llvm::cast<UniformLoadStmt>(stmt));
  case StmtKind::Atomic:
    return atomic(llvm::cast<AtomicStmt>(stmt));
  case StmtKind::Send:
    return send(llvm::cast<SendStmt>(stmt));
  case StmtKind::Fail:
    return jump("fail", llvm::cast<FailStmt>(stmt).code);
  case StmtKind::Stop:
    return jump("stop", nullptr);
  case StmtKind::ParallelFor:
    return parallelFor(llvm::cast<ParallelForStmt>(stmt));
  case StmtKind::Reduce:
    return reduce(llvm::cast<ReduceStmt>(stmt));
  }
}

void TextPrinter::stmt(const Stmt& stmt) {
  at(stmt.loc());
  stmtOf(stmt);
  endLine("");
}

} // namespace ringc::ir

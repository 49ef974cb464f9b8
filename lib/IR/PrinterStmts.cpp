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
}

void TextPrinter::stmt(const Stmt& stmt) {
  at(stmt.loc());
  switch (stmt.kind()) {
  case StmtKind::Block:
    os_ << "block";
    block(llvm::cast<Block>(stmt), stmt.loc());
    break;
  case StmtKind::Decl: {
    const auto& decl = llvm::cast<DeclStmt>(stmt);
    declaration(*decl.local);
    if (decl.init) {
      os_ << " = ";
      expr(*decl.init);
    }
    break;
  }
  case StmtKind::Ref:
    declaration(*llvm::cast<RefStmt>(stmt).local);
    os_ << " = ";
    place(*llvm::cast<RefStmt>(stmt).place);
    break;
  case StmtKind::Store:
    place(*llvm::cast<StoreStmt>(stmt).place);
    os_ << " = ";
    expr(*llvm::cast<StoreStmt>(stmt).value);
    break;
  case StmtKind::Call:
    result(llvm::cast<CallStmt>(stmt).result);
    os_ << "call ";
    functionReference(*llvm::cast<CallStmt>(stmt).callee);
    arguments(llvm::cast<CallStmt>(stmt));
    break;
  case StmtKind::If:
    ifStmt(llvm::cast<IfStmt>(stmt));
    break;
  case StmtKind::Loop:
    loop(llvm::cast<LoopStmt>(stmt));
    break;
  case StmtKind::Switch:
    switchStmt(llvm::cast<SwitchStmt>(stmt));
    break;
  case StmtKind::Break:
    os_ << "break";
    break;
  case StmtKind::Continue:
    os_ << "continue";
    break;
  case StmtKind::Return:
    os_ << "return";
    if (const Expr* value = llvm::cast<ReturnStmt>(stmt).value) {
      os_ << ' ';
      expr(*value);
    }
    break;
  case StmtKind::Barrier:
    os_ << "barrier";
    break;
  case StmtKind::UniformLoad:
    result(llvm::cast<UniformLoadStmt>(stmt).result);
    os_ << "uniform ";
    place(*llvm::cast<UniformLoadStmt>(stmt).shared);
    break;
  case StmtKind::Atomic:
    atomic(llvm::cast<AtomicStmt>(stmt));
    break;
  case StmtKind::Send:
    send(llvm::cast<SendStmt>(stmt));
    break;
  case StmtKind::Fail:
    os_ << "fail ";
    expr(*llvm::cast<FailStmt>(stmt).code);
    break;
  case StmtKind::Stop:
    os_ << "stop";
    break;
  case StmtKind::ParallelFor:
    os_ << "parallel ";
    declaration(*llvm::cast<ParallelForStmt>(stmt).index);
    os_ << " < ";
    expr(*llvm::cast<ParallelForStmt>(stmt).count);
    block(*llvm::cast<ParallelForStmt>(stmt).body, stmt.loc());
    break;
  case StmtKind::Reduce:
    reduce(llvm::cast<ReduceStmt>(stmt));
    break;
  }
  endLine("");
}

} // namespace ringc::ir

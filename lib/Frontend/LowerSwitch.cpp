// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// switch. The IR's cases do not fall through, so neither may the user's; several labels on one body
// are one case.

#include "FunctionLowering.h"
#include "llvm/Support/SaveAndRestore.h"

namespace ringc {

namespace {

struct Case {
  std::vector<const clang::SwitchCase*> labels;
  std::vector<const clang::Stmt*> body;
};

/// Control never reaches the end of `s`.
bool leaves(const clang::Stmt* s) {
  if (llvm::isa<clang::BreakStmt, clang::ContinueStmt, clang::ReturnStmt>(s))
    return true;
  if (const auto* compound = llvm::dyn_cast<clang::CompoundStmt>(s))
    return !compound->body_empty() && leaves(compound->body_back());
  if (const auto* branch = llvm::dyn_cast<clang::IfStmt>(s))
    return branch->getElse() && leaves(branch->getThen()) && leaves(branch->getElse());
  if (const auto* call = llvm::dyn_cast<clang::CallExpr>(s)) {
    const clang::FunctionDecl* callee = call->getDirectCallee();
    return callee && callee->isNoReturn();
  }
  return false;
}

/// Splits the body at its labels. False where code stands before the first.
bool splitCases(const clang::CompoundStmt& body, std::vector<Case>& cases) {
  for (const clang::Stmt* s : body.body()) {
    if (llvm::isa<clang::SwitchCase>(s)) {
      cases.emplace_back();
      while (const auto* label = llvm::dyn_cast<clang::SwitchCase>(s)) {
        cases.back().labels.push_back(label);
        s = label->getSubStmt();
      }
    }
    if (cases.empty())
      return false;
    cases.back().body.push_back(s);
  }
  return true;
}

} // namespace

void FunctionLowering::switchStmt(const clang::SwitchStmt* s) {
  const clang::SourceLocation loc = s->getSwitchLoc();
  std::vector<Case> cases;
  const auto* compound = llvm::dyn_cast<clang::CompoundStmt>(s->getBody());
  if (!compound || !splitCases(*compound, cases)) {
    refuse(s->getSourceRange(), DiagId::NotSupportedYet,
           "a switch whose body does not begin with a label");
    return;
  }
  const auto lower = [&] {
    if (s->getInit())
      stmt(s->getInit());
    if (s->getConditionVariable())
      variable(s->getConditionVariable());
    ir::Expr* selector = value(s->getCond());
    if (!selector)
      return;
    if (selector->type() == types().boolType()) // bool has no cases in the IR
      selector = convert(selector, types().i32(), loc);
    std::vector<ir::SwitchCase> lowered;
    for (size_t i = 0; i < cases.size(); ++i) {
      const Case& source = cases[i];
      ir::SwitchCase target{{}, false, nullptr};
      for (const clang::SwitchCase* label : source.labels) {
        const auto* value = llvm::dyn_cast<clang::CaseStmt>(label);
        if (!value) {
          target.isDefault = true;
          continue;
        }
        if (value->caseStmtIsGNURange()) {
          refuse(label->getSourceRange(), DiagId::NotSupportedYet, "a range of case labels");
          return;
        }
        const llvm::APSInt number = value->getLHS()->EvaluateKnownConstInt(m_.ast);
        target.values.push_back(
            number.extOrTrunc(unsigned(selector->type()->size()) * 8).getZExtValue());
      }
      const bool isLast = i + 1 == cases.size();
      llvm::ArrayRef<const clang::Stmt*> body = source.body;
      if (!isLast && !leaves(body.back())) {
        refuse(source.labels.back()->getSourceRange(), DiagId::SwitchFallthrough);
        return;
      }
      if (llvm::isa<clang::BreakStmt>(body.back()))
        body = body.drop_back();
      llvm::SaveAndRestore around(breakDepth_, breakDepth_ + 1);
      llvm::SaveAndRestore notTail(isTail_, false);
      target.body = inBlock(source.labels.front()->getBeginLoc(), [&] { stmts(body); });
      lowered.push_back(std::move(target));
    }
    emit<ir::SwitchStmt>(selector, std::move(lowered), at(loc));
  };
  if (!s->getInit() && !s->getConditionVariable())
    return lower();
  block_->stmts.push_back(inBlock(loc, lower));
}

} // namespace ringc

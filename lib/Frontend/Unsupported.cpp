// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See Unsupported.h.

#include "Unsupported.h"
#include "clang/AST/Expr.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/StmtCXX.h"

namespace ringc {

bool Unsupported::isNew(clang::SourceLocation loc, DiagId id) {
  return seen_.insert({loc.getRawEncoding(), static_cast<unsigned>(id)}).second;
}

void Unsupported::explainCalls() {
  if (frames_.size() < 2)
    return;
  for (size_t i = frames_.size(); i-- > 1;)
    reporter_.report(frames_[i].callSite, DiagId::NoteCalledHere, frames_[i].function);
  reporter_.report(frames_[0].callSite, DiagId::NoteReachedFrom, frames_[0].function);
}

/// A word of the language that a user knows, for what is merely not covered yet.
static const char* describe(const clang::Stmt& stmt) {
  switch (stmt.getStmtClass()) {
  case clang::Stmt::StmtExprClass:
    return "a statement expression";
  case clang::Stmt::CXXStdInitializerListExprClass:
    return "'std::initializer_list'";
  case clang::Stmt::CompoundLiteralExprClass:
    return "a compound literal";
  case clang::Stmt::CXXFoldExprClass:
    return "a fold expression";
  case clang::Stmt::AttributedStmtClass:
    return "an attribute on a statement";
  default:
    return stmt.getStmtClassName();
  }
}

std::nullptr_t Unsupported::refuseStmt(const clang::Stmt& stmt) {
  const clang::SourceRange range = stmt.getSourceRange();
  switch (stmt.getStmtClass()) {
  case clang::Stmt::CXXThrowExprClass:
  case clang::Stmt::CXXTryStmtClass:
  case clang::Stmt::CXXCatchStmtClass:
    return refuse(range, DiagId::RefusedException);
  case clang::Stmt::CXXNewExprClass:
  case clang::Stmt::CXXDeleteExprClass:
    return refuse(range, DiagId::RefusedAllocation);
  case clang::Stmt::CXXTypeidExprClass:
  case clang::Stmt::CXXDynamicCastExprClass:
    return refuse(range, DiagId::RefusedRtti);
  case clang::Stmt::GotoStmtClass:
  case clang::Stmt::IndirectGotoStmtClass:
  case clang::Stmt::LabelStmtClass:
  case clang::Stmt::AddrLabelExprClass:
    return refuse(range, DiagId::RefusedGoto);
  case clang::Stmt::GCCAsmStmtClass:
  case clang::Stmt::MSAsmStmtClass:
    return refuse(range, DiagId::RefusedAsm);
  case clang::Stmt::VAArgExprClass:
    return refuse(range, DiagId::RefusedVariadic);
  case clang::Stmt::CoroutineBodyStmtClass:
  case clang::Stmt::CoreturnStmtClass:
  case clang::Stmt::CoawaitExprClass:
  case clang::Stmt::CoyieldExprClass:
    return refuse(range, DiagId::RefusedCoroutine);
  case clang::Stmt::CXXThisExprClass:
  case clang::Stmt::CXXNullPtrLiteralExprClass:
  case clang::Stmt::GNUNullExprClass:
  case clang::Stmt::StringLiteralClass:
  case clang::Stmt::PredefinedExprClass:
  case clang::Stmt::CXXReinterpretCastExprClass:
    return refuse(range, DiagId::RefusedPointer);
  case clang::Stmt::LambdaExprClass:
    return refuse(range, DiagId::RefusedEscapingLambda);
  default:
    return refuse(range, DiagId::NotSupportedYet, describe(stmt));
  }
}

} // namespace ringc

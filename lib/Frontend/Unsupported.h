// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The one way in which the frontend refuses C++: at the source range, with a reason and a way out
// (both in the text of the id), and with the calls that led there as notes.
#ifndef RINGC_LIB_FRONTEND_UNSUPPORTED_H
#define RINGC_LIB_FRONTEND_UNSUPPORTED_H

#include "Reporter.h"
#include "clang/AST/Stmt.h"
#include "llvm/ADT/DenseSet.h"

namespace ringc {

/// A function being lowered: who it is, and where it was called.
struct CallFrame {
  std::string function;
  clang::SourceLocation callSite; ///< of a root: its declaration
};

class Unsupported {
public:
  explicit Unsupported(Reporter& reporter) : reporter_(reporter) {}

  /// Refuses once: a second refusal with the same id at the same place (another instance of one
  /// template) is left out. Always null, for `return refuse(...)`.
  template <class... Args>
  std::nullptr_t refuse(clang::SourceRange range, DiagId id, const Args&... args) {
    if (isNew(range.getBegin(), id)) {
      reporter_.report(range.getBegin(), id, args...) << range;
      explainCalls();
    }
    return nullptr;
  }
  /// A statement or expression that is not lowered at all: says why by its kind.
  std::nullptr_t refuseStmt(const clang::Stmt& stmt);

  void enter(CallFrame frame) { frames_.push_back(std::move(frame)); }
  void leave() { frames_.pop_back(); }
  size_t depth() const { return frames_.size(); }

private:
  bool isNew(clang::SourceLocation loc, DiagId id);
  void explainCalls();

  Reporter& reporter_;
  std::vector<CallFrame> frames_;
  llvm::DenseSet<std::pair<unsigned, unsigned>> seen_;
};

} // namespace ringc

#endif

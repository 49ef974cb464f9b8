// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Text with indentation that knows its own line numbers, so that `#line` can lead to the user's
// file and back.
#ifndef RINGC_LIB_TARGET_COMMON_SOURCEWRITER_H
#define RINGC_LIB_TARGET_COMMON_SOURCEWRITER_H

#include "ringc/IR/Module.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/raw_ostream.h"
#include <fmt/format.h>

namespace ringc::target {

class SourceWriter {
public:
  /// `name` is what the printed file is called in its own `#line` directives.
  SourceWriter(llvm::raw_ostream& os, const ir::Module& module, std::string name)
      : os_(os), module_(module), name_(std::move(name)) {}

  template <class... Args> void line(fmt::format_string<Args...> format, Args&&... args) {
    text(fmt::format(format, std::forward<Args>(args)...));
  }
  /// One line, indented.
  void text(llvm::StringRef line);
  void blank() { raw("\n"); }
  /// Whole lines as they are.
  void raw(llvm::StringRef lines);
  void indent() { ++depth_; }
  void outdent() { --depth_; }
  /// `{` behind `head`, and the matching end.
  void open(llvm::StringRef head) {
    text(head.empty() ? std::string("{") : (llvm::Twine(head) + " {").str());
    indent();
  }
  void close(llvm::StringRef tail = "") {
    outdent();
    text(("}" + llvm::Twine(tail)).str());
  }

  /// The next line comes from there: prints `#line` unless that is what a compiler thinks anyway.
  /// Lines that one line of the user's gives rise to stay together.
  void at(ir::Location loc);
  /// What follows is nobody's but ours.
  void generated();

private:
  llvm::raw_ostream& os_;
  const ir::Module& module_;
  std::string name_;
  unsigned depth_ = 0;
  uint64_t line_ = 1; ///< of the printed file, about to be written
  bool mapped_ = false;
  ir::Location from_{ir::FileId{0}, 0, 0}; ///< of the last at()
  uint64_t claimed_ = 0;                   ///< what a compiler calls the line about to be written
};

/// Balances SourceWriter::open.
class [[nodiscard]] BlockScope {
public:
  BlockScope(SourceWriter& out, llvm::StringRef head, llvm::StringRef tail = "")
      : out_(out), tail_(tail) {
    out.open(head);
  }
  ~BlockScope() { out_.close(tail_); }
  BlockScope(const BlockScope&) = delete;
  BlockScope& operator=(const BlockScope&) = delete;

private:
  SourceWriter& out_;
  std::string tail_;
};

} // namespace ringc::target

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lines and `#line` directives.

#include "SourceWriter.h"

namespace ringc::target {

using namespace ir;

static std::string quoted(llvm::StringRef path) {
  std::string text = "\"";
  for (char c : path) {
    if (c == '"' || c == '\\')
      text += '\\';
    text += c == '\n' ? ' ' : c;
  }
  return text + '"';
}

void SourceWriter::raw(llvm::StringRef lines) {
  os_ << lines;
  const auto count = lines.count('\n');
  line_ += count;
  claimed_ += count;
}

void SourceWriter::text(llvm::StringRef line) {
  os_.indent(depth_ * 2);
  raw((llvm::Twine(line) + "\n").str());
}

void SourceWriter::at(Location loc) {
  if (mapped_ && loc.file == from_.file && (loc.line == from_.line || loc.line == claimed_)) {
    from_ = loc;
    return;
  }
  raw(fmt::format("#line {} {}\n", loc.line, quoted(module_.files[static_cast<size_t>(loc.file)])));
  mapped_ = true;
  from_ = loc;
  claimed_ = loc.line;
}

void SourceWriter::generated() {
  if (!mapped_)
    return;
  raw(fmt::format("#line {} {}\n", line_ + 1, quoted(name_)));
  mapped_ = false;
}

} // namespace ringc::target

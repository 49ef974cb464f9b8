// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Raw string literals, in pieces: compilers need not take a literal longer than 64 KiB, and some
// take no more than 16 KiB at once. Pieces end at line ends, so that the source stays readable.

#include "Text.h"
#include "llvm/ADT/StringRef.h"

namespace ringc::host {

static constexpr size_t maxPieceBytes = 15000;

/// A delimiter that ends no piece early.
static std::string delimiterFor(llvm::StringRef text) {
  std::string delimiter = "ring";
  for (unsigned i = 2; text.contains(")" + delimiter + "\""); ++i)
    delimiter = "ring" + std::to_string(i);
  return delimiter;
}

void printText(llvm::StringRef name, llvm::StringRef text, llvm::raw_ostream& os) {
  if (text.empty())
    return;
  const std::string delimiter = delimiterFor(text);
  os << "\nconstexpr char " << name << "[] =";
  while (!text.empty()) {
    size_t end = text.size();
    if (end > maxPieceBytes) {
      const size_t lineEnd = text.take_front(maxPieceBytes).rfind('\n');
      end = lineEnd == llvm::StringRef::npos ? maxPieceBytes : lineEnd + 1;
    }
    os << "\n    R\"" << delimiter << '(' << text.take_front(end) << ')' << delimiter << '"';
    text = text.drop_front(end);
  }
  os << ";\n";
}

} // namespace ringc::host

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Prints diagnostics as clang does: place, severity, message, id, then the line of the source file
// with a caret. A source that cannot be read (standard input, an embedded header) only loses its
// lines. Changes nothing and decides no exit code.

#include "ringc/Support/Diagnostics.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"

namespace ringc {

namespace {

/// A longer source line is not shown: it is generated text, and a caret under it helps nobody.
constexpr size_t maxShownColumns = 400;

/// The files that diagnostics point into, each read at most once.
class SourceCache {
public:
  /// Line `line` (from 1) of `path` without its end of line; empty where there is none.
  llvm::StringRef line(llvm::StringRef path, uint32_t line) {
    llvm::StringRef rest = contents(path);
    for (uint32_t i = 1; i < line && !rest.empty(); ++i)
      rest = rest.split('\n').second;
    return rest.split('\n').first.rtrim('\r');
  }

private:
  llvm::StringRef contents(llvm::StringRef path) {
    auto [entry, isNew] = files_.try_emplace(path);
    if (isNew) {
      llvm::sys::fs::file_status status;
      if (!llvm::sys::fs::status(path, status) && llvm::sys::fs::is_regular_file(status))
        if (auto buffer = llvm::MemoryBuffer::getFile(path))
          entry->second = std::move(*buffer);
    }
    return entry->second ? entry->second->getBuffer() : llvm::StringRef();
  }

  llvm::StringMap<std::unique_ptr<llvm::MemoryBuffer>> files_;
};

void printPlace(const SourcePlace& place, llvm::raw_ostream& os) {
  if (place.file.empty()) {
    os << "ringc: ";
    return;
  }
  os << place.file << ':';
  if (place.line != 0)
    os << place.line << ':' << place.column << ':';
  os << ' ';
}

void printSeverity(Severity severity, llvm::raw_ostream& os) {
  switch (severity) {
  case Severity::Note:
    os.changeColor(llvm::raw_ostream::CYAN, true) << "note: ";
    break;
  case Severity::Warning:
    os.changeColor(llvm::raw_ostream::MAGENTA, true) << "warning: ";
    break;
  case Severity::Error:
    os.changeColor(llvm::raw_ostream::RED, true) << "error: ";
    break;
  }
  os.resetColor();
}

/// The source line and a caret under `column`. Tabs stay tabs, so that the caret lines up.
void printCaret(llvm::StringRef line, uint32_t column, llvm::raw_ostream& os) {
  if (line.trim().empty() || line.size() > maxShownColumns || column == 0 ||
      column > line.size() + 1)
    return;
  os << "  " << line << "\n  ";
  for (char c : line.take_front(column - 1)) {
    const bool isContinuationByte = (static_cast<unsigned char>(c) & 0xC0) == 0x80;
    if (!isContinuationByte)
      os << (c == '\t' ? '\t' : ' ');
  }
  os.changeColor(llvm::raw_ostream::GREEN, true) << '^';
  os.resetColor() << '\n';
}

} // namespace

void printDiagnostics(const DiagnosticEngine& engine, llvm::raw_ostream& os, bool color) {
  const bool hadColors = os.colors_enabled();
  os.enable_colors(color);
  SourceCache sources;
  for (const Diagnostic& diagnostic : engine.all()) {
    printPlace(diagnostic.place, os);
    printSeverity(diagnostic.severity, os);
    os << diagnostic.message << " [" << diagName(diagnostic.id) << "]\n";
    if (diagnostic.place.line != 0)
      printCaret(sources.line(diagnostic.place.file, diagnostic.place.line),
                 diagnostic.place.column, os);
  }
  os.enable_colors(hadColors);
}

} // namespace ringc

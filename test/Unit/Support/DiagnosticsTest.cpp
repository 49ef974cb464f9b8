// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Diagnostics: counted, formatted, and printed with the line of their source.

#include "ringc/Support/Diagnostics.h"
#include "ringc/Support/Check.h"
#include "llvm/Support/FileSystem.h"
#include <fstream>
#include <gtest/gtest.h>

namespace {

using namespace ringc;

std::string printed(const DiagnosticEngine& engine, bool color = false) {
  std::string text;
  llvm::raw_string_ostream os(text);
  printDiagnostics(engine, os, color);
  return text;
}

/// A file that is gone when the test ends.
struct TemporaryFile {
  explicit TemporaryFile(const std::string& contents) {
    llvm::SmallString<128> name;
    EXPECT_FALSE(llvm::sys::fs::createTemporaryFile("diagnostics", "txt", name));
    path = name.str().str();
    std::ofstream(path, std::ios::binary) << contents;
  }
  ~TemporaryFile() { llvm::sys::fs::remove(path); }
  std::string path;
};

TEST(Diagnostics, ErrorsAreCountedAndNotesAreNot) {
  DiagnosticEngine engine;
  EXPECT_FALSE(engine.hasErrors());
  engine.report(DiagId::LinkOther, {"a.h", 1, 1});
  EXPECT_FALSE(engine.hasErrors());
  engine.report(DiagId::LinkLayoutConflict, {"a.h", 1, 1}, llvm::StringRef("S"));
  EXPECT_EQ(engine.errorCount(), 1u);
  EXPECT_EQ(engine.all()[1].message,
            "struct 'S' has another layout in another source of this module");
}

TEST(Diagnostics, PlaceMayBeAFileOrNothing) {
  DiagnosticEngine engine;
  engine.report(DiagId::LinkOther, {});
  engine.report(DiagId::LinkOther, {"nowhere.h", 0, 0});
  engine.report(DiagId::LinkOther, {"nowhere.h", 2, 7});
  EXPECT_EQ(printed(engine), "ringc: note: the other definition is here [link-other]\n"
                             "nowhere.h: note: the other definition is here [link-other]\n"
                             "nowhere.h:2:7: note: the other definition is here [link-other]\n");
}

TEST(Diagnostics, CaretStandsUnderItsColumn) {
  const TemporaryFile file("first\r\n\tint\xc3\xa9 x;\nlast");
  DiagnosticEngine engine;
  engine.report(DiagId::LinkOther, {file.path, 2, 7});
  engine.report(DiagId::LinkOther, {file.path, 3, 5});
  engine.report(DiagId::LinkOther, {file.path, 3, 6}); // beyond the line: no caret
  engine.report(DiagId::LinkOther, {file.path, 9, 1}); // beyond the file
  const std::string note = ": note: the other definition is here [link-other]\n";
  EXPECT_EQ(printed(engine), file.path + ":2:7" + note + "  \tint\xc3\xa9 x;\n  \t    ^\n" +
                                 file.path + ":3:5" + note + "  last\n      ^\n" + file.path +
                                 ":3:6" + note + file.path + ":9:1" + note);
}

TEST(Diagnostics, ColorsAreOnlyPrintedWhenWanted) {
  DiagnosticEngine engine;
  engine.report(DiagId::LinkOther, {});
  EXPECT_EQ(printed(engine).find('\x1b'), std::string::npos);
  EXPECT_NE(printed(engine, true).find('\x1b'), std::string::npos);
}

TEST(CheckDeathTest, OurErrorsEndTheProgramInReleaseToo) {
  EXPECT_DEATH(RINGC_CHECK(1 + 1 == 3, "numbers"), "internal error: numbers");
  EXPECT_DEATH(RINGC_UNREACHABLE("here"), "internal error: here");
}

} // namespace

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Joining modules: what is equal merges, what differs is an error at both places, and a refused
// link changes nothing.

#include "ringc/IR/Linker.h"
#include "Support.h"

namespace {

using namespace irtest;

std::unique_ptr<Module> unit(const std::string& file, const std::string& rest) {
  return parsed("module \"m\"\nfile 0 \"" + file + "\"\n" + rest);
}

/// The ids and places of what a link reports, e.g. `link-other a.h:3`.
std::string refusal(Module& destination, const Module& source) {
  const std::string before = toString(destination);
  DiagnosticEngine diagnostics;
  EXPECT_FALSE(link(destination, source, diagnostics));
  EXPECT_EQ(toString(destination), before);
  std::string text;
  for (const Diagnostic& one : diagnostics.all())
    text += (text.empty() ? "" : " ") + diagName(one.id).str() + " " + one.place.file + ":" +
            std::to_string(one.place.line);
  return text;
}

const std::string point = R"ir(struct "Point" size 8 align 4 @3:1 {
  x: f32 at 0
  y: f32 at 4
}
)ir";
const std::string actor = R"ir(message "Point"
actor "Point" scope thread @5:1 {
  handler "Point" "Point::on"
}
func handler "Point::on" (ref state %s: "Point", ref const message %m: "Point", let %c: context) {
  %s.x = %m.y @7:1
}
)ir";

TEST(Linker, SameDefinitionsMerge) {
  std::unique_ptr<Module> a = unit("a.h", point + actor);
  std::unique_ptr<Module> b = unit("b.h", point + actor + R"ir(func device "only in b" () @9:1 {
}
)ir");
  DiagnosticEngine diagnostics;
  ASSERT_TRUE(link(*a, *b, diagnostics));
  EXPECT_EQ(a->types.structs().size(), 1u);
  EXPECT_EQ(a->messages.size(), 1u);
  EXPECT_EQ(a->actors.size(), 1u);
  ASSERT_EQ(a->functions.size(), 2u);
  EXPECT_EQ(a->files, (std::vector<std::string>{"a.h", "b.h"}));
  EXPECT_EQ(a->sourcePlace(a->functions[1]->loc).file, "b.h");
  EXPECT_TRUE(verify(*a, diagnostics));
}

TEST(Linker, EmptyDestinationBecomesTheSource) {
  std::unique_ptr<Module> b = unit("b.h", point + actor);
  Module all("m");
  DiagnosticEngine diagnostics;
  ASSERT_TRUE(link(all, *b, diagnostics));
  EXPECT_EQ(toString(all), toString(*b));
}

TEST(Linker, CallsGoToTheFunctionThatIsKept) {
  const std::string callee = "func device \"f\" \"()\" () {\n}\n";
  std::unique_ptr<Module> a = unit("a.h", callee);
  std::unique_ptr<Module> b = unit("b.h", callee + "func device \"g\" () {\n  call \"f\"()\n}\n");
  DiagnosticEngine diagnostics;
  ASSERT_TRUE(link(*a, *b, diagnostics));
  ASSERT_EQ(a->functions.size(), 2u);
  EXPECT_EQ(llvm::cast<CallStmt>(a->functions[1]->body->stmts[0])->callee, a->functions[0]);
  EXPECT_TRUE(verify(*a, diagnostics));
}

TEST(Linker, AnotherLayoutIsAnErrorAtBothPlaces) {
  std::unique_ptr<Module> a = unit("a.h", point);
  std::unique_ptr<Module> b = unit("b.h", R"ir(struct "Point" size 8 align 4 @8:1 {
  y: f32 at 0
  x: f32 at 4
}
)ir");
  EXPECT_EQ(refusal(*a, *b), "link-layout-conflict b.h:8 link-other a.h:3");
}

TEST(Linker, ActorsDifferInScopeOrHandlers) {
  std::unique_ptr<Module> a = unit("a.h", point + actor);
  std::string other = actor;
  other.replace(other.find("thread"), 6, "block");
  EXPECT_EQ(refusal(*a, *unit("b.h", point + other)), "link-actor-conflict b.h:5 link-other a.h:5");
  EXPECT_EQ(refusal(*a, *unit("b.h", point + "actor \"Point\" scope thread @5:1 {\n}\n")),
            "link-actor-conflict b.h:5 link-other a.h:5");
}

TEST(Linker, FunctionsDifferInWhatCallersSee) {
  const auto kernel = [](const char* head) {
    return unit("k.h", std::string("func ") + head + " @2:1 {\n}\n");
  };
  std::unique_ptr<Module> a = kernel("kernel \"k\" \"(int)\" (let %x: i32) block(64, 1, 1)");
  const char* refused = "link-function-conflict k.h:2 link-other k.h:2";
  EXPECT_EQ(refusal(*a, *kernel("kernel \"k\" \"(int)\" (let %x: i32) block(32, 1, 1)")), refused);
  EXPECT_EQ(refusal(*a, *kernel("device \"k\" \"(int)\" (let %x: i32)")), refused);
  EXPECT_EQ(refusal(*a, *kernel("kernel \"k\" \"(int)\" (let %x: u32) block(64, 1, 1)")), refused);
  DiagnosticEngine diagnostics; // an overload is another function
  EXPECT_TRUE(
      link(*a, *kernel("kernel \"k\" \"(unsigned)\" (let %x: u32) block(32, 1, 1)"), diagnostics));
}

} // namespace

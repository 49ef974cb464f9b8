// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the analyses tell that no JSON shows: call graphs, message flow, and the refusal of sends
// without a bound.

#include "ringc/Analysis/CallGraph.h"
#include "ringc/Analysis/Effects.h"
#include "ringc/Analysis/MessageFlow.h"
#include "test/Unit/IR/Support.h"

namespace {

using namespace irtest;

const std::string header = R"ir(module "m"
file 0 "m.h"
struct "ring::ActorId" size 8 align 4 {
  index: u32 at 0
  generation: u32 at 4
}
struct "Msg" size 4 align 4 {
  n: u32 at 0
}
struct "Alert" size 4 align 4 {
  n: u32 at 0
}
struct "A" size 4 align 4 {
  n: u32 at 0
}
message "Msg"
message "Alert"
actor "A" scope thread {
  handler "Msg" "A::on" "(Msg)"
  handler "Alert" "A::on" "(Alert)"
}
)ir";

std::string handler(const std::string& message, const std::string& body) {
  return "func handler \"A::on\" \"(" + message +
         ")\" (ref state %this: \"A\", ref const message %m: \"" + message +
         "\", let %ctx: context) @4:1 {\n" + body + "}\n";
}

std::string names(const std::vector<const Function*>& functions) {
  std::string text;
  for (const Function* function : functions)
    text += (text.empty() ? "" : " ") + function->name;
  return text;
}

TEST(CallGraph, CalleesStandBeforeCallers) {
  std::unique_ptr<Module> module = parsed(R"ir(module "m"
file 0 "m.h"
func device "leaf" () {
}
func device "unused" () {
}
func device "left" () {
  call "leaf"()
}
func device "right" () {
  call "leaf"()
  call "left"()
  call "leaf"()
}
func device "top" () {
  call "right"()
  call "left"()
}
)ir");
  EXPECT_EQ(names(analysis::callees(*module->functions[3])), "leaf left");
  EXPECT_EQ(names(analysis::reachable(*module->functions[4])), "leaf left right top");
  EXPECT_EQ(names(analysis::reachable(*module->functions[1])), "unused");
}

TEST(MessageFlow, EachKindAndMessageOnce) {
  std::unique_ptr<Module> module =
      parsed(header + "func device \"warn\" (let %c: context) {\n  reply \"Alert\"{}\n}\n" +
             handler("Msg", "  send \"Msg\"{} to self()\n  send \"Msg\"{} to sender()\n"
                            "  call \"warn\"(&%ctx)\n  reply \"Msg\"{}\n") +
             handler("Alert", ""));
  std::string text;
  for (const analysis::MessageEdge& edge : analysis::messageFlow(*module))
    text += edge.actor->state->name().str() + "." + edge.handler->message->name().str() + ":" +
            std::to_string(static_cast<int>(edge.kind)) + edge.message->name().str() + " ";
  EXPECT_EQ(text, "A.Msg:0Alert A.Msg:1Msg A.Msg:0Msg ");
}

/// The refusals of checkSends, as `id line`.
std::string refusals(const std::string& text) {
  std::unique_ptr<Module> module = parsed(text);
  DiagnosticEngine diagnostics;
  const bool ok = analysis::checkSends(*module, diagnostics);
  EXPECT_EQ(ok, !diagnostics.hasErrors());
  std::string result;
  for (const Diagnostic& one : diagnostics.all())
    result += diagName(one.id).str() + " " + std::to_string(one.place.line) + " ";
  return result;
}

const std::string endless = "  loop do @7:3 {\n    reply \"Msg\"{}\n  }\n";

TEST(CheckSends, PointsAtTheLoop) {
  EXPECT_EQ(refusals(header + handler("Msg", "  reply \"Msg\"{}\n") + handler("Alert", "")), "");
  EXPECT_EQ(refusals(header + handler("Msg", endless) + handler("Alert", "")),
            "unbounded-sends 7 ");
}

TEST(CheckSends, LoopOfACalleeIsReportedOnce) {
  EXPECT_EQ(refusals(header + "func device \"f\" (let %c: context) {\n" + endless + "}\n" +
                     handler("Msg", "  call \"f\"(&%ctx)\n") +
                     handler("Alert", "  call \"f\"(&%ctx)\n")),
            "unbounded-sends 7 ");
}

TEST(CheckSends, ProductThatCannotBeCountedIsReportedAtTheHandler) {
  std::string body = "    reply \"Msg\"{}\n";
  for (int i = 0; i < 3; ++i)
    body = "  loop init {\n    var %i" + std::to_string(i) + ": u32 = 0u32\n  } while (%i" +
           std::to_string(i) + " < 4294967295u32) step {\n    %i" + std::to_string(i) + " = (%i" +
           std::to_string(i) + " + 1u32)\n  } do {\n" + body + "  }\n";
  EXPECT_EQ(refusals(header + handler("Msg", body) + handler("Alert", "")), "unbounded-sends 4 ");
}

} // namespace

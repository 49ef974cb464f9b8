// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Copies: whole modules, code within its own function, and code rebuilt on other places.

#include "ringc/IR/Cloner.h"
#include "Support.h"
#include "ringc/IR/Walk.h"

namespace {

using namespace irtest;

constexpr const char* source = R"ir(module "m"
file 0 "a.h"

struct "S" size 12 align 4 {
  n: u32 at 0
  xs: array<u32, 2> at 4
}

func device "add" "(S &, u32)" (ref state %s: "S", let %i: u32) @2:1 {
  let %k: u32 = (%i & 1u32) @3:5 :9
  %s.xs[%k] = (%s.n + %i) @4:7
}

func device "caller" "(S &)" (ref state %s: "S") {
  call "add"(&%s, 1u32)
}

)ir";

TEST(Cloner, CopyOfAModulePrintsTheSameAndSharesNothing) {
  std::unique_ptr<Module> module = parsed(source);
  std::unique_ptr<Module> copy = clone(*module);
  module.reset();
  EXPECT_EQ(toString(*copy), source);
  DiagnosticEngine diagnostics;
  EXPECT_TRUE(verify(*copy, diagnostics));
  EXPECT_EQ(llvm::cast<CallStmt>(copy->functions[1]->body->stmts[0])->callee, copy->functions[0]);
}

TEST(Cloner, FreeLocalsAreKeptAndDeclaredOnesCopied) {
  std::unique_ptr<Module> module = parsed(source);
  Function* add = module->functions[0];
  Cloner cloner(*module);
  Block* copy = cloner.block(add->body);
  add->body->stmts.push_back(copy);
  DiagnosticEngine diagnostics;
  EXPECT_TRUE(verify(*module, diagnostics));
  Local* declared = llvm::cast<DeclStmt>(copy->stmts[0])->local;
  EXPECT_NE(declared, llvm::cast<DeclStmt>(add->body->stmts[0])->local);
  const Place* stored = llvm::cast<StoreStmt>(copy->stmts[1])->place;
  EXPECT_EQ(rootOf(*stored), add->params[0]);
}

TEST(Cloner, ParameterBecomesAPlaceAtEveryUse) {
  std::unique_ptr<Module> module = parsed(source);
  Function* add = module->functions[0];
  Function* caller = module->functions[1];
  auto* call = llvm::cast<CallStmt>(caller->body->stmts[0]);
  Cloner cloner(*module);
  cloner.mapToPlace(add->params[0], std::get<Place*>(call->args[0]));
  Local* value = module->make<Local>(LocalKind::Variable, "i", module->types.u32(), here);
  cloner.map(add->params[1], value);
  caller->body->stmts = {module->make<DeclStmt>(value, std::get<Expr*>(call->args[1]), here),
                         cloner.block(add->body)};
  DiagnosticEngine diagnostics;
  EXPECT_TRUE(verify(*module, diagnostics)); // node.c1: each use has a copy of its own
  EXPECT_EQ(toString(*caller->body->stmts[1]),
            "block {\n  let %k: u32 = (%i & 1u32)\n  %s.xs[%k] = (%s.n + %i)\n}");
}

TEST(Cloner, FilesAreMapped) {
  std::unique_ptr<Module> module = parsed(source);
  Module to("to");
  to.addFile("other.h");
  Cloner cloner(to);
  cloner.mapFiles({to.addFile("a.h")});
  const Function* copy = cloner.function(*module->functions[0]);
  EXPECT_EQ(to.sourcePlace(copy->loc).file, "a.h");
  EXPECT_EQ(to.sourcePlace(copy->body->stmts[1]->loc()).line, 4u);
}

TEST(Walk, OperandSlotsAreInSourceOrder) {
  std::unique_ptr<Module> module = parsed(R"ir(module "m"
file 0 "a.h"
func device "f" (var %a: array<array<u32, 4>, 4>, let %i: u32, let %j: u32) {
  %a[%i][%j] = %a[1u32][2u32]
}
)ir");
  Stmt* store = module->functions[0]->body->stmts[0];
  std::string text;
  for (Expr** slot : operandSlots(*store))
    text += toString(**slot) + " ";
  EXPECT_EQ(text, "%i %j %a[1u32][2u32] ");
  text.clear();
  walkExprs(*store, [&](const Expr& expr) { text += toString(expr) + " "; });
  EXPECT_EQ(text, "%i %j %a[1u32][2u32] 1u32 2u32 ");
}

TEST(Walk, PlacesAndTheirUses) {
  std::unique_ptr<Module> module = parsed(R"ir(module "m"
file 0 "a.h"
func device "g" (ref function %r: u32) {
}
func device "f" (var %a: u32, let %s: span<u32>) {
  ref function %q: u32 = %a
  %a = %q
  call "g"(&%a)
  atomic add relaxed device %s[%q] with 1u32
  let %l: u32 = atomic load relaxed device %s[0u32]
}
)ir");
  std::string text;
  walkPlaces(*module->functions[1]->body, [&](const Place& place, PlaceUse use) {
    text += rootOf(place)->name + "RWXB"[static_cast<size_t>(use)] + " ";
  });
  EXPECT_EQ(text, "aB aW qR aB sX qR sR ");
}

} // namespace

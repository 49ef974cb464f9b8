// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The constraints that IR text cannot break, because the parser would make no such node. What text
// can break is tested in test/IR.

#include "Support.h"

namespace {

using namespace irtest;

TEST(Verifier, AcceptsTheFixture) { EXPECT_EQ(Fixture().violations(), ""); }

TEST(Verifier, NodeOccursOnce) { // node.c1
  Fixture f;
  Expr* shared = f.constant(1);
  f.declare(f.module->make<BinaryExpr>(BinaryOp::Add, f.module->types.i32(), shared, shared, here));
  EXPECT_EQ(f.violations(), "node.c1");
}

TEST(Verifier, StatementOccursOnceEvenInTwoFunctions) { // node.c1
  Fixture f;
  auto* other =
      f.module->make<Function>(FunctionKind::Device, "g", f.module->types.voidType(), here);
  other->body = f.function->body;
  f.module->functions.push_back(other);
  EXPECT_EQ(f.violations(), "node.c1");
}

TEST(Verifier, CircleIsNoTree) { // node.c1
  Fixture f;
  auto* sum = f.module->make<BinaryExpr>(BinaryOp::Add, f.module->types.i32(), f.constant(1),
                                         f.constant(2), here);
  sum->lhs = sum->rhs = sum;
  f.declare(sum);
  auto* loop = f.add<LoopStmt>(nullptr, nullptr, false, nullptr, f.module->make<Block>(here));
  loop->body->stmts.push_back(loop);
  EXPECT_EQ(f.violations(), "node.c1 node.c1");
}

TEST(Verifier, MissingParts) { // node.c2
  Fixture f;
  f.add<StoreStmt>(f.place(f.x), nullptr);
  f.add<DeclStmt>(nullptr, nullptr);
  f.add<IfStmt>(f.constant(1, f.module->types.boolType()), nullptr, nullptr);
  f.add<CallStmt>(nullptr, nullptr, std::vector<Argument>{});
  f.add<ReduceStmt>();
  f.add<StoreStmt>(f.place(f.x), f.module->make<BuiltinExpr>(Builtin::Abs, f.module->types.i32(),
                                                             std::vector<Expr*>{nullptr}, here));
  EXPECT_EQ(f.violations(), "node.c2 node.c2 node.c2 node.c2 node.c2 node.c2");
}

TEST(Verifier, MissingStatement) { // node.c2
  Fixture f;
  f.function->body->stmts.push_back(nullptr);
  EXPECT_EQ(f.violations(), "node.c2");
}

TEST(Verifier, NestingIsBounded) { // node.c3
  Fixture f;
  Expr* deep = f.constant(1);
  for (int i = 0; i < 100000; ++i)
    deep = f.module->make<UnaryExpr>(UnaryOp::Negate, deep, here);
  f.declare(deep);
  EXPECT_EQ(f.violations(), "node.c3");
}

TEST(Verifier, TypesOfAnotherModule) { // type.c1
  Fixture f;
  Module other("other");
  f.declare(f.constant(1, other.types.i32()));
  EXPECT_EQ(f.violations(), "type.c1");
}

TEST(Verifier, TypeNestingIsBounded) { // type.c3
  Fixture f;
  const Type* type = f.module->types.u32();
  for (int i = 0; i < 65; ++i)
    type = f.module->types.arrayType(type, 1);
  f.add<DeclStmt>(f.local("deep", type), nullptr);
  EXPECT_EQ(f.violations(), "type.c3");
}

TEST(Verifier, CellDimensions) { // cell.c1
  Fixture f;
  const Type* cell = f.module->types.cellType(f.module->types.u32(), 4, false);
  f.function->params.push_back(f.local("c", cell, LocalKind::ValueParameter));
  EXPECT_EQ(f.violations(), "cell.c1");
}

TEST(Verifier, PlaceTypes) { // place.c1, place.c2, index.c2, load.c2
  Fixture f;
  auto* place = f.module->make<LocalPlace>(f.x, here);
  place->local = f.sv;
  f.add<StoreStmt>(place, f.constant(1));
  auto* field = f.module->make<FieldPlace>(f.place(f.sv), 1, here);
  field->field = 7;
  f.declare(f.module->make<LoadExpr>(field, here));
  Local* array = f.local("array", f.module->types.arrayType(f.module->types.i32(), 2));
  f.add<DeclStmt>(array, nullptr);
  auto* element = f.module->make<IndexPlace>(f.place(array), f.constant(0), here);
  element->base = f.place(f.x);
  f.declare(f.module->make<LoadExpr>(element, here));
  auto* load = f.module->make<LoadExpr>(f.place(f.x), here);
  load->place = f.place(f.sv);
  f.declare(load);
  EXPECT_EQ(f.violations(), "place.c1 place.c2 index.c2 load.c2");
}

TEST(Verifier, ViewsAreWhatTheySay) { // place.c3, size.c1
  Fixture f;
  Local* span = f.local("p", f.module->types.spanType(f.module->types.i32(), false),
                        LocalKind::ValueParameter);
  f.function->params.push_back(span);
  auto* element = f.module->make<SpanElementPlace>(span, f.constant(0), here);
  element->span = f.x;
  f.add<StoreStmt>(element, f.constant(1));
  f.declare(f.module->make<SpanSizeExpr>(f.x, f.module->types.intType(64, false), here));
  EXPECT_EQ(f.violations(), "place.c3 size.c1");
}

TEST(Verifier, ExpressionTypes) { // constant.c1, binary.c3, construct.c1, extract.c1, context.c2
  Fixture f;
  f.declare(f.constant(0, f.s));
  f.declare(f.module->make<BinaryExpr>(BinaryOp::Less, f.module->types.i32(), f.load(f.x),
                                       f.constant(1), here));
  f.declare(f.module->make<ConstructExpr>(f.module->types.i32(), std::vector<Expr*>{}, here));
  auto* extract = f.module->make<ExtractExpr>(f.load(f.sv), 0, here);
  extract->field = 2;
  f.declare(extract);
  f.function->params.push_back(
      f.local("ctx", f.module->types.contextType(), LocalKind::ValueParameter));
  f.declare(f.module->make<ContextInfoExpr>(ContextInfo::Self, f.module->types.i32(), here));
  EXPECT_EQ(f.violations(), "constant.c1 binary.c3 construct.c1 extract.c1 context.c2");
}

TEST(Verifier, FunctionsAreListedOnce) { // function.c1
  Fixture f;
  f.module->functions.push_back(nullptr);
  auto* same =
      f.module->make<Function>(FunctionKind::Device, "f", f.module->types.voidType(), here);
  same->body = f.module->make<Block>(here);
  f.module->functions.push_back(same);
  EXPECT_EQ(f.violations(), "function.c1 function.c1");
}

TEST(Verifier, FunctionIsComplete) { // function.c2
  Fixture f;
  f.function->params.push_back(nullptr);
  EXPECT_EQ(f.violations(), "function.c2");
  f.function->params.pop_back();
  f.function->body = nullptr;
  EXPECT_EQ(f.violations(), "function.c2");
}

TEST(Verifier, LocalsAreDeclaredAsWhatTheyAre) { // local.c1, local.c2, local.c4
  Fixture f;
  f.add<DeclStmt>(f.local("r", f.module->types.i32(), LocalKind::Reference), f.constant(1));
  Local* twice = f.local("twice", f.module->types.i32());
  f.add<DeclStmt>(twice, nullptr);
  f.add<DeclStmt>(twice, nullptr);
  Local* spaced = f.local("spaced", f.module->types.i32());
  spaced->space = AddressSpace::State;
  f.add<DeclStmt>(spaced, nullptr);
  EXPECT_EQ(f.violations(), "local.c1 local.c2 local.c4");
}

TEST(Verifier, RecursionIsImpossible) { // call.c1
  Fixture f;
  f.add<CallStmt>(nullptr, f.function, std::vector<Argument>{f.load(f.x), f.load(f.sv)});
  EXPECT_EQ(f.violations(), "call.c1");
}

TEST(Verifier, LoopThatTestsAtItsEndHasATest) { // loop.c3
  Fixture f;
  f.add<LoopStmt>(nullptr, nullptr, true, nullptr, f.module->make<Block>(here));
  EXPECT_EQ(f.violations(), "loop.c3");
}

TEST(Verifier, SwitchCases) { // switch.c2, switch.c4
  Fixture f;
  std::vector<SwitchCase> cases{{{0x100000000}, false, f.module->make<Block>(here)},
                                {{}, false, f.module->make<Block>(here)}};
  f.add<SwitchStmt>(f.load(f.x), std::move(cases));
  EXPECT_EQ(f.violations(), "switch.c2 switch.c4");
}

TEST(Verifier, MessageOfNothing) { // message.c1
  Fixture f;
  f.module->messages.push_back({nullptr, 0});
  EXPECT_EQ(f.violations(), "message.c1");
}

} // namespace

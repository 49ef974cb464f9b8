// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Short forms for making IR by hand in tests.
#ifndef RINGKERNEL_TEST_UNIT_IR_SUPPORT_H
#define RINGKERNEL_TEST_UNIT_IR_SUPPORT_H

#include "ringc/IR/Parser.h"
#include "ringc/IR/Printer.h"
#include "ringc/IR/Verifier.h"
#include <gtest/gtest.h>

namespace irtest {

using namespace ringc;
using namespace ringc::ir;

inline constexpr Location here{FileId(0), 3, 4};

/// A module with one device function `f(var x: i32, let s: S)` whose body is empty.
struct Fixture {
  Fixture() : module(std::make_unique<Module>("m")) {
    module->addFile("m.h");
    const Type* u32 = module->types.u32();
    s = module->types.addStruct("S", {{"a", u32, 0, here}, {"b", u32, 4, here}}, 8, 4, here);
    function = module->make<Function>(FunctionKind::Device, "f", module->types.voidType(), here);
    x = local("x", module->types.i32(), LocalKind::ValueParameter);
    sv = local("s", s, LocalKind::ValueParameter);
    function->params = {x, sv};
    function->body = module->make<Block>(here);
    module->functions.push_back(function);
  }

  Local* local(const char* name, const Type* type, LocalKind kind = LocalKind::Variable) {
    return module->make<Local>(kind, name, type, here);
  }
  Expr* constant(uint64_t bits, const Type* type = nullptr) {
    return module->make<ConstantExpr>(type ? type : module->types.i32(), bits, here);
  }
  Place* place(Local* local) { return module->make<LocalPlace>(local, here); }
  Expr* load(Local* local) { return module->make<LoadExpr>(place(local), here); }
  template <class T, class... Args> T* add(Args&&... args) {
    T* stmt = module->make<T>(std::forward<Args>(args)..., here);
    function->body->stmts.push_back(stmt);
    return stmt;
  }
  void declare(Expr* init) { add<DeclStmt>(local("v", init->type()), init); }

  /// The ids of the violated constraints, in order, with a space between.
  std::string violations() const {
    DiagnosticEngine diagnostics;
    const bool ok = verify(*module, diagnostics);
    EXPECT_EQ(ok, !diagnostics.hasErrors());
    std::string ids;
    for (const Diagnostic& one : diagnostics.all()) {
      const llvm::StringRef id = llvm::StringRef(one.message).split('\'').second.split('\'').first;
      ids += (ids.empty() ? "" : " ") + id.str();
    }
    return ids;
  }

  std::unique_ptr<Module> module;
  const StructType* s;
  Function* function;
  Local* x;
  Local* sv;
};

inline std::unique_ptr<Module> parsed(llvm::StringRef text) {
  DiagnosticEngine diagnostics;
  std::unique_ptr<Module> module = parse(text, "test.ir", diagnostics);
  for (const Diagnostic& one : diagnostics.all())
    ADD_FAILURE() << one.place.line << ':' << one.place.column << ": " << one.message;
  EXPECT_TRUE(module);
  return module;
}

} // namespace irtest

#endif

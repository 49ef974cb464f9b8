// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What runs in every turn but the first stands at the body's start, behind a flag.

#include "LoopTests.h"
#include "Build.h"

namespace ringc::transforms {

using namespace ir;

void moveIntoBody(Module& module, LoopStmt& loop, std::vector<Stmt*> checks, bool movesStep) {
  const Build at(module, loop.loc());
  std::vector<Stmt*> test = std::move(checks);
  if (loop.condition)
    test.push_back(at.branch(at.logicalNot(loop.condition), {at.breakLoop()}));
  std::vector<Stmt*> again; // in every turn but the first
  if (movesStep)
    again = std::move(loop.step->stmts);
  if (loop.testAtEnd)
    again.insert(again.end(), test.begin(), test.end());
  std::vector<Stmt*> body;
  if (!again.empty()) {
    Local* isAgain = at.variable("ring_again", module.types.boolType());
    if (!loop.init)
      loop.init = at.block();
    loop.init->stmts.push_back(at.declare(isAgain, at.boolean(false)));
    body.push_back(at.branch(at.load(isAgain), std::move(again)));
    body.push_back(at.store(isAgain, at.boolean(true)));
  }
  if (!loop.testAtEnd)
    body.insert(body.end(), test.begin(), test.end());
  loop.condition = nullptr;
  loop.testAtEnd = false;
  if (movesStep)
    loop.step = nullptr;
  loop.body->stmts.insert(loop.body->stmts.begin(), body.begin(), body.end());
}

} // namespace ringc::transforms

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The size of a kernel's block is a constant of the kernel: where the kernel itself asks for it, it
// gets the number. Functions that several kernels may call still ask.

#include "Build.h"
#include "ringc/IR/Walk.h"
#include "ringc/Transforms/Passes.h"

namespace ringc::transforms {

using namespace ir;

static void fix(Module& module, const Function& kernel, Expr*& slot) {
  for (Expr** operand : operandSlots(*slot))
    fix(module, kernel, *operand);
  const auto* builtin = llvm::dyn_cast<BuiltinExpr>(slot);
  if (!builtin || builtin->builtin < Builtin::BlockSizeX || builtin->builtin > Builtin::BlockSizeZ)
    return;
  const size_t axis =
      static_cast<size_t>(builtin->builtin) - static_cast<size_t>(Builtin::BlockSizeX);
  slot = Build(module, slot->loc()).u32(kernel.blockSize[axis]);
}

void fixBlockSize(Module& module) {
  for (Function* function : module.functions)
    if (function->kind == FunctionKind::Kernel)
      walkStmts(*function->body, [&](const Stmt& stmt) {
        for (Expr** slot : operandSlots(const_cast<Stmt&>(stmt)))
          fix(module, *function, *slot);
      });
}

} // namespace ringc::transforms

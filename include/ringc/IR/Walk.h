// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Walks over the IR in source order, nested blocks and operands included.
#ifndef RINGC_IR_WALK_H
#define RINGC_IR_WALK_H

#include "ringc/IR/Module.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace ringc::ir {

/// Every statement below and including `stmt`, outer before inner.
void walkStmts(const Stmt& stmt, llvm::function_ref<void(const Stmt&)> visit);
/// Every expression of `stmt` itself and of the statements in it (indices of places included).
void walkExprs(const Stmt& stmt, llvm::function_ref<void(const Expr&)> visit);
/// Every expression below and including `expr`.
void walkExprs(const Expr& expr, llvm::function_ref<void(const Expr&)> visit);

/// How a place is used.
enum class PlaceUse : uint8_t { Read, Write, ReadWrite, Bind };
/// Every place that `stmt` and the statements in it use: loads, stores, atomics, references bound
/// and passed.
void walkPlaces(const Stmt& stmt, llvm::function_ref<void(const Place&, PlaceUse)> visit);

/// The direct child blocks of a statement, in order.
std::vector<Block*> childBlocks(const Stmt& stmt);
/// The direct operand expressions of a statement (not those of nested statements), as slots that a
/// pass may replace.
std::vector<Expr**> operandSlots(Stmt& stmt);
/// The direct operands of an expression, as slots (indices of a loaded place included).
std::vector<Expr**> operandSlots(Expr& expr);
/// The index expressions of a place, as slots, outermost first.
std::vector<Expr**> operandSlots(Place& place);

/// True where control can reach the end of the block. Conditions other than the constant true are
/// not looked into.
bool completes(const Block& block);

} // namespace ringc::ir

#endif

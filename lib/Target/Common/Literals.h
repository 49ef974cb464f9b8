// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Numbers as text that every target's compiler reads back to the same bits.
#ifndef RINGC_LIB_TARGET_COMMON_LITERALS_H
#define RINGC_LIB_TARGET_COMMON_LITERALS_H

#include "ringc/IR/Expr.h"
#include <string>

namespace ringc::target {

/// The shortest decimal that reads back to the same value, always with a point or an exponent:
/// `0.1`, `1.0`, `1e-30`. Finite numbers only; no suffix.
std::string decimal(float value);
std::string decimal(double value);

float floatOf(const ir::ConstantExpr& constant);
double doubleOf(const ir::ConstantExpr& constant);
/// Sign-extended where the type is signed.
int64_t signedOf(const ir::ConstantExpr& constant);
/// False for infinities and NaNs.
bool isFinite(const ir::ConstantExpr& constant);
/// An integer of the C++ dialects: below 32 bits converted to `typeName`, `wide` behind 64 bits.
std::string integer(const ir::ConstantExpr& constant, llvm::StringRef typeName,
                    llvm::StringRef wide);

} // namespace ringc::target

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The words of the text form, written once for printer, parser and verifier.
#ifndef RINGC_LIB_IR_SPELLING_H
#define RINGC_LIB_IR_SPELLING_H

#include "ringc/IR/Module.h"
#include <optional>

namespace ringc::ir {

/// Where the lines of a module outside of anything are, unless they say otherwise.
inline constexpr Location topLocation{FileId(0), 1, 1};

llvm::StringRef spell(UnaryOp op);
llvm::StringRef spell(BinaryOp op);
llvm::StringRef spell(Builtin builtin);
llvm::StringRef spell(CellInfo info);
llvm::StringRef spell(ContextInfo info);
llvm::StringRef spell(AddressSpace space);
llvm::StringRef spell(FunctionKind kind);
llvm::StringRef spell(Scope scope);
llvm::StringRef spell(SendKind kind);
llvm::StringRef spell(AtomicOp op);
llvm::StringRef spell(MemoryOrder order);
llvm::StringRef spell(MemoryScope scope);

/// The enumerator of that word, if it is one.
template <class Enum> std::optional<Enum> unspell(llvm::StringRef word);

/// What Builtins.def says of the types of a builtin.
enum class BuiltinRule : uint8_t { SameN, SameF, SameI, TestF, CountI, Index };
BuiltinRule ruleOf(Builtin builtin);
unsigned arityOf(Builtin builtin);

/// True for `==` and the like, whose result is bool.
bool isComparison(BinaryOp op);

/// `[A-Za-z_][A-Za-z0-9_]*`
bool isIdentifier(llvm::StringRef text);
/// In double quotes, with escapes.
std::string quoted(llvm::StringRef text);
/// Bare where it is an identifier, else quoted.
std::string nameText(llvm::StringRef text);

} // namespace ringc::ir

#endif

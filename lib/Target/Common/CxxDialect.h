// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// In what CUDA and MSL differ as far as the shared printing of C++ text must know. A dialect is
// data and functions without state; it decides nothing about structure.
#ifndef RINGC_LIB_TARGET_COMMON_CXXDIALECT_H
#define RINGC_LIB_TARGET_COMMON_CXXDIALECT_H

#include "ringc/IR/Module.h"
#include "ringc/Target/Common/Names.h"
#include <string>

namespace ringc::target {

/// How a builtin is called, and the device file that defines it (empty: the language does).
struct BuiltinSpelling {
  std::string callee; ///< `sqrtf`; for Rule Index the whole expression
  std::string file;
};

struct CxxDialect {
  Language language;
  llvm::StringRef folder;         ///< under runtime/device
  llvm::StringRef suffix;         ///< of the files there: `.cuh`
  llvm::StringRef functionPrefix; ///< before every device function
  llvm::StringRef sharedPrefix;   ///< before a variable of a block
  bool hasAddressSpaces;          ///< references and pointers name theirs
  bool sharedInEntry;             ///< block variables are declared in entry points and passed on
  llvm::StringRef subscript;      ///< between an array and an index: `[` or `.data[`

  bool narrowCounts; ///< a span's count is u32, else u64

  llvm::StringRef (*scalar)(const ir::Type& type);
  std::string (*literal)(const ir::ConstantExpr& constant);
  std::string (*bitcast)(const ir::Type& to, const ir::Type& from, const std::string& operand);
  BuiltinSpelling (*builtin)(ir::Builtin builtin, const ir::Type* type);
  llvm::StringRef (*barrier)(ir::Scope scope);
  /// An expression for the old value; `place` is an address.
  std::string (*atomic)(const ir::AtomicStmt& stmt, const std::string& address,
                        const std::string& operand, const std::string& expected);
};

/// `fmin`, `clz`, ...: the builtin in the IR's text, which is the C library's name where it has
/// one.
llvm::StringRef builtinName(ir::Builtin builtin);
/// `Add`, `CompareExchange`, ...: what `ring_atomic` is called on.
llvm::StringRef atomicName(ir::AtomicOp op);
/// With commas; empty ones are left out.
std::string arguments(std::initializer_list<llvm::StringRef> all);

/// `device `, `threadgroup `, ... where the dialect has them, else nothing.
llvm::StringRef spaceName(const CxxDialect& dialect, ir::AddressSpace space);

} // namespace ringc::target

#endif

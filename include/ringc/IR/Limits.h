// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Bounds on what a module may hold. They keep every recursive walk within the stack and every
// offset within 32 bits; the parser refuses text beyond them, and the verifier refuses any module.
#ifndef RINGC_IR_LIMITS_H
#define RINGC_IR_LIMITS_H

#include <cstdint>

namespace ringc::ir {

/// Blocks and expressions within each other, counted together from the body of a function.
inline constexpr unsigned maxNesting = 1000;
/// Structs and arrays within each other.
inline constexpr unsigned maxTypeNesting = 64;
/// Size of one value, in bytes.
inline constexpr uint64_t maxTypeBytes = 0x7fffffff;
/// Threads of one block.
inline constexpr uint64_t maxBlockThreads = 1024;

} // namespace ringc::ir

#endif

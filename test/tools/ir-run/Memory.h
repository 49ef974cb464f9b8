// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Values of the IR as the bytes that they have in host memory, and the views of them.

#ifndef RINGKERNEL_TEST_TOOLS_IR_RUN_MEMORY_H
#define RINGKERNEL_TEST_TOOLS_IR_RUN_MEMORY_H

#include "ringc/IR/Module.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ring::test {

namespace ir = ringc::ir;

using Bytes = std::vector<uint8_t>;

/// Says what the program did that has no meaning, and ends this one with exit code 1.
[[noreturn]] void fault(const std::string& message);

/// The bits of a scalar, zero-extended.
uint64_t bitsOf(const ir::Type& type, const uint8_t* data);
Bytes bytesOf(const ir::Type& type, uint64_t bits);
/// Of an integer or bool, by its sign.
int64_t signExtend(const ir::Type& type, uint64_t bits);
double realOf(const ir::Type& type, uint64_t bits);
/// Rounded to the type.
uint64_t bitsOfReal(const ir::Type& type, double value);

/// Fills a value with small numbers that follow from `seed`.
void fill(const ir::Type& type, uint8_t* data, uint32_t seed);
/// As it is shown: `{1, -2.5, true}`.
std::string show(const ir::Type& type, const uint8_t* data);

} // namespace ring::test

#endif // RINGKERNEL_TEST_TOOLS_IR_RUN_MEMORY_H

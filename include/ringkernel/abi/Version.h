// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The version of everything under abi/. Generated code carries the version that it was made for;
// Runtime::create refuses a module of another.
#ifndef RINGKERNEL_ABI_VERSION_H
#define RINGKERNEL_ABI_VERSION_H

#include <cstdint>

namespace ring::abi {

inline constexpr std::uint32_t kVersion = 1;

} // namespace ring::abi

#endif

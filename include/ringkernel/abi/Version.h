// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The version of everything under abi/. Generated code asserts that it is compiled with the version
// that its ringc knew, and records it; a runtime of another version refuses the module when one of
// its types or functions is first used (Unsupported): there is no list of modules to look through
// before.
#ifndef RINGKERNEL_ABI_VERSION_H
#define RINGKERNEL_ABI_VERSION_H

#include <cstdint>

namespace ring::abi {

inline constexpr std::uint32_t kVersion = 1;

} // namespace ring::abi

#endif

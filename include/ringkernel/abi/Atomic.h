// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A word that host and device both change. The host reaches it through std::atomic_ref on `raw`;
// ringc prints it as the target's atomic type.
#ifndef RINGKERNEL_ABI_ATOMIC_H
#define RINGKERNEL_ABI_ATOMIC_H

#include <cstdint>

namespace ring::abi {

template <class T> struct Atomic {
  T raw;
};

} // namespace ring::abi

#endif

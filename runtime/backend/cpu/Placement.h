// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which cores this process may use, and keeping a thread on one.
#ifndef RINGKERNEL_RUNTIME_BACKEND_CPU_PLACEMENT_H
#define RINGKERNEL_RUNTIME_BACKEND_CPU_PLACEMENT_H

namespace ring::runtime::cpu {

/// Cores that this process may run on, at least 1.
unsigned availableCores();

/// Keeps the calling thread on one of them. Worker 0 takes the second, so that the host's thread
/// finds the first free; more workers than cores share. Does nothing where the system cannot.
void pinThisThread(unsigned worker);

} // namespace ring::runtime::cpu

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Facts of the machine that no driver is asked for: processor, memory, compilers.
#ifndef RINGKERNEL_TOOLS_RING_DOCTOR_HOST_H
#define RINGKERNEL_TOOLS_RING_DOCTOR_HOST_H

#include "Json.h"

#include <string>

namespace ring::tool {

/// {model, cores, usableCores, features, wideAccess}
Json processorFacts();
/// {sharedMemory: {path, exists, writable, inMemory, bytes, freeBytes}, memlockLimitBytes}; null
/// for no limit.
Json memoryFacts();
/// [{name, path, version}] of those that handlers and hosts may be compiled with; path is null for
/// what is absent.
Json compilerFacts();
/// As `Linux 6.1.0 x86_64`.
std::string systemName();
/// The file of the running program.
std::string ownProgram();

} // namespace ring::tool

#endif // RINGKERNEL_TOOLS_RING_DOCTOR_HOST_H

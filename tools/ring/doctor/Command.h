// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `ring doctor`: what this machine has for RingKernel, what of it works, and what to do.
#ifndef RINGKERNEL_TOOLS_RING_DOCTOR_COMMAND_H
#define RINGKERNEL_TOOLS_RING_DOCTOR_COMMAND_H

namespace CLI { // NOLINT(readability-identifier-naming): not ours
class App;
}

namespace ring::tool {

/// Adds the command; running it sets `exitCode`: 0 where all that is present works, 1 where
/// something present is broken.
void addDoctor(CLI::App& app, int& exitCode);

} // namespace ring::tool

#endif // RINGKERNEL_TOOLS_RING_DOCTOR_COMMAND_H

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The shell of an example's main: command line, backend, exit code.
#ifndef RINGKERNEL_EXAMPLES_COMMON_PROGRAM_H
#define RINGKERNEL_EXAMPLES_COMMON_PROGRAM_H

#include <ringkernel/runtime.h>

#include <cstddef>
#include <functional>
#include <string>

namespace CLI {
class App;
}

namespace example {

/// Parses the command line and runs `body`. Gives the exit code: 0 fine, 1 Failure (standard output
/// that takes no more is one), 2 misuse or Unavailable; what went wrong stands on stderr.
int runProgram(CLI::App& app, int argc, char** argv, const std::function<void()>& body);

struct BackendOptions {
  std::string name = "cpu"; ///< cpu, cuda or webgpu
  std::size_t workers = 0;  ///< threads of the CPU backend, to 256; 0: one a core less one
};

/// Adds --backend and --workers.
void addBackendOptions(CLI::App& app, BackendOptions& options);

/// Throws Unavailable where this build has no such backend, Failure where it does not start.
ring::Runtime startRuntime(const BackendOptions& backend, ring::RuntimeOptions options = {});

/// Throws Failure unless `status` is ok.
void require(const ring::Status& status);

} // namespace example

#endif

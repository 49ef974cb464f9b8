// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// ring, the project tool. Each command has a folder; it adds itself here.
#include "CommandLine.h"
#include "doctor/Command.h"

#include <CLI/CLI.hpp>

int main(int argc, char** argv) {
  CLI::App app("RingKernel's project tool.", "ring");
  app.set_version_flag("--version", "ring " RINGKERNEL_VERSION);
  int exitCode = 0;
  ring::tool::addDoctor(app, exitCode);
  return ring::tool::runCommandLine(app, argc, argv, exitCode);
}

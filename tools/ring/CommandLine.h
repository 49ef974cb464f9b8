// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The shell of the project tool's main: command line, errors, exit code.
#ifndef RINGKERNEL_TOOLS_RING_COMMANDLINE_H
#define RINGKERNEL_TOOLS_RING_COMMANDLINE_H

namespace CLI { // NOLINT(readability-identifier-naming): not ours
class App;
}

namespace ring::tool {

/// Parses the command line, which runs the chosen command; gives that command's `exitCode`. 2 for
/// misuse, 1 for what went wrong besides (standard output that takes no more is such a thing), with
/// the reason on stderr.
int runCommandLine(CLI::App& app, int argc, char** argv, const int& exitCode);

} // namespace ring::tool

#endif // RINGKERNEL_TOOLS_RING_COMMANDLINE_H

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Nothing of a single command is known here.
#include "CommandLine.h"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace ring::tool {

int runCommandLine(CLI::App& app, int argc, char** argv, const int& exitCode) {
  const auto fail = [&](int code, const char* what) {
    fmt::print(stderr, "{}: error: {}\n", app.get_name(), what);
    return code;
  };
  try {
    try {
      app.parse(argc, argv);
      // Not require_subcommand(), which does not name a word that is none.
      if (app.get_subcommands().empty())
        throw CLI::RequiredError("a command");
    } catch (const CLI::Success& help) {
      app.exit(help);
    }
  } catch (const CLI::ParseError& error) {
    fail(2, error.what());
    fmt::print(stderr, "run with --help for what is taken\n");
    return 2;
  } catch (const std::exception& error) {
    return fail(1, error.what());
  }
  // Standard output is buffered: whether all of it was taken is known only now.
  errno = 0;
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    const char* reason = errno != 0 ? std::strerror(errno) : "an earlier write failed";
    return fail(1, fmt::format("cannot write to standard output: {}", reason).c_str());
  }
  return exitCode;
}

} // namespace ring::tool

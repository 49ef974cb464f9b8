// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Options of `ring doctor`.
#include "Command.h"

#include "Doctor.h"
#include "Parts.h"
#include "Table.h"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <memory>
#include <unistd.h>

namespace ring::tool {

namespace {

struct Options {
  DoctorOptions doctor;
  bool asJson = false;
  std::string part;
};

/// What takes long is told to who waits at a terminal.
void tellTerminal(const std::string& step) {
  if (isatty(STDERR_FILENO))
    fmt::print(stderr, "ring doctor: {}\n", step);
}

} // namespace

void addDoctor(CLI::App& app, int& exitCode) {
  CLI::App* command = app.add_subcommand(
      "doctor", "what this machine has for RingKernel, what of it works, and what to do.\nExits "
                "with 0 where all that is present works, 1 where something present is broken.");
  const auto options = std::make_shared<Options>();
  command->add_flag("--json", options->asJson, "print the report as JSON");
  command->add_flag("--quick", options->doctor.isQuick,
                    "facts only: neither the tearing test nor the self-tests");
  command->add_option("--seconds", options->doctor.seconds, "that the self-test of a backend takes")
      ->check(CLI::Range(1u, 3600u))
      ->capture_default_str();
  command
      ->add_option("--limit", options->doctor.limitSeconds,
                   "seconds after which a part (a driver that hangs) is ended and reported; a "
                   "self-test gets its own besides")
      ->check(CLI::Range(1u, 3600u))
      ->capture_default_str();
  command
      ->add_option("--part", options->part,
                   "run that part alone and in this process, as for a debugger")
      ->check(CLI::IsMember(partNames()));
  command->callback([options, &exitCode] {
    if (!options->part.empty())
      return runPartHere(options->part, options->doctor.seconds);
    const Json report = examine(options->doctor, tellTerminal);
    constexpr auto kReplace = Json::error_handler_t::replace;
    fmt::print("{}\n", options->asJson ? report.dump(2, ' ', false, kReplace) : tableOf(report));
    exitCode = report["exitCode"];
  });
}

} // namespace ring::tool

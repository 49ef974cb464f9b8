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

namespace ring::tool {

namespace {

struct Options {
  DoctorOptions doctor;
  std::string part;
};

} // namespace

void addDoctor(CLI::App& app, int& exitCode) {
  CLI::App* command = app.add_subcommand(
      "doctor", "what this machine has for RingKernel, what of it works, and what to do.\nExits "
                "with 0 where all that is present works, 1 where something present is broken.");
  const auto options = std::make_shared<Options>();
  command->add_flag("--json", options->doctor.json, "print the report as JSON");
  command
      ->add_option("--limit", options->doctor.limitSeconds,
                   "seconds after which a part (a driver that hangs) is ended and reported")
      ->check(CLI::Range(1u, 3600u))
      ->capture_default_str();
  command
      ->add_option("--part", options->part,
                   "run that part alone and in this process, as for a debugger")
      ->check(CLI::IsMember(partNames()));
  command->callback([options, &exitCode] {
    if (!options->part.empty())
      return runPartHere(options->part);
    const Json report = examine(options->doctor);
    fmt::print("{}\n", options->doctor.json
                           ? report.dump(2, ' ', false, Json::error_handler_t::replace)
                           : tableOf(report));
    exitCode = report["exitCode"];
  });
}

} // namespace ring::tool

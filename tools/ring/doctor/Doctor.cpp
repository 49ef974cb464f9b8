// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// No driver is loaded into this process.
#include "Doctor.h"

#include "Drivers.h"
#include "Findings.h"
#include "Host.h"
#include "Parts.h"

#include <fmt/core.h>

namespace ring::tool {

namespace {

Json facts(const DoctorOptions& options) {
  const auto part = [&](const char* name) {
    return runPart(name, options.seconds, options.limitSeconds);
  };
  Json report{{"version", 1},
              {"ringkernel", RINGKERNEL_VERSION},
              {"system", systemName()},
              {"processor", processorFacts()},
              {"memory", memoryFacts()},
              {"compilers", compilerFacts()},
              {"cuda", part("cuda")},
              {"webgpu", part("webgpu")}};
#if defined(__APPLE__)
  report["metal"] = {{"state", "unsupported"}, {"problem", "this build has no Metal backend"}};
#endif
  report["cache"] = cacheFacts();
  return report;
}

void test(Json& report, const DoctorOptions& options, const TellStep& tell) {
  const bool hasCuda = report["cuda"]["state"] == "works";
  const bool hasWebgpu = report["webgpu"]["state"] == "works";
  tell("16-byte accesses, about two seconds");
  Json tearing{{"threads", runPart("tearing-threads", options.seconds, options.limitSeconds)}};
  if (hasCuda)
    tearing["cuda"] = runPart("tearing-cuda", options.seconds, options.limitSeconds);
  report["tearing"] = std::move(tearing);
  Json tests;
  for (const auto& [name, isThere] :
       {std::pair("cpu", true), {"cuda", hasCuda}, {"webgpu", hasWebgpu}}) {
    if (!isThere)
      continue;
    tell(fmt::format("self-test of {}, about {} seconds", name, options.seconds));
    tests[name] = runPart(fmt::format("self-test-{}", name), options.seconds,
                          options.seconds + options.limitSeconds);
  }
  report["selfTests"] = std::move(tests);
}

} // namespace

Json examine(const DoctorOptions& options, const TellStep& tell) {
  Json report = facts(options);
  if (!options.isQuick)
    test(report, options, tell);
  report["backends"] = backendsOf(report);
  report["findings"] = findingsOf(report);
  report["exitCode"] = exitCodeOf(report["findings"]);
  return report;
}

} // namespace ring::tool

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// No driver is loaded into this process.
#include "Doctor.h"

#include "Drivers.h"
#include "Findings.h"
#include "Host.h"
#include "Parts.h"

namespace ring::tool {

Json examine(const DoctorOptions& options) {
  const auto part = [&](const char* name) { return runPart(name, options.limitSeconds); };
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
  report["backends"] = backendsOf(report);
  report["findings"] = findingsOf(report);
  report["exitCode"] = exitCodeOf(report["findings"]);
  return report;
}

} // namespace ring::tool

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A part's process is this program again with --part. It writes lines with a prefix of ours to its
// standard output, where drivers may write too.
#include "Parts.h"

#include "Drivers.h"
#include "Host.h"
#include "Process.h"
#include "SelfTest.h"
#include "TearingFacts.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <sstream>
#include <string_view>

#if defined(__linux__)
#include <csignal>
#include <sys/prctl.h>
#endif

namespace ring::tool {

namespace {

constexpr std::string_view kStep = "ring-step ", kResult = "ring-result ";

template <Backend backend> Json selfTestOf(unsigned seconds, const TellStep& tell) {
  return selfTest(backend, seconds, tell);
}

struct Part {
  const char* name;
  Json (*run)(unsigned seconds, const TellStep& tell);
};
constexpr Part kParts[] = {
    {"cuda",
     [](unsigned, const TellStep& tell) {
       tell("asking the CUDA driver");
       return cudaFacts();
     }},
    {"webgpu",
     [](unsigned, const TellStep& tell) {
       tell("asking the WebGPU libraries");
       return webgpuFacts();
     }},
    {"tearing-threads",
     [](unsigned, const TellStep& tell) {
       tell("reading and writing between two threads");
       return tearingOfThreads();
     }},
    {"tearing-cuda",
     [](unsigned, const TellStep& tell) {
       tell("reading and writing between host and GPU");
       return tearingWithGpu();
     }},
    {"self-test-cpu", selfTestOf<Backend::Cpu>},
    {"self-test-cuda", selfTestOf<Backend::Cuda>},
    {"self-test-webgpu", selfTestOf<Backend::WebGpu>},
};

std::string lastLine(const std::string& text) {
  std::istringstream lines(text);
  std::string last;
  for (std::string line; std::getline(lines, line);)
    if (!line.empty())
      last = line;
  return last;
}

std::string problemWith(const Ended& ended, const std::string& lastStep) {
  std::string problem = "its process " + ended.describe();
  if (!lastStep.empty())
    problem += "; it was " + lastStep;
  if (const std::string said = lastLine(ended.errors); !said.empty())
    problem += "; it said: " + said.substr(0, 400);
  return problem;
}

} // namespace

std::vector<std::string> partNames() {
  std::vector<std::string> names;
  for (const Part& part : kParts)
    names.emplace_back(part.name);
  return names;
}

void runPartHere(const std::string& name, unsigned seconds) {
#if defined(__linux__)
  prctl(PR_SET_PDEATHSIG, SIGKILL); // a part that hangs does not outlive who waits for it
#endif
  const Part* part = std::ranges::find(kParts, name, &Part::name);
  const auto tell = [](const std::string& step) {
    fmt::print("{}{}\n", kStep, step);
    std::fflush(stdout);
  };
  fmt::print("{}{}\n", kResult, asText(part->run(seconds, tell)));
}

Json runPart(const std::string& name, unsigned seconds, unsigned limitSeconds) {
  const Ended ended =
      runProcess({ownProgram(), "doctor", "--part=" + name, "--seconds=" + std::to_string(seconds)},
                 std::chrono::seconds(limitSeconds));
  std::string lastStep;
  std::istringstream lines(ended.output);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(kStep))
      lastStep = line.substr(kStep.size());
    if (line.starts_with(kResult) && ended.isFine())
      if (Json result = Json::parse(line.substr(kResult.size()), nullptr, false);
          !result.is_discarded())
        return result;
  }
  return {{"state", "broken"}, {"problem", problemWith(ended, lastStep)}};
}

} // namespace ring::tool

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// About a second each.
#include "TearingFacts.h"

#include "runtime/backend/cuda/Tearing.h"

#include <fmt/core.h>

#include <initializer_list>
#include <utility>

namespace ring::tool {

using namespace ring::runtime::cuda;
using namespace std::chrono_literals;

namespace {

Json judged(std::initializer_list<std::pair<const char*, Tearing>> trials) {
  const char* state = "works";
  Json problem, counts;
  for (const auto& [name, trial] : trials) {
    counts[name] = {{"reads", trial.reads}, {"changes", trial.changes}, {"torn", trial.torn}};
    if (trial.torn != 0) {
      state = "broken";
      problem = fmt::format("{} of {} 16-byte reads were torn ({})", trial.torn, trial.reads, name);
    } else if (!trial.isConclusive() && problem.is_null()) {
      state = "inconclusive";
      problem = fmt::format("writer and reader hardly met ({}): {} changes in {} reads", name,
                            trial.changes, trial.reads);
    }
  }
  Json facts{{"state", state}, {"problem", problem}};
  facts.update(counts);
  return facts;
}

} // namespace

Json tearingOfThreads() {
  if (!hasWideAccess())
    return {{"state", "unsupported"},
            {"problem", "this processor has no 16-byte access (AVX, LSE2)"}};
  return judged({{"threads", tearBetweenThreads<WideAccess>(1s)}});
}

Json tearingWithGpu() {
  const Result<GpuTearing> trial = tearWithGpu(500ms);
  if (!trial)
    return {{"state", "broken"}, {"problem", trial.status().message()}};
  return judged({{"hostToGpu", trial->hostToGpu}, {"gpuToHost", trial->gpuToHost}});
}

} // namespace ring::tool

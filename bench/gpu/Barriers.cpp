// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Barriers of a grid and of clusters: CUDA's own and a counter. The runtime offers actors none
// (they wait for messages), so these are limits for whoever builds one.
#include "Makers.h"
#include "Rows.h"

#include <memory>

namespace bench {
namespace {

constexpr unsigned kTurns = 20000, kThreads = 256;

struct Told {
  explicit Told(const Settings& settings)
      : memory(settings.driver.memory(cuda::GpuMemory::Kind::Pinned, 4096)) {
    std::memset(memory.host<void>(), 0, 4096);
  }
  unsigned long long* ns() const { return memory.device<unsigned long long>(); }
  unsigned* wrong() const { return memory.device<unsigned>() + 16; }
  Figures figures() const {
    return {double(*memory.host<std::uint64_t>()) / kTurns, 0, memory.host<unsigned>()[16] == 0,
            kTurns};
  }
  const cuda::GpuMemory memory;
};

} // namespace

void barriers(const Settings& settings, const Groups& add) {
  const unsigned blocks = settings.limits.gpu().multiprocessors();
  Group group{
      "barriers", "ns", "0.9 of grid.sync for one that the runtime offers; it offers none", {}};
  const std::shared_ptr<ring::test::CudaKernels> grid = gridSyncKernels(settings.limits);
  if (grid)
    group.rows.push_back({"raw grid.sync",
                          "cooperative groups', a block a multiprocessor, 256 threads; the mean of "
                          "20,000 by the GPU's clock",
                          [&settings, grid, blocks] {
                            const Told told(settings);
                            Work work(settings.driver);
                            work.startTogether(grid->function("barrierGrid"), blocks, kThreads,
                                               kTurns, told.ns());
                            work.wait();
                            return told.figures();
                          }});
  group.rows.push_back({"raw counter",
                        "one counter in L2, released to and acquired by one thread a "
                        "block; the same grid",
                        [&settings, blocks] {
                          const Told told(settings);
                          const auto counter = settings.driver.zeroed(4096);
                          Work work(settings.driver);
                          work.startTogether(settings.limits.function("barrierCounter"), blocks,
                                             kThreads, counter.device<unsigned>(), kTurns,
                                             told.ns(), told.wrong());
                          work.wait();
                          return told.figures();
                        }});
  if (settings.limits.gpu().capability() >= 90)
    group.rows.push_back(
        {"raw cluster", "barrier.cluster of eight blocks of 256 threads", [&settings] {
           const Told told(settings);
           Work work(settings.driver);
           work.start(settings.limits.function("barrierCluster"), 8, kThreads, kTurns, told.ns());
           work.wait();
           return told.figures();
         }});
  if (!grid)
    group.log = "no grid.sync: the toolkit's headers were not found (CUDA_HOME)";
  add(std::move(group));
}

} // namespace bench

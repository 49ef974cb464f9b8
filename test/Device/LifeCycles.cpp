// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A runtime is started, used and stopped a thousand times in one process, and leaves nothing.
#include "AuditSmall.ring.h"
#include "runtime/backend/cuda/Gpu.h"
#include "test/Device/Growth.h"
#include "test/Device/OnBackend.h"

#include <dlfcn.h>

namespace ring::test {
namespace {

constexpr std::uint64_t kMostBytes = 16 << 20;

class LifeCycle : public OnBackend {
protected:
  /// Small pools: what is timed is the life, not the memory.
  RuntimeOptions small() const {
    RuntimeOptions small = options();
    small.maxActors = 1024;
    small.stateBytes = small.spillBytes = 1 << 20;
    return small;
  }
  void liveOnce() {
    Runtime runtime = start(small());
    const auto actor = spawnIn<audit::Mortal>(runtime);
    const auto answer =
        runtime.ask<audit::Poke>(actor, audit::Poke{audit::Deed::Nothing, 42}).get();
    ASSERT_TRUE(answer) << answer.status().message();
    ASSERT_EQ(answer->number, 42u);
    ASSERT_TRUE(runtime.stop());
  }
};

/// Bytes of the GPU that nobody has, of the context that is current.
std::uint64_t freeDeviceBytes() {
  void* driver = dlopen("libcuda.so.1", RTLD_NOW | RTLD_NOLOAD);
  if (!driver)
    return 0;
  using MemGetInfo = int (*)(std::size_t*, std::size_t*);
  const auto get = reinterpret_cast<MemGetInfo>(dlsym(driver, "cuMemGetInfo_v2"));
  std::size_t free = 0, total = 0;
  const bool isKnown = get && get(&free, &total) == 0;
  dlclose(driver);
  return isKnown ? free : 0;
}

/// As in a program that has a CUDA context of its own: it stays, everything else comes and goes.
TEST_P(LifeCycle, AThousandLeaveNothing) {
  std::shared_ptr<runtime::cuda::Gpu> gpu;
  std::uint64_t before = 0;
  if (isCuda()) {
    gpu = *runtime::cuda::Gpu::open();
    for (int i = 0; i < 10; ++i) // what the driver keeps in the context
      liveOnce();
    ASSERT_TRUE(gpu->enter());
    before = freeDeviceBytes();
    ASSERT_GT(before, 0u);
  }
  expectNoGrowth(times(1000, 1000), kMostBytes, std::chrono::seconds(100), [&] { liveOnce(); });
  if (isCuda()) {
    ASSERT_TRUE(gpu->enter());
    EXPECT_GE(freeDeviceBytes() + kMostBytes, before);
  }
}

/// On a GPU the context too comes and goes.
TEST_P(LifeCycle, SomeWithTheirContextLeaveNothing) {
  expectNoGrowth(times(30, 30), kMostBytes, std::chrono::seconds(100), [&] { liveOnce(); });
}

INSTANTIATE_TEST_SUITE_P(, LifeCycle, testing::Values(Backend::Cpu, Backend::Cuda), nameOf);

} // namespace
} // namespace ring::test

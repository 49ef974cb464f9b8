// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tests over the fake CUDA driver (test/shims/cuda), which takes the place of the driver and of
// NVRTC.
#ifndef RINGKERNEL_TEST_EXECUTION_FAKECUDA_H
#define RINGKERNEL_TEST_EXECUTION_FAKECUDA_H

#include "test/shims/cuda/FakeDriver.h"

#include <ringkernel/runtime.h>

#include <gtest/gtest.h>

#include <cstdlib>
#include <dlfcn.h>
#include <functional>
#include <string>
#include <thread>

namespace ring::test {

class FakeCuda : public testing::Test {
protected:
  static void SetUpTestSuite() {
    setenv("RINGKERNEL_CUDA_LIBRARY", RINGKERNEL_FAKE_CUDA, 1);
    setenv("RINGKERNEL_NVRTC_LIBRARY", RINGKERNEL_FAKE_CUDA, 1);
    setenv("RINGKERNEL_CACHE_DIR", "", 1);
  }
  void SetUp() override {
    void* library = dlopen(RINGKERNEL_FAKE_CUDA, RTLD_NOW | RTLD_LOCAL);
    ASSERT_NE(library, nullptr) << dlerror();
    reset = find<FakeReset>(library, "fakeReset");
    hasFailed = find<FakeHasFailed>(library, "fakeHasFailed");
    failedCall = find<FakeFailedCall>(library, "fakeFailedCall");
    disturbance = find<FakeDisturbance>(library, "fakeDisturbance");
    live = find<FakeLive>(library, "fakeLive");
    fault = find<FakeFault>(library, "fakeFault");
    release = find<FakeRelease>(library, "fakeRelease");
    isAwaited = find<FakeIsAwaited>(library, "fakeIsAwaited");
  }
  template <class Function> static Function* find(void* library, const char* name) {
    return reinterpret_cast<Function*>(dlsym(library, name));
  }

  static RuntimeOptions options() {
    RuntimeOptions options;
    options.backend = Backend::Cuda;
    options.maxActors = 64;
    options.stateBytes = 1 << 16;
    options.spillBytes = 1 << 16;
    return options;
  }
  /// Until an order waits for a shard that takes none.
  void awaitOrder() const {
    while (!isAwaited())
      std::this_thread::yield();
  }
  /// What opening says on this GPU.
  Status opened(const FakeGpu& gpu) {
    reset(&gpu, 0, 0);
    const Status status = Runtime::create(options()).status();
    EXPECT_EQ(live(), 0);
    return status;
  }

  /// use() again and again, each time with the next of its calls failing with `result`, until it
  /// makes no more, of which there are at least `atLeast`.
  void failEachCall(int result, unsigned atLeast, const std::function<Status()>& use) {
    constexpr int kFirstFault = 700;
    for (unsigned call = 1; !HasFailure(); ++call) {
      reset(std::make_unique<FakeGpu>().get(), call, result);
      const Status status = use();
      const std::string where = "call " + std::to_string(call) + ", `" + failedCall() + "`";
      if (!hasFailed()) {
        EXPECT_TRUE(status) << status.message();
        EXPECT_GT(call, atLeast) << "the scenario makes few calls";
        break;
      }
      // A question is answered with the code alone: what ended the device is told by stop().
      const bool isNamed = status.message().find("CUDA_ERROR_FAKED") != std::string::npos ||
                           status.message().starts_with("asked: ");
      EXPECT_TRUE(status || isNamed) << where << ": " << status.message();
      if (result < kFirstFault) // else the context takes everything with it
        EXPECT_EQ(live(), 0) << where;
    }
  }

  FakeReset* reset = nullptr;
  FakeHasFailed* hasFailed = nullptr;
  FakeFailedCall* failedCall = nullptr;
  FakeDisturbance* disturbance = nullptr;
  FakeLive* live = nullptr;
  FakeFault* fault = nullptr;
  FakeRelease* release = nullptr;
  FakeIsAwaited* isAwaited = nullptr;
};

} // namespace ring::test

#endif // RINGKERNEL_TEST_EXECUTION_FAKECUDA_H

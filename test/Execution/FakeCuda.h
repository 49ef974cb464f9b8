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
    live = find<FakeLive>(library, "fakeLive");
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
  /// What opening says on this GPU.
  Status opened(const FakeGpu& gpu) {
    reset(&gpu, 0, 0);
    const Status status = Runtime::create(options()).status();
    EXPECT_EQ(live(), 0);
    return status;
  }

  FakeReset* reset = nullptr;
  FakeHasFailed* hasFailed = nullptr;
  FakeFailedCall* failedCall = nullptr;
  FakeLive* live = nullptr;
};

} // namespace ring::test

#endif // RINGKERNEL_TEST_EXECUTION_FAKECUDA_H

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tests of a backend as a whole, through the public interface, on the CPU and on a CUDA GPU. The
// CPU shows that a test is right; the GPU is what it is for.
#ifndef RINGKERNEL_TEST_DEVICE_ONBACKEND_H
#define RINGKERNEL_TEST_DEVICE_ONBACKEND_H

#include "test/Execution/ExpectOk.h"

#include <ringkernel/runtime.h>

#include <optional>
#include <string>

namespace ring::test {

/// Why there is no CUDA backend here; Ok where there is one.
Status cudaStatus();

/// `count` times RINGKERNEL_TEST_SCALE (1 where it is not set), at least 1: under a sanitizer less
/// is more.
std::uint64_t scaled(std::uint64_t count);

/// `Cpu` or `Cuda`, as test names have it.
std::string nameOf(const testing::TestParamInfo<Backend>& info);

class OnBackend : public testing::TestWithParam<Backend> {
protected:
  void SetUp() override;

  bool isCuda() const { return GetParam() == Backend::Cuda; }
  /// For the backend of this test.
  RuntimeOptions options() const;
  /// Ends the program where there is no runtime: SetUp() has found that there can be one.
  static Runtime start(const RuntimeOptions& options);
  /// How many of what a test does many times: `cpu` are some tenths of a second on two cores.
  std::uint64_t times(std::uint64_t cpu, std::uint64_t cuda) const {
    return scaled(isCuda() ? cuda : cpu);
  }
};

template <class A, class... Args> ActorRef<A> spawnIn(Runtime& runtime, Args&&... args) {
  Result<ActorRef<A>> actor = runtime.spawn<A>(std::forward<Args>(args)...);
  if (!actor) {
    ADD_FAILURE() << actor.status().message();
    return {};
  }
  return *actor;
}

} // namespace ring::test

#endif // RINGKERNEL_TEST_DEVICE_ONBACKEND_H

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The runtimes that tests of emitted code run on, and launches of kernels that compute one value an
// element.

#ifndef RINGKERNEL_TEST_UNIT_TARGETS_TARGETDEVICES_H
#define RINGKERNEL_TEST_UNIT_TARGETS_TARGETDEVICES_H

#include <gtest/gtest.h>
#include <ringkernel/runtime.h>

#include <optional>
#include <span>
#include <vector>

namespace ring::test {

enum class Target { Msl, Wgsl, Cuda };

/// `msl`, `wgsl`, `cuda`.
const char* toString(Target target);

/// Gives each test the host's runtime and one on a device of the target. Skips where there is none;
/// in CI only CUDA may be missing.
class TargetTest : public testing::TestWithParam<Target> {
protected:
  void SetUp() override;

  /// Launches the kernel over `inputs`, a result of as many elements, and `values`.
  template <auto* Kernel, class R, class... Values, class... T>
  static std::vector<R> apply(Runtime& runtime, std::tuple<Values...> values,
                              const std::vector<T>&... inputs) {
    std::vector<R> result(std::get<0>(std::tie(inputs...)).size());
    Buffer<R> output = bufferOf(runtime, result);
    const Grid grid{static_cast<std::int32_t>((result.size() + 255) / 256)};
    const Status launched = std::apply(
        [&](auto... value) {
          return runtime.launch<Kernel>(grid, bufferOf(runtime, inputs)..., output, value...);
        },
        values);
    EXPECT_TRUE(launched.isOk()) << launched.message();
    const Status read = output.download(std::span(result));
    EXPECT_TRUE(read.isOk()) << read.message();
    return result;
  }

  template <class T> static Buffer<T> bufferOf(Runtime& runtime, const std::vector<T>& values) {
    Result<Buffer<T>> buffer = runtime.buffer<T>(values.size());
    EXPECT_TRUE(buffer.isOk()) << buffer.status().message();
    const Status status = buffer->upload(std::span(values));
    EXPECT_TRUE(status.isOk()) << status.message();
    return std::move(*buffer);
  }

  std::optional<Runtime> device;
  std::optional<Runtime> host;
};

} // namespace ring::test

#endif // RINGKERNEL_TEST_UNIT_TARGETS_TARGETDEVICES_H

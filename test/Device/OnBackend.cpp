// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Opening the backends that tests run on.
#include "test/Device/OnBackend.h"

#include "runtime/backend/cuda/Device.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace ring::test {

Status cudaStatus() {
  static const Status status = runtime::cuda::openDevice().status(); // asked once
  return status;
}

std::uint64_t scaled(std::uint64_t count) {
  const char* given = std::getenv("RINGKERNEL_TEST_SCALE");
  const double scale = given ? std::strtod(given, nullptr) : 1;
  return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(static_cast<double>(count) * scale));
}

std::string nameOf(const testing::TestParamInfo<Backend>& info) {
  return info.param == Backend::Cuda ? "Cuda" : "Cpu";
}

void OnBackend::SetUp() {
  if (isCuda() && !cudaStatus())
    GTEST_SKIP() << cudaStatus().message();
}

RuntimeOptions OnBackend::options() const {
  RuntimeOptions options;
  options.backend = GetParam();
  options.workers = 2;
  options.pinWorkers = false;
  return options;
}

Runtime OnBackend::start(const RuntimeOptions& options) {
  Result<Runtime> runtime = Runtime::create(options);
  if (!runtime) {
    std::fprintf(stderr, "no runtime: %s\n", runtime.status().message().c_str());
    std::abort();
  }
  return *std::move(runtime);
}

} // namespace ring::test

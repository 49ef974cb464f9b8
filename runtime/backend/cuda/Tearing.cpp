// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The GPU's side is runtime/device/cuda/resident/tearing.cuh. Its kernels end by themselves; one
// that does not is a lost device here.
#include "runtime/backend/cuda/Tearing.h"

#include "runtime/backend/cuda/Compiler.h"
#include "runtime/backend/cuda/GpuMemory.h"
#include "runtime/backend/cuda/KernelArguments.h"
#include "runtime/backend/cuda/Program.h"

#include <memory>

namespace ring::runtime::cuda {

namespace {

using Clock = std::chrono::steady_clock;

class GpuTrial {
public:
  explicit GpuTrial(std::shared_ptr<Gpu> gpu) : gpu_(std::move(gpu)), api_(gpu_->api()) {}
  ~GpuTrial();
  GpuTrial(const GpuTrial&) = delete;
  GpuTrial& operator=(const GpuTrial&) = delete;

  Status open();
  Result<Tearing> gpuToHost(std::chrono::nanoseconds duration);
  Result<Tearing> hostToGpu(std::chrono::nanoseconds duration);

private:
  Status launch(const char* kernel, KernelArguments arguments);
  template <class Meanwhile> Status untilItEnds(Clock::time_point deadline, Meanwhile&& meanwhile);

  const std::shared_ptr<Gpu> gpu_;
  const DriverApi& api_;
  ModuleImpl* module_ = nullptr;
  StreamImpl* stream_ = nullptr;
  GpuMemory chunks_, counts_;
};

GpuTrial::~GpuTrial() {
  if (!gpu_->enterToFree())
    return;
  if (stream_)
    api_.StreamDestroy(stream_);
  if (module_)
    api_.ModuleUnload(module_);
}

Status GpuTrial::open() {
  if (!hasWideAccess())
    return {StatusCode::Unsupported, "this processor has no 16-byte access (AVX, LSE2)"};
  const Result<std::vector<char>> cubin =
      compile(tearingSource(), gpu_->capability(), programHeaders());
  if (!cubin)
    return {cubin.status().code(), "cannot compile the tearing test: " + cubin.status().message()};
  if (Status status = gpu_->enter(); !status)
    return status;
  if (Status status =
          gpu_->check("cannot load the tearing test", api_.ModuleLoadData(&module_, cubin->data()));
      !status)
    return status;
  if (Status status =
          gpu_->check("cannot make a CUDA stream", api_.StreamCreate(&stream_, kStreamNonBlocking));
      !status)
    return status;
  for (GpuMemory* memory : {&chunks_, &counts_}) {
    Result<GpuMemory> made = GpuMemory::allocate(
        gpu_, GpuMemory::Kind::Pinned, kTornChunks * 3 * sizeof(std::uint64_t), "the tearing test");
    if (!made)
      return made.status();
    *memory = std::move(*made);
  }
  return Status::ok();
}

Status GpuTrial::launch(const char* kernel, KernelArguments arguments) {
  FunctionImpl* function = nullptr;
  if (Status status = gpu_->check(std::string("no kernel `") + kernel + "`",
                                  api_.ModuleGetFunction(&function, module_, kernel));
      !status)
    return status;
  return gpu_->check(std::string("cannot launch `") + kernel + "`",
                     api_.LaunchKernel(function, 1, 1, 1, kTornChunks, 1, 1, 0, stream_,
                                       arguments.list(), nullptr));
}

template <class Meanwhile>
Status GpuTrial::untilItEnds(Clock::time_point deadline, Meanwhile&& meanwhile) {
  constexpr int kSweepsAtOnce = 256;
  for (;;) {
    for (int i = 0; i < kSweepsAtOnce; ++i)
      meanwhile();
    const CuResult result = api_.StreamQuery(stream_);
    if (result != CuResult::NotReady)
      return gpu_->check("the tearing test failed on the GPU", result);
    if (Clock::now() > deadline)
      return {StatusCode::DeviceLost, "a kernel of the tearing test does not end"};
  }
}

constexpr std::chrono::seconds kPatience{10};

Result<Tearing> GpuTrial::gpuToHost(std::chrono::nanoseconds duration) {
  DevicePointer chunks = chunks_.address();
  std::uint64_t nanoseconds = static_cast<std::uint64_t>(duration.count());
  KernelArguments arguments;
  arguments.add(&chunks, sizeof(chunks));
  arguments.add(&nanoseconds, sizeof(nanoseconds));
  if (Status status = launch("ring_tearWrite", arguments); !status)
    return status;
  Tearing counts;
  std::array<std::uint32_t, kTornChunks> seen{};
  const Status status = untilItEnds(Clock::now() + duration + kPatience, [&] {
    readChunks<WideAccess>(chunks_.host<Wide>(), seen, counts);
  });
  return status ? Result<Tearing>(counts) : status;
}

Result<Tearing> GpuTrial::hostToGpu(std::chrono::nanoseconds duration) {
  DevicePointer chunks = chunks_.address(), results = counts_.address();
  std::uint64_t nanoseconds = static_cast<std::uint64_t>(duration.count());
  KernelArguments arguments;
  arguments.add(&chunks, sizeof(chunks));
  arguments.add(&results, sizeof(results));
  arguments.add(&nanoseconds, sizeof(nanoseconds));
  if (Status status = launch("ring_tearRead", arguments); !status)
    return status;
  std::uint32_t value = 0;
  if (Status status = untilItEnds(Clock::now() + duration + kPatience,
                                  [&] { writeChunks<WideAccess>(chunks_.host<Wide>(), value); });
      !status)
    return status;
  Tearing counts;
  const auto* perThread = counts_.host<std::array<std::uint64_t, 3>>();
  for (std::size_t i = 0; i < kTornChunks; ++i) {
    counts.reads += perThread[i][0];
    counts.changes += perThread[i][1];
    counts.torn += perThread[i][2];
  }
  return counts;
}

} // namespace

std::string tearingSource() { return "#include \"types.cuh\"\n#include \"tearing.cuh\"\n"; }

Result<GpuTearing> tearWithGpu(std::chrono::nanoseconds duration) {
  Result<std::shared_ptr<Gpu>> gpu = Gpu::open();
  if (!gpu)
    return gpu.status();
  GpuTrial trial(std::move(*gpu));
  if (Status status = trial.open(); !status)
    return status;
  const Result<Tearing> toGpu = trial.hostToGpu(duration);
  if (!toGpu)
    return toGpu.status();
  const Result<Tearing> toHost = trial.gpuToHost(duration);
  if (!toHost)
    return toHost.status();
  return GpuTearing{*toGpu, *toHost};
}

} // namespace ring::runtime::cuda

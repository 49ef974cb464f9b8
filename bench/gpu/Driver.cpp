// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The driver's graphs by dlsym out of the library that the runtime loaded.
#include "Driver.h"

#include "runtime/backend/cuda/Loader.h"

#include <dlfcn.h>
#include <filesystem>
#include <iterator>

namespace bench {

namespace {

constexpr int kCaptureRelaxed =
    2; // CU_STREAM_CAPTURE_MODE_RELAXED: other threads call what they like

} // namespace

Driver::Driver(ring::test::CudaKernels& kernels) : kernels_(kernels) {
  const auto loaded = cuda::findDriver();
  void* library = loaded ? dlopen(loaded->path.c_str(), RTLD_NOW | RTLD_LOCAL) : nullptr;
  if (!library)
    return;
  const auto find = [library]<class F>(const char* name, F*& to) {
    to = reinterpret_cast<F*>(dlsym(library, name));
  };
  find("cuStreamBeginCapture_v2", capture_);
  find("cuStreamEndCapture", captureEnd_);
  find("cuGraphInstantiateWithFlags", instantiate_);
  find("cuGraphLaunch", launch_);
  find("cuGraphExecDestroy", destroyExec_);
  find("cuGraphDestroy", destroy_);
  find("cuMemcpyDtoDAsync_v2", copy_);
}

cuda::GpuMemory Driver::memory(cuda::GpuMemory::Kind kind, std::size_t bytes) const {
  auto made = cuda::GpuMemory::allocate(kernels_.sharedGpu(), kind, bytes, "a benchmark");
  if (made)
    return std::move(*made);
  std::fprintf(stderr, "%s\n", made.status().message().c_str());
  std::exit(1);
}

cuda::GpuMemory Driver::zeroed(std::size_t bytes) const {
  cuda::GpuMemory made = memory(cuda::GpuMemory::Kind::Device, bytes);
  cuda::StreamImpl* stream = nullptr; // streams that do not block do not wait for the default one
  kernels_.enter();
  check("cannot make a stream", api().StreamCreate(&stream, cuda::kStreamNonBlocking));
  check("cannot clear memory", api().MemsetD8Async(made.address(), 0, bytes, stream));
  check("cannot clear memory", api().StreamSynchronize(stream));
  api().StreamDestroy(stream);
  return made;
}

void Driver::copyOnDevice(cuda::DevicePointer to, cuda::DevicePointer from, std::size_t bytes,
                          cuda::StreamImpl* stream) const {
  check("cannot copy", copy_(to, from, bytes, stream));
}

Work::Work(Driver& driver) : driver_(driver) {
  enter();
  driver_.check("cannot make a stream",
                driver_.api().StreamCreate(&stream_, cuda::kStreamNonBlocking));
}

Work::~Work() {
  enter();
  wait();
  if (exec_ && driver_.destroyExec_)
    driver_.destroyExec_(exec_);
  if (graph_ && driver_.destroy_)
    driver_.destroy_(graph_);
  driver_.api().StreamDestroy(stream_);
}

void Work::capture(const std::function<void()>& record) {
  driver_.check("cannot capture", driver_.capture_(stream_, kCaptureRelaxed));
  record();
  driver_.check("cannot end a capture", driver_.captureEnd_(stream_, &graph_));
  driver_.check("cannot make a graph", driver_.instantiate_(&exec_, graph_, 0));
}

std::unique_ptr<ring::test::CudaKernels> gridSyncKernels(ring::test::CudaKernels& kernels) {
  std::string toolkit;
  for (const char* name : {"CUDA_HOME", "CUDA_PATH"})
    if (const char* value = std::getenv(name); value && *value && toolkit.empty())
      toolkit = value;
  if (toolkit.empty())
    toolkit = "/usr/local/cuda";
  std::ifstream file(RINGKERNEL_BENCH_GRID_SYNC);
  std::stringstream source;
  source << file.rdbuf();
  const auto nvrtc = cuda::loadNvrtc();
  if (!file || !nvrtc || !std::filesystem::exists(toolkit + "/include/cooperative_groups.h"))
    return nullptr;
  cuda::ProgramImpl* program = nullptr;
  const std::string architecture =
      "--gpu-architecture=sm_" + std::to_string(kernels.gpu().capability());
  const std::string include = "--include-path=" + toolkit + "/include";
  const std::string library = include + "/cccl"; // where toolkits from 13 on keep libcu++
  const char* options[] = {architecture.c_str(), include.c_str(), library.c_str(), "--std=c++17"};
  std::size_t bytes = 0;
  std::vector<char> cubin;
  if (nvrtc->CreateProgram(&program, source.str().c_str(), "GridSync.cu", 0, nullptr, nullptr) !=
      cuda::NvrtcResult::Success)
    return nullptr;
  if (nvrtc->CompileProgram(program, int(std::size(options)), options) ==
          cuda::NvrtcResult::Success &&
      nvrtc->GetCubinSize(program, &bytes) == cuda::NvrtcResult::Success && bytes != 0) {
    cubin.resize(bytes);
    if (nvrtc->GetCubin(program, cubin.data()) != cuda::NvrtcResult::Success)
      cubin.clear();
  }
  nvrtc->DestroyProgram(&program);
  if (cubin.empty())
    return nullptr;
  return std::make_unique<ring::test::CudaKernels>(kernels.sharedGpu(), cubin);
}

} // namespace bench

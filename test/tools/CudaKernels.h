// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Kernels of a test or a benchmark: a .cu file that uses a transport, compiled by NVRTC for the GPU
// that is here, and launched on a stream of its own. A failure ends the program with its message:
// whoever uses this has found a GPU.
#ifndef RINGKERNEL_TEST_TOOLS_CUDAKERNELS_H
#define RINGKERNEL_TEST_TOOLS_CUDAKERNELS_H

#include "runtime/backend/cuda/Compiler.h"
#include "runtime/backend/cuda/GpuMemory.h"
#include "runtime/backend/cuda/KernelArguments.h"

#include <ringkernel/transport.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace ring::test {

class CudaKernels {
public:
  /// The GPU and NVRTC, or why one of them is missing.
  static Result<std::shared_ptr<runtime::cuda::Gpu>> find() {
    if (Status status = runtime::cuda::compilerStatus(); !status)
      return status;
    return runtime::cuda::Gpu::open();
  }

  CudaKernels(std::shared_ptr<runtime::cuda::Gpu> gpu, const std::string& file) : gpu_(gpu) {
    std::ifstream stream(file);
    std::stringstream source;
    source << stream.rdbuf();
    std::vector<runtime::cuda::Header> headers;
    for (const TransportHeader& header : transportHeaders())
      headers.push_back({header.name, header.text});
    const Result<std::vector<char>> cubin =
        runtime::cuda::compile(source.str(), gpu_->capability(), headers);
    end(stream ? cubin.status() : Status(StatusCode::NotFound, "cannot read `" + file + "`"));
    check("cannot load the kernels", api().ModuleLoadData(&module_, cubin->data()));
  }
  /// Of kernels that were compiled elsewhere.
  CudaKernels(std::shared_ptr<runtime::cuda::Gpu> gpu, const std::vector<char>& cubin) : gpu_(gpu) {
    enter();
    check("cannot load the kernels", api().ModuleLoadData(&module_, cubin.data()));
  }
  CudaKernels(const CudaKernels&) = delete;
  CudaKernels& operator=(const CudaKernels&) = delete;
  ~CudaKernels() {
    if (gpu_->enterToFree())
      api().ModuleUnload(module_);
  }

  /// A launch under way; waits when it goes.
  class Launch {
  public:
    explicit Launch(CudaKernels& kernels) : kernels_(kernels) {
      kernels_.enter();
      kernels_.check("cannot make a stream",
                     kernels_.api().StreamCreate(&stream_, runtime::cuda::kStreamNonBlocking));
    }
    Launch(const Launch&) = delete;
    Launch& operator=(const Launch&) = delete;
    ~Launch() {
      wait();
      kernels_.api().StreamDestroy(stream_);
    }
    void wait() {
      kernels_.enter();
      kernels_.check("a kernel failed", kernels_.api().StreamSynchronize(stream_));
    }

    template <class... Args>
    void start(const char* kernel, unsigned blocks, unsigned threads, unsigned sharedBytes,
               Args... args) {
      kernels_.enter();
      runtime::cuda::FunctionImpl* const function = kernels_.function(kernel);
      if (sharedBytes > 48 * 1024)
        kernels_.check(kernel,
                       kernels_.api().FuncSetAttribute(
                           function, runtime::cuda::FunctionAttribute::MaxDynamicSharedBytes,
                           static_cast<int>(sharedBytes)));
      runtime::cuda::KernelArguments arguments;
      (arguments.add(&args, sizeof(args)), ...);
      kernels_.check(kernel,
                     kernels_.api().LaunchKernel(function, blocks, 1, 1, threads, 1, 1, sharedBytes,
                                                 stream_, arguments.list(), nullptr));
    }

  private:
    CudaKernels& kernels_;
    runtime::cuda::StreamImpl* stream_ = nullptr;
  };

  /// Zeroed words that kernels and the host share.
  runtime::cuda::GpuMemory words(std::size_t count) {
    Result<runtime::cuda::GpuMemory> memory = runtime::cuda::GpuMemory::allocate(
        gpu_, runtime::cuda::GpuMemory::Kind::Pinned, count * 4, "a test");
    end(memory.status());
    return std::move(*memory);
  }
  const runtime::cuda::Gpu& gpu() const { return *gpu_; }
  const std::shared_ptr<runtime::cuda::Gpu>& sharedGpu() const { return gpu_; }

  // For who calls the driver himself.
  runtime::cuda::FunctionImpl* function(const char* name) {
    runtime::cuda::FunctionImpl* found = nullptr;
    check(name, api().ModuleGetFunction(&found, module_, name));
    return found;
  }
  const runtime::cuda::DriverApi& api() const { return gpu_->api(); }
  void enter() { end(gpu_->enter()); }
  void check(const char* what, runtime::cuda::CuResult result) { end(gpu_->check(what, result)); }

private:
  static void end(const Status& status) {
    if (status)
      return;
    std::fprintf(stderr, "%s\n", status.message().c_str());
    std::exit(1);
  }

  std::shared_ptr<runtime::cuda::Gpu> gpu_;
  runtime::cuda::ModuleImpl* module_ = nullptr;
};

} // namespace ring::test

#endif // RINGKERNEL_TEST_TOOLS_CUDAKERNELS_H

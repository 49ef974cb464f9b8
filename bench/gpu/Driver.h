// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the peers need of the driver that the runtime does not: graphs, copies on the device, timed
// launches without anything beside the driver's own call. Where the driver lacks a function the
// rows that need it are left out. A failure ends the program.
#ifndef RINGKERNEL_BENCH_GPU_DRIVER_H
#define RINGKERNEL_BENCH_GPU_DRIVER_H

#include "test/tools/CudaKernels.h"

#include <functional>
#include <optional>

namespace bench {

namespace cuda = ring::runtime::cuda;

class Driver {
public:
  explicit Driver(ring::test::CudaKernels& kernels);

  bool hasGraphs() const { return capture_ && captureEnd_ && instantiate_ && launch_; }
  bool hasDeviceCopies() const { return copy_; }
  void check(const char* what, cuda::CuResult result) const { kernels_.check(what, result); }
  const cuda::DriverApi& api() const { return kernels_.api(); }
  ring::test::CudaKernels& kernels() const { return kernels_; }

  cuda::GpuMemory memory(cuda::GpuMemory::Kind kind, std::size_t bytes) const;
  /// Zeroed, of the device.
  cuda::GpuMemory zeroed(std::size_t bytes) const;
  void copyOnDevice(cuda::DevicePointer to, cuda::DevicePointer from, std::size_t bytes,
                    cuda::StreamImpl* stream) const;

private:
  friend class Work;
  ring::test::CudaKernels& kernels_;
  cuda::CuResult (*capture_)(cuda::StreamImpl*, int mode) = nullptr;
  cuda::CuResult (*captureEnd_)(cuda::StreamImpl*, void** graph) = nullptr;
  cuda::CuResult (*instantiate_)(void** exec, void* graph, unsigned long long flags) = nullptr;
  cuda::CuResult (*launch_)(void* exec, cuda::StreamImpl*) = nullptr;
  cuda::CuResult (*destroyExec_)(void* exec) = nullptr;
  cuda::CuResult (*destroy_)(void* graph) = nullptr;
  cuda::CuResult (*copy_)(cuda::DevicePointer, cuda::DevicePointer, std::size_t,
                          cuda::StreamImpl*) = nullptr;
};

/// A stream, and what is launched on it; the graph of its last capture. Waits when it goes.
class Work {
public:
  explicit Work(Driver& driver);
  ~Work();
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;

  /// The context, for another thread than the one that made this.
  void enter() { driver_.kernels().enter(); }
  void wait() { driver_.check("a kernel failed", driver_.api().StreamSynchronize(stream_)); }
  template <class... Args>
  void start(cuda::FunctionImpl* function, unsigned blocks, unsigned threads, Args... args) {
    void* pointers[] = {&args..., nullptr, reinterpret_cast<void*>(sizeof(args))...};
    driver_.check("cannot launch",
                  driver_.api().LaunchKernel(function, blocks, 1, 1, threads, 1, 1, 0, stream_,
                                             cuda::ArgumentList{pointers}, nullptr));
  }
  /// All blocks at once, or an error.
  template <class... Args>
  void startTogether(cuda::FunctionImpl* function, unsigned blocks, unsigned threads,
                     Args... args) {
    void* pointers[] = {&args..., nullptr, reinterpret_cast<void*>(sizeof(args))...};
    cuda::LaunchAttribute cooperative{cuda::LaunchAttributeId::Cooperative, 0, {}};
    cooperative.cooperative = 1;
    const cuda::LaunchConfig config{blocks, 1, 1, threads, 1, 1, 0, stream_, &cooperative, 1};
    driver_.check("cannot launch", driver_.api().LaunchKernelEx(
                                       &config, function, cuda::ArgumentList{pointers}, nullptr));
  }
  /// Makes a graph of what `record` starts on this stream.
  void capture(const std::function<void()>& record);
  /// Starts that graph.
  void replay() { driver_.check("cannot launch a graph", driver_.launch_(exec_, stream_)); }
  cuda::StreamImpl* stream() const { return stream_; }

private:
  Driver& driver_;
  cuda::StreamImpl* stream_ = nullptr;
  void *graph_ = nullptr, *exec_ = nullptr;
};

/// A kernel of GridSync.cu, where the toolkit's headers are there to compile it with.
std::unique_ptr<ring::test::CudaKernels> gridSyncKernels(ring::test::CudaKernels& kernels);

} // namespace bench

#endif

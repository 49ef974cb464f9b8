// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The watch, and the driver's calls.
#include "test/Execution/ResidentOperations.h"

#include "runtime/backend/cuda/Compiler.h"
#include "runtime/backend/cuda/KernelArguments.h"
#include "runtime/backend/cuda/Loader.h"

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>
#include <mutex>
#include <thread>

namespace ring::test {

using namespace runtime::cuda;

namespace {

constexpr std::chrono::seconds kLimit{5};

/// Ends the process where it lives longer than the limit.
class Watch {
public:
  explicit Watch(const std::string& what) : what_(what), thread_([this] { run(); }) {}
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  ~Watch() {
    {
      std::lock_guard lock(mutex_);
      isOver_ = true;
    }
    over_.notify_all();
    thread_.join();
  }

private:
  void run() {
    std::unique_lock lock(mutex_);
    if (over_.wait_for(lock, kLimit, [&] { return isOver_; }))
      return;
    std::fprintf(stderr, "FAILED: %s did not return within 5 s beside the resident kernel\n",
                 what_.c_str());
    std::fflush(nullptr);
    std::_Exit(1); // what hangs cannot be ended otherwise
  }

  const std::string what_;
  std::mutex mutex_;
  std::condition_variable over_;
  bool isOver_ = false;
  std::thread thread_;
};

} // namespace

void ResidentOperations::SetUp() {
  RuntimeOptions options;
  options.backend = Backend::Cuda;
  Result<Runtime> made = Runtime::create(options);
  if (!made)
    GTEST_SKIP() << made.status().message();
  runtime.emplace(*std::move(made));
  const auto spawned = runtime->spawn<FraudMonitor>(2.0f); // compiles: not watched
  ASSERT_TRUE(spawned) << spawned.status().message();
  actor = *spawned;
}

void ResidentOperations::TearDown() {
  const Watch watch("the runtime's end");
  runtime.reset();
}

Status ResidentOperations::exchange() {
  const Status answer = runtime->ask<Alert>(actor, Transfer{1, 2, 3, 4.0f}).get().status();
  return answer.code() == StatusCode::NoReply ? Status::ok() : answer;
}

testing::AssertionResult ResidentOperations::returns(const Operation& operation) {
  const std::string name = operation.name;
  const Operation steps[] = {{"a message before", [&] { return exchange(); }},
                             {"", operation.call},
                             {"a message after", [&] { return exchange(); }}};
  for (const Operation& step : steps) {
    const std::string what = *step.name ? step.name + (" " + name) : name;
    const Watch watch(what);
    if (const Status status = step.call(); !status)
      return testing::AssertionFailure() << what << ": " << status.message();
  }
  return testing::AssertionSuccess();
}

DriverCalls::DriverCalls() {
  gpu_ = Gpu::open().value();
  api_ = &gpu_->api();
  // Compiled before: that takes its time and asks nothing of the GPU.
  cubin_ = compile("extern \"C\" __global__ void touch(int* to) { to[threadIdx.x] += 1; }",
                   gpu_->capability())
               .value();
}

/// A function that the runtime does not use, of the library that it uses.
template <class Function> Function* DriverCalls::find(const char* name) const {
  const std::string file = fileOf(reinterpret_cast<const void*>(api_->Init.here()));
  void* found = dlsym(dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL), name);
  if (!found)
    std::abort(); // every driver has it
  return reinterpret_cast<Function*>(found);
}

template <class Make> Operation DriverCalls::of(const char* name, Make make) {
  return {name, [this, name, make]() -> Status {
            if (Status status = gpu_->enter(); !status)
              return status;
            return gpu_->check(name, make());
          }};
}

std::vector<Operation> DriverCalls::parked() {
  const auto& d = *api_;
  return {
      of("cuStreamCreate", [&] { return d.StreamCreate(&stream_, kStreamNonBlocking); }),
      of("cuStreamCreate, a second", [&] { return d.StreamCreate(&other_, kStreamNonBlocking); }),
      of("cuEventCreate", [&] { return d.EventCreate(&begin_, 0); }),
      of("cuEventCreate, a second", [&] { return d.EventCreate(&end_, 0); }),
      of("cuMemAlloc", [&] { return d.MemAlloc(&memory_, pageable_.size()); }),
      of("cuMemHostAlloc",
         [&] {
           return d.MemHostAlloc(&pinned_, pageable_.size(), kHostPortable | kHostDeviceMap);
         }),
      of("cuMemHostGetDevicePointer",
         [&] { return d.MemHostGetDevicePointer(&pinnedAddress_, pinned_, 0); }),
      of("cuModuleLoadData", [&] { return d.ModuleLoadData(&module_, cubin_.data()); }),
      of("cuModuleGetFunction", [&] { return d.ModuleGetFunction(&function_, module_, "touch"); }),
      of("cuFuncGetAttribute",
         [&] { return d.FuncGetAttribute(&number_, FunctionAttribute::Registers, function_); }),
      of("cuLaunchKernel, first", [&] { return launch(); }),
      of("cuMemHostRegister",
         [&] {
           using Register = CuResult(void*, std::size_t, unsigned);
           return find<Register>("cuMemHostRegister_v2")(registered_.data(), registered_.size(), 0);
         }),
  };
}

std::vector<Operation> DriverCalls::beside() {
  const auto& d = *api_;
  const std::size_t bytes = pageable_.size();
  return {
      of("cuEventRecord", [&] { return d.EventRecord(begin_, stream_); }),
      of("cuMemsetD8Async", [&, bytes] { return d.MemsetD8Async(memory_, 0, bytes, stream_); }),
      of("cuMemcpyHtoDAsync, pageable",
         [&, bytes] { return d.MemcpyHtoDAsync(memory_, pageable_.data(), bytes, stream_); }),
      of("cuMemcpyHtoDAsync, pinned",
         [&, bytes] { return d.MemcpyHtoDAsync(memory_, pinned_, bytes, stream_); }),
      of("cuMemcpyHtoDAsync, registered",
         [&] {
           return d.MemcpyHtoDAsync(memory_, registered_.data(), registered_.size(), stream_);
         }),
      of("cuMemcpyDtoHAsync, pageable",
         [&, bytes] { return d.MemcpyDtoHAsync(pageable_.data(), memory_, bytes, stream_); }),
      of("cuMemcpyDtoHAsync, pinned",
         [&, bytes] { return d.MemcpyDtoHAsync(pinned_, memory_, bytes, stream_); }),
      of("cuLaunchKernel", [&] { return launch(); }),
      of("cuEventRecord, a second", [&] { return d.EventRecord(end_, stream_); }),
      of("cuStreamWaitEvent", [&] { return d.StreamWaitEvent(other_, end_, 0); }),
      of("cuStreamQuery",
         [&] {
           const CuResult result = d.StreamQuery(stream_);
           return result == CuResult::NotReady ? CuResult::Success : result;
         }),
      of("cuStreamSynchronize", [&] { return d.StreamSynchronize(other_); }),
      of("cuEventQuery", [&] { return d.EventQuery(end_); }),
      of("cuEventElapsedTime", [&] { return d.EventElapsedTime(&milliseconds_, begin_, end_); }),
      of("a capture", [&] { return capture(); }),
  };
}

CuResult DriverCalls::launch() {
  KernelArguments arguments;
  arguments.add(&memory_, sizeof(memory_));
  return api_->LaunchKernel(function_, 1, 1, 1, 32, 1, 1, 0, stream_, arguments.list(), nullptr);
}

/// One operation: the thread that captures may not ask for the kernel, as a message does.
CuResult DriverCalls::capture() {
  const auto& d = *api_;
  if (CuResult began = d.StreamBeginCapture(stream_, CaptureMode::ThreadLocal);
      began != CuResult::Success)
    return began;
  CuResult first = launch();
  for (const CuResult result : {d.EventRecordWithFlags(end_, stream_, kEventRecordExternal),
                                d.StreamWaitEvent(stream_, begin_, kEventWaitExternal)})
    if (first == CuResult::Success)
      first = result;
  const CuResult ended = d.StreamEndCapture(stream_, &graph_);
  return first == CuResult::Success ? ended : first;
}

std::vector<Operation> DriverCalls::parkedEnds() {
  const auto& d = *api_;
  return {
      of("cuGraphInstantiate", [&] { return d.GraphInstantiate(&exec_, graph_, 0); }),
      of("cuGraphUpload", [&] { return d.GraphUpload(exec_, stream_); }),
      of("cuGraphLaunch, first", [&] { return d.GraphLaunch(exec_, stream_); }),
      of("cuGraphLaunch", [&] { return d.GraphLaunch(exec_, stream_); }),
      of("cuStreamSynchronize, of a graph", [&] { return d.StreamSynchronize(stream_); }),
      of("cuGraphExecDestroy", [&] { return d.GraphExecDestroy(exec_); }),
      of("cuGraphDestroy", [&] { return d.GraphDestroy(graph_); }),
      of("cuMemHostUnregister",
         [&] { return find<CuResult(void*)>("cuMemHostUnregister")(registered_.data()); }),
      of("cuModuleUnload", [&] { return d.ModuleUnload(module_); }),
      of("cuMemFreeHost", [&] { return d.MemFreeHost(pinned_); }),
      of("cuMemFree", [&] { return d.MemFree(memory_); }),
      of("cuEventDestroy", [&] { return d.EventDestroy(begin_); }),
      of("cuEventDestroy, a second", [&] { return d.EventDestroy(end_); }),
      of("cuStreamDestroy", [&] { return d.StreamDestroy(stream_); }),
      of("cuStreamDestroy, a second", [&] { return d.StreamDestroy(other_); }),
  };
}

} // namespace ring::test

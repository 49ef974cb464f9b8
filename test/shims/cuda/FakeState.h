// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the parts of the fake driver share: its objects, the call that is to fail, and the rules
// that it watches over, for which a true driver would hang or void a capture.
#ifndef RINGKERNEL_TEST_SHIMS_CUDA_FAKESTATE_H
#define RINGKERNEL_TEST_SHIMS_CUDA_FAKESTATE_H

#include "runtime/backend/cuda/Api.h"
#include "test/shims/cuda/FakeDevice.h"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

struct ring::runtime::cuda::ModuleImpl {
  std::string source;
  alignas(16) ring::abi::ResidentTable table{};
};
struct ring::runtime::cuda::GraphImpl {
  std::vector<std::function<void()>> nodes;
};
struct ring::runtime::cuda::GraphExecImpl {
  std::vector<std::function<void()>> nodes;
};
struct ring::runtime::cuda::EventImpl {
  std::optional<std::chrono::steady_clock::time_point> time;
};
struct ring::runtime::cuda::StreamImpl {
  std::unique_ptr<ring::test::FakeDevice> kernel;
  GraphImpl* capture = nullptr; ///< what is captured; null: nothing
};

namespace ring::test {

using namespace ring::runtime::cuda;

/// Whether a call may wait for the whole device, as the driver's documentation does not exclude.
enum class Waits { Never, MayWait };

/// The defaults, changed by the environment; ends the process over what it does not know.
FakeGpu gpuOfEnvironment();

struct FakeState {
  std::mutex mutex; // all that follows
  FakeGpu gpu = gpuOfEnvironment();
  unsigned calls = 0, failAt = static_cast<unsigned>(gpu.failAt);
  CuResult failure = static_cast<CuResult>(gpu.failWith);
  const char* failedCall = nullptr;
  const char* disturbance = nullptr; ///< what first might have waited for a resident kernel
  std::map<void*, std::size_t> allocated;
  std::uint64_t allocatedBytes = 0;
  std::set<void*> registered; ///< memory of the host
  std::set<StreamImpl*> streams;
  std::set<EventImpl*> events;
  std::set<GraphImpl*> graphs;
  std::set<GraphExecImpl*> execs;
  std::set<ModuleImpl*> modules;
  std::set<const void*> launched; ///< functions and graphs, whose first launch may wait
  int contexts = 0;
};
extern FakeState state;

/// The stream that this thread captures; null: none.
extern thread_local StreamImpl* capturing;

/// Counts a call; gives what it is to fail with. A thread that captures may only do what
/// CaptureMode::ThreadLocal allows.
CuResult enter(const char* function, Waits waits);
/// The first launch of a function or of a graph may wait.
void noteLaunch(const char* function, const void* what);

template <class Impl> Impl* keep(std::set<Impl*>& all, Impl* made) {
  std::lock_guard lock(state.mutex);
  all.insert(made);
  return made;
}
template <class Impl> void drop(std::set<Impl*>& all, Impl* gone) {
  {
    std::lock_guard lock(state.mutex);
    all.erase(gone);
  }
  delete gone;
}

/// Does it now, or keeps it for the graph where the stream is captured.
inline CuResult give(StreamImpl* stream, std::function<void()> work) {
  if (stream && stream->capture)
    stream->capture->nodes.push_back(std::move(work));
  else
    work();
  return CuResult::Success;
}

} // namespace ring::test

// Exported under the driver's names.
#define FAKE(Name, ...) extern "C" __attribute__((visibility("default"))) CuResult Name(__VA_ARGS__)
#define ENTER_AS(Waits)                                                                            \
  if (const CuResult failed = enter(__func__, Waits); failed != CuResult::Success)                 \
  return failed
#define ENTER() ENTER_AS(Waits::Never)
#define ENTER_QUIET() ENTER_AS(Waits::MayWait)

#endif // RINGKERNEL_TEST_SHIMS_CUDA_FAKESTATE_H

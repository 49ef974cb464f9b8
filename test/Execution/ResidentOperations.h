// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operations beside a resident kernel on a GPU, each watched: one that does not return within 5 s
// is named and ends the process.
#ifndef RINGKERNEL_TEST_EXECUTION_RESIDENTOPERATIONS_H
#define RINGKERNEL_TEST_EXECUTION_RESIDENTOPERATIONS_H

#include "Demo.ring.h"
#include "runtime/backend/cuda/Gpu.h"

#include <ringkernel/runtime.h>

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <vector>

namespace ring::test {

struct Operation {
  const char* name;
  std::function<Status()> call;
};

/// A runtime with an actor on the GPU; skipped without.
class ResidentOperations : public testing::Test {
protected:
  void SetUp() override;
  void TearDown() override;
  /// A message, the operation, a message, each in time. What went wrong else is told.
  testing::AssertionResult returns(const Operation& operation);

  std::optional<Runtime> runtime;
  ActorRef<FraudMonitor> actor;

private:
  Status exchange();
};

/// All calls that the runtime makes of the driver after its start, on objects of their own, in an
/// order in which they can be made.
class DriverCalls {
public:
  DriverCalls();
  /// The runtime makes these while the kernel is parked: objects begin.
  std::vector<Operation> parked();
  /// These beside the resident kernel.
  std::vector<Operation> beside();
  /// As parked(): objects end.
  std::vector<Operation> parkedEnds();

private:
  template <class Function> Function* find(const char* name) const;
  runtime::cuda::CuResult launch();
  runtime::cuda::CuResult capture();
  template <class Make> Operation of(const char* name, Make make);

  std::shared_ptr<runtime::cuda::Gpu> gpu_;
  const runtime::cuda::DriverApi* api_ = nullptr;
  std::vector<char> cubin_;
  std::vector<char> pageable_ = std::vector<char>(8 << 20);
  std::vector<char> registered_ = std::vector<char>(1 << 20);
  runtime::cuda::StreamImpl *stream_ = nullptr, *other_ = nullptr;
  runtime::cuda::EventImpl *begin_ = nullptr, *end_ = nullptr;
  runtime::cuda::ModuleImpl* module_ = nullptr;
  runtime::cuda::FunctionImpl* function_ = nullptr;
  runtime::cuda::GraphImpl* graph_ = nullptr;
  runtime::cuda::GraphExecImpl* exec_ = nullptr;
  runtime::cuda::DevicePointer memory_ = 0, pinnedAddress_ = 0;
  void* pinned_ = nullptr;
  int number_ = 0;
  float milliseconds_ = 0;
};

} // namespace ring::test

#endif

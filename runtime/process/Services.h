// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the GPU's process does when it is asked for a function of the driver.
#ifndef RINGKERNEL_RUNTIME_PROCESS_SERVICES_H
#define RINGKERNEL_RUNTIME_PROCESS_SERVICES_H

#include "runtime/backend/cuda/Api.h"
#include "runtime/backend/cuda/Packet.h"

#include <atomic>
#include <vector>

namespace ring::runtime::cuda {

/// What all connections have in common.
struct Shared {
  DriverApi api;
  std::atomic<ContextImpl*> context{nullptr}; ///< what every thread that serves is to have
};

/// One connection, served by one thread.
class Services {
public:
  Services(Shared& shared, std::byte* staging) : shared_(shared), staging_(staging) {}

  /// Calls the driver; `files` came with the request and stay the caller's. False where the request
  /// is none.
  bool serve(Packet& request, Packet& reply, const std::vector<int>& files);

  // For Services.cpp.
  const DriverApi& api() const { return shared_.api; }
  std::byte* staging() const { return staging_; }
  void useContext(ContextImpl* context) {
    shared_.context.store(context, std::memory_order_release); // pairs with serve()
  }

private:
  Shared& shared_;
  std::byte* const staging_;
  ContextImpl* current_ = nullptr; ///< of this thread
};

} // namespace ring::runtime::cuda

#endif // RINGKERNEL_RUNTIME_PROCESS_SERVICES_H

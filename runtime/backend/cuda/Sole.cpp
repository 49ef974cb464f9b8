// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One flag of the process.
#include "runtime/backend/cuda/Sole.h"

#include <atomic>

namespace ring::runtime::cuda {

namespace {
std::atomic<bool> isClaimed{false};
} // namespace

std::optional<Sole> Sole::claim() {
  if (isClaimed.exchange(true, std::memory_order_acquire))
    return std::nullopt;
  return Sole();
}

Sole::~Sole() {
  if (isHeld_)
    isClaimed.store(false, std::memory_order_release);
}

} // namespace ring::runtime::cuda

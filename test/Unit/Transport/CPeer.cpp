// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The kernels' ends for CInterface.c, on the host.
#include "test/shims/cuda/TransportMemory.h"

#include "runtime/device/cuda/transport.cuh"

#include <ringkernel/transport_c.h>

#include <cstring>

namespace {

ring::abi::TransportRing inCpp(const ring_transport_ring& ring) {
  ring::abi::TransportRing made;
  std::memcpy(&made, &ring, sizeof(made));
  return made;
}

ring_transport_result inC(ring::TransportResult result) {
  return static_cast<ring_transport_result>(result);
}

} // namespace

extern "C" {

ring_transport_result peer_push(ring_transport_ring ring, const void* record, uint32_t bytes) {
  alignas(4) char words[64] = {};
  std::memcpy(words, record, bytes);
  const ring::abi::TransportRing end = inCpp(ring);
  return inC(ring::gpu::TransportProducer(end).tryPush(words, bytes));
}
void peer_close(ring_transport_ring ring) {
  const ring::abi::TransportRing end = inCpp(ring);
  ring::gpu::TransportProducer(end).close();
}
ring_transport_result peer_pop(ring_transport_ring ring, void* to, uint32_t capacity,
                               uint32_t* bytes) {
  const ring::abi::TransportRing end = inCpp(ring);
  return inC(ring::gpu::TransportConsumer(end, 0).tryPop(to, capacity, *bytes));
}

} // extern "C"

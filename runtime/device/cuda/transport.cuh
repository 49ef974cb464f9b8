// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The device side of ring::Transport, for kernels of anybody: under nvcc
// `#include <ringkernel/cuda/transport.cuh>`, under NVRTC the same with ring::transportHeaders().
// Needs no header of CUDA or the standard library but <cstdint>, and compute capability 7.0.
//
//   __global__ void fill(ring::abi::TransportRing ring, ...) {
//     ring::gpu::TransportProducer producer(ring);        // one a warp
//     result = producer.tryPush(record, bytes);           // by the whole warp
//   }
#ifndef RINGKERNEL_CUDA_TRANSPORT_CUH
#define RINGKERNEL_CUDA_TRANSPORT_CUH

#include "transport/memory.cuh"

#include "transport/consumer.cuh"
#include "transport/producer.cuh"

#endif

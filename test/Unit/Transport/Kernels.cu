// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Both ends of a transport on a GPU, for DeviceTest. Records are those of Support.h. Every loop has
// a limit in time, after which the kernel counts an error and ends.
#include <ringkernel/cuda/transport.cuh>

using ring::TransportResult;

namespace {

__device__ unsigned wordOf(unsigned number, unsigned sender, unsigned index) {
  return index == 0   ? sender
         : index == 1 ? number
                      : (number * 2654435761u) ^ (index * 0x9e3779b9u) ^ sender * 0x85ebca6bu;
}
__device__ unsigned lengthOf(unsigned number) {
  return number % 7 == 0 ? 8 + number % 900 : 8 + number % 150;
}
/// Byte by byte behind the length, a word may be anything.
__device__ unsigned keep(unsigned word, unsigned index, unsigned bytes) {
  const unsigned left = bytes - index * 4;
  return left >= 4 ? word : word & ((1u << left * 8) - 1);
}

constexpr unsigned kStageWords = 2048; ///< of a warp

} // namespace

/// Each warp pushes `each` records, `batch` at once, of `bytes`, or of lengthOf() where 0.
extern "C" __global__ void pushRecords(ring::abi::TransportRing transport, unsigned each,
                                       unsigned bytes, unsigned batch, unsigned long long timeoutNs,
                                       unsigned* done, unsigned* wrong) {
  extern __shared__ uint4 shared[];
  const unsigned lane = threadIdx.x % 32, warps = gridDim.x * blockDim.x / 32;
  const unsigned warp = (blockIdx.x * blockDim.x + threadIdx.x) / 32;
  unsigned* stage = reinterpret_cast<unsigned*>(shared) + threadIdx.x / 32 * kStageWords;
  ring::gpu::TransportProducer producer(transport);
  for (unsigned i = 0; i < each; i += batch) {
    const unsigned count = min(batch, each - i);
    const unsigned length = bytes != 0 ? bytes : lengthOf(i);
    const unsigned words = (length + 3) / 4, stride = (words + 3) / 4 * 4;
    for (unsigned k = lane; k < count * words; k += 32)
      stage[k / words * stride + k % words] = wordOf(i + k / words, warp, k % words);
    if (producer.pushBatch(stage, stride * 4, length, count, timeoutNs) != TransportResult::Ok) {
      if (lane == 0)
        atomicAdd(wrong, 1);
      break;
    }
  }
  unsigned before = 0;
  if (lane == 0)
    before = atomicAdd(done, 1);
  if (__shfl_sync(~0u, before, 0) == warps - 1)
    producer.close();
}

/// Each warp is a reader; `seen` counts each number.
extern "C" __global__ void popRecords(ring::abi::TransportRing transport, unsigned bytes,
                                      unsigned stride, unsigned batch, unsigned sender,
                                      unsigned long long timeoutNs, unsigned* seen,
                                      unsigned* wrong) {
  extern __shared__ uint4 shared[];
  const unsigned lane = threadIdx.x % 32;
  const unsigned warp = (blockIdx.x * blockDim.x + threadIdx.x) / 32;
  unsigned* stage = reinterpret_cast<unsigned*>(shared) + threadIdx.x / 32 * (kStageWords + 32);
  unsigned* lengths = stage + kStageWords;
  ring::gpu::TransportConsumer consumer(transport, warp);
  unsigned long long since = ring::gpu::detail::nanoseconds();
  unsigned last = 0, errors = 0;
  bool isFirst = true;
  for (;;) {
    unsigned popped = 0;
    const TransportResult result = consumer.tryPopBatch(stage, stride, batch, lengths, popped);
    const unsigned long long now = ring::gpu::detail::nanoseconds();
    if (result == TransportResult::Closed)
      break;
    if (result == TransportResult::Empty) {
      if (__any_sync(~0u, now - since > timeoutNs)) {
        errors += 1000;
        break;
      }
      continue;
    }
    errors += result != TransportResult::Ok;
    since = now;
    for (unsigned s = 0; s < popped; ++s) {
      const unsigned* record = stage + s * stride / 4;
      const unsigned number = record[1], length = bytes != 0 ? bytes : lengthOf(number);
      errors += lengths[s] != length || (!isFirst && number <= last);
      for (unsigned k = lane; k < (length + 3) / 4; k += 32)
        errors += keep(record[k], k, length) != keep(wordOf(number, sender, k), k, length);
      if (lane == 0)
        atomicAdd(&seen[number], 1);
      last = number;
      isFirst = false;
    }
    __syncwarp();
  }
  if (errors != 0)
    atomicAdd(wrong, errors);
}

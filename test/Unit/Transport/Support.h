// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Transports in memory of the test, with the device's protocol on the host, and records whose every
// byte is known from who sent them and as which.
#ifndef RINGKERNEL_TEST_UNIT_TRANSPORT_SUPPORT_H
#define RINGKERNEL_TEST_UNIT_TRANSPORT_SUPPORT_H

#include "test/shims/cuda/TransportMemory.h"

#include "runtime/device/cuda/transport.cuh"

#include <ringkernel/transport.h>

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

namespace ring::test {

using std::uint32_t;
using std::uint64_t;
using ToHost = Transport<TransportDirection::ToHost>;
using ToDevice = Transport<TransportDirection::ToDevice>;

inline uint32_t wordOf(uint64_t number, uint32_t sender, uint32_t index) {
  return uint32_t(number * 2654435761u) ^ (index * 0x9e3779b9u) ^ sender * 0x85ebca6bu;
}
/// Sender and number first, where there is room for them, then words that follow from these.
inline std::vector<uint32_t> recordOf(uint64_t number, uint32_t sender, uint32_t bytes) {
  std::vector<uint32_t> words((bytes + 3) / 4);
  for (uint32_t i = 0; i < words.size(); ++i)
    words[i] = i == 0 ? sender : i == 1 ? uint32_t(number) : wordOf(number, sender, i);
  return words;
}
inline bool isRecord(std::span<const std::byte> record, uint64_t number, uint32_t sender,
                     uint32_t bytes) {
  const std::vector<uint32_t> expected = recordOf(number, sender, bytes);
  return record.size() == bytes &&
         (bytes == 0 || std::memcmp(record.data(), expected.data(), bytes) == 0);
}

/// Both ends of a transport that lies in `memory`.
template <class TransportT> struct InMemory {
  explicit InMemory(TransportOptions options) : InMemory(options, TransportT::bytesFor(options)) {}

  std::unique_ptr<std::byte, decltype(&std::free)> memory;
  typename TransportT::Ends ends;

private:
  InMemory(TransportOptions options, std::size_t bytes)
      : memory(static_cast<std::byte*>(std::aligned_alloc(128, (bytes + 127) / 128 * 128)),
               &std::free),
        ends(make(options, {memory.get(), bytes})) {}
  static typename TransportT::Ends make(TransportOptions options, std::span<std::byte> bytes) {
    options.memory = bytes;
    Result<TransportT> made = TransportT::create(options);
    if (!made) {
      std::fprintf(stderr, "%s\n", made.status().message().c_str());
      std::abort();
    }
    return std::move(*made).split();
  }
};

/// Where tests begin: at 0, and shortly before 2^32, 2^64 and a lap in which slots are written
/// whole.
inline std::vector<uint64_t> starts(uint32_t slots) {
  return {0, (uint64_t(1) << 32) - 100, 0 - uint64_t(100), (abi::kWholeSlotLaps - 1) * slots - 100};
}

} // namespace ring::test

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The device's end of the resident kernel's rings, played by a thread: obeys commands, answers
// every question with "no reply" or fails its actor, and leaves when it is told to park. Runs no
// handlers. As on a
// GPU, shard i polls lane i % lanes of client i / lanes and no other does.
#ifndef RINGKERNEL_TEST_SHIMS_CUDA_FAKEDEVICE_H
#define RINGKERNEL_TEST_SHIMS_CUDA_FAKEDEVICE_H

#include "test/shims/cuda/FakeDriver.h"

#include <ringkernel/abi/Resident.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace ring::test {

class FakeDevice {
public:
  /// `source` is the composed program, whose definitions say how memory lies; of `gpu` what it says
  /// of the resident kernel.
  FakeDevice(const std::string& source, const abi::ResidentTable& table, const FakeGpu& gpu);
  ~FakeDevice();
  /// Until it has parked.
  void join();
  /// How many there are that have not parked.
  static int running() { return running_.load(std::memory_order_acquire); }
  /// The stuck handler returns.
  void release() { isReleased_.store(true, std::memory_order_release); }
  /// An order lies before a shard that takes none.
  bool isAwaited() const { return isAwaited_.load(std::memory_order_acquire); }
  bool isRunning() const { return isRunning_.load(std::memory_order_acquire); }

private:
  void run();
  bool isStuck(std::uint32_t shard) const {
    return static_cast<int>(shard) == gpu_.stuckShard &&
           !isReleased_.load(std::memory_order_acquire);
  }
  bool staysStuck() const {
    return gpu_.staysStuck != 0 && gpu_.stuckShard >= 0 &&
           !isReleased_.load(std::memory_order_acquire);
  }
  /// Whether the shard's next order has begun to come.
  bool hasOrder(std::uint32_t shard) const;
  bool poll(std::uint32_t shard);
  void tellCounters(std::uint32_t count);
  void take(std::uint32_t shard, const std::vector<std::uint32_t>& stream);
  abi::ResidentOutcomeCode obey(const abi::MessageHeader& header,
                                const abi::CommandArguments& arguments);
  abi::ResidentOutcomeCode revise(abi::ResidentEntry& entry, const abi::MessageHeader& header,
                                  const abi::CommandArguments& arguments);
  abi::ResidentOutcomeCode handle(const abi::MessageHeader& header);
  void tellFailures();
  void answer(std::uint32_t shard, const abi::MessageHeader& to, std::uint64_t correlation,
              abi::ResidentOutcomeCode code, std::uint8_t flags = 0);
  void reply(std::uint32_t shard, std::vector<std::uint32_t> stream);
  /// The ring that a shard's replies go to.
  struct ReplyRing {
    abi::Chunk* slots;
    std::uint32_t count;
    std::uint64_t& ticket;
    std::uint64_t read; ///< by the host, as far as it has said so
  };
  ReplyRing replyRing(std::uint32_t shard) const;
  void write(std::uint32_t shard, const std::uint32_t* stream, std::uint32_t chunks);

  const abi::ResidentTable table_;
  const std::uint32_t slotChunks_, laneSlots_, laneStride_, ownSlots_, sharedSlots_, shards_,
      lanes_, clients_;
  const FakeGpu gpu_;
  std::vector<abi::MessageHeader> failed_, due_; ///< messages whose failures are to be told
  static inline std::atomic<int> running_{0};
  std::atomic<bool> isRunning_{true}, isDead_{false}, isReleased_{false}, isAwaited_{false};
  std::thread thread_;
};

} // namespace ring::test

#endif // RINGKERNEL_TEST_SHIMS_CUDA_FAKEDEVICE_H

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// ring-soak: so many messages through each kind of ring, with an audit of order, loss and
// duplicates, begun near where a 64-bit index wraps. Exit code 1 where one ring lost its way. ctest
// runs it short; `ring-soak --messages 1000000000` is the long one.
#include "Traffic.h"

#include <ringkernel/queue/BroadcastRing.h>
#include <ringkernel/queue/LanedRing.h>
#include <ringkernel/queue/LatencyRing.h>
#include <ringkernel/queue/MpmcRing.h>
#include <ringkernel/queue/MpscRing.h>
#include <ringkernel/queue/PartitionedRing.h>
#include <ringkernel/queue/PriorityRing.h>
#include <ringkernel/queue/RecordRing.h>
#include <ringkernel/queue/SpscRing.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>

namespace {

using audit::Message;
using audit::Outcome;
using ring::RingResult;

constexpr std::size_t kCapacity = 1024, kAtOnce = 32;

Outcome partitioned(std::uint64_t messages) {
  auto ends = ring::PartitionedRing<Message>(2, kCapacity, 64, std::size_t(0) - 4096).split();
  std::vector<decltype(ends.consumer)> consumers;
  consumers.push_back(std::move(ends.consumer));
  return audit::run(ends.producers, consumers, messages / 2, kAtOnce);
}

/// One at a time.
Outcome latency(std::uint64_t messages) {
  auto ends = ring::LatencyRing<Message>(kCapacity, std::size_t(0) - 4096).split();
  std::thread sender([&] {
    for (std::uint64_t next = 0; next < messages;)
      if (ends.producer.tryPush(Message::make(0, next)) == RingResult::Ok)
        ++next;
      else
        std::this_thread::yield();
    ends.producer.close();
  });
  audit::Stream stream(1);
  bool intact = true;
  for (Message message;;) {
    const RingResult result = ends.consumer.tryPop(message);
    if (result == RingResult::Closed)
      break;
    if (result == RingResult::Ok)
      intact &= stream.take(message);
    else
      std::this_thread::yield();
  }
  sender.join();
  return {stream.count(), messages, intact && stream.count() == messages};
}

/// Two producers, two consumers, two lanes, changed often.
Outcome laned(std::uint64_t messages) {
  return audit::run(ring::LanedRing<Message>(2, kCapacity, 64, std::size_t(0) - 4096).split(), 2, 2,
                    messages / 2, kAtOnce);
}

/// Lane 0 and lane 1, each in its order.
Outcome priority(std::uint64_t messages) {
  auto ends = ring::PriorityRing<Message, 2>(kCapacity, 8, std::size_t(0) - 4096).split();
  std::thread sender([&] {
    for (std::uint64_t next = 0; next < messages;)
      if (ends.producer.tryPush(next % 2, Message::make(next % 2, next / 2)) == RingResult::Ok)
        ++next;
      else
        std::this_thread::yield();
    ends.producer.close();
  });
  audit::Stream stream(2);
  bool intact = true;
  for (Message message;;) {
    std::size_t lane = 0;
    const RingResult result = ends.consumer.tryPop(message, lane);
    if (result == RingResult::Closed)
      break;
    if (result == RingResult::Ok)
      intact &= stream.take(message) && message.producer == lane;
    else
      std::this_thread::yield();
  }
  sender.join();
  return {stream.count(), messages, intact && stream.count() == messages};
}

/// A reader gets or is told of every message.
Outcome broadcast(std::uint64_t messages) {
  auto ends = ring::BroadcastRing<Message>(kCapacity, std::uint64_t(0) - 4096).split();
  std::uint64_t expected = 0, missed = 0;
  bool intact = true;
  std::thread sender([&] {
    for (std::uint64_t next = 0; next < messages; ++next) {
      intact &= ends.producer.tryPush(Message::make(0, next)) == RingResult::Ok;
      if (next % kCapacity == 0)
        std::this_thread::yield();
    }
    ends.producer.close();
  });
  bool whole = true;
  for (Message message;;) {
    const RingResult result = ends.consumer.tryPop(message, missed);
    expected += missed;
    if (result == RingResult::Closed)
      break;
    if (result == RingResult::Ok)
      whole &= message.isWhole() && message.number == expected++;
    else
      std::this_thread::yield();
  }
  sender.join();
  return {expected, messages, intact && whole && expected == messages};
}

/// Records of 8 to 72 bytes, each byte known.
Outcome records(std::uint64_t messages) {
  auto ends = ring::RecordRing<>(64 * kCapacity, std::uint64_t(0) - 4096).split();
  const auto wordsOf = [](std::uint64_t number) { return 1 + number % 9; };
  std::thread sender([&] {
    for (std::uint64_t next = 0, published = 0; next < messages;) {
      std::span<std::byte> record;
      if (ends.producer.tryReserve(8 * wordsOf(next), record) != RingResult::Ok) {
        if (next != published)
          ends.producer.publish();
        published = next;
        std::this_thread::yield();
        continue;
      }
      for (std::size_t i = 0; i < record.size(); i += 8) {
        const std::uint64_t word = next + i;
        std::memcpy(record.data() + i, &word, 8);
      }
      if (++next % kAtOnce == 0 || next == messages) {
        ends.producer.publish();
        published = next;
      }
    }
    ends.producer.close();
  });
  std::uint64_t expected = 0;
  bool intact = true;
  for (std::span<std::byte> record;;) {
    const RingResult result = ends.consumer.tryPeek(record);
    if (result == RingResult::Closed)
      break;
    if (result != RingResult::Ok) {
      intact &= result == RingResult::Empty;
      std::this_thread::yield();
      continue;
    }
    intact &= record.size() == 8 * wordsOf(expected);
    for (std::size_t i = 0; i + 8 <= record.size(); i += 8) {
      std::uint64_t word;
      std::memcpy(&word, record.data() + i, 8);
      intact &= word == expected + i;
    }
    ++expected;
    ends.consumer.release();
  }
  sender.join();
  return {expected, messages, intact && expected == messages};
}

struct Soak {
  const char* name;
  std::function<Outcome(std::uint64_t)> run;
};

template <class Ring> Soak soak(const char* name, std::size_t producers, std::size_t consumers) {
  return {name, [=](std::uint64_t messages) {
            return audit::run(Ring(kCapacity, std::size_t(0) - 4096).split(), producers, consumers,
                              messages / producers, kAtOnce);
          }};
}

} // namespace

int main(int argc, char** argv) {
  std::uint64_t messages = 200000;
  std::string only;
  for (int i = 1; i < argc; i += 2) {
    const std::string option = argv[i];
    char* end = nullptr;
    if (option == "--messages" && i + 1 < argc)
      messages = std::strtoull(argv[i + 1], &end, 10);
    else if (option == "--only" && i + 1 < argc)
      only = argv[i + 1];
    else
      end = argv[i];
    if ((end && *end != '\0') || messages < 2) {
      std::fprintf(stderr, "usage: ring-soak [--messages N, at least 2] [--only RING]\n");
      return 2;
    }
  }
  const Soak soaks[] = {soak<ring::SpscRing<Message>>("SpscRing", 1, 1),
                        soak<ring::MpscRing<Message>>("MpscRing", 2, 1),
                        soak<ring::MpmcRing<Message>>("MpmcRing", 2, 2),
                        {"LatencyRing", latency},
                        {"LanedRing", laned},
                        {"BroadcastRing", broadcast},
                        {"PriorityRing", priority},
                        {"PartitionedRing", partitioned},
                        {"RecordRing", records}};
  bool right = true;
  for (const Soak& one : soaks) {
    if (!only.empty() && only != one.name)
      continue;
    const auto start = std::chrono::steady_clock::now();
    const Outcome outcome = one.run(messages);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    right &= outcome.intact;
    std::printf("%-16s %llu of %llu messages in %.1f s: %s\n", one.name,
                static_cast<unsigned long long>(outcome.received),
                static_cast<unsigned long long>(outcome.expected), taken.count(),
                outcome.intact ? "in order, none lost, none twice" : "WRONG");
    std::fflush(stdout);
  }
  return right ? 0 : 1;
}

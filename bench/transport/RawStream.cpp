// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The limit: what a ring of tagged chunks does that knows nothing but where the next message is.
#include "Message.h"
#include "Streams.h"

#include "runtime/transport/ChunkAccess.h"
#include "runtime/transport/Waiting.h"

#include <atomic>
#include <bit>
#include <chrono>
#include <thread>

namespace bench {
namespace {

using ring::abi::Chunk;
using ring::detail::ChunkWords;
using ring::detail::loadWords;
using ring::detail::storeWords;

constexpr std::size_t kApart = 16; ///< words of 8 bytes between two threads' marks

struct RawRing {
  Chunk* slots;
  std::uint64_t* consumed;
  std::uint32_t slotCount, chunks, sender;
};

/// `fixed` chunks a slot, or as many as the ring says.
template <std::uint32_t fixed>
RINGKERNEL_WIDE void produce(RawRing ring, std::uint64_t first, std::uint64_t count) {
  std::uint64_t seen = __atomic_load_n(ring.consumed, __ATOMIC_ACQUIRE);
  for (std::uint64_t i = first; i < first + count; ++i) {
    while (i >= seen + ring.slotCount) {
      seen = __atomic_load_n(ring.consumed, __ATOMIC_ACQUIRE);
      if (i >= seen + ring.slotCount)
        ring::detail::transportPause();
    }
    const auto tag = static_cast<std::uint32_t>(i / ring.slotCount + 1);
    const std::uint32_t seed = seedOf(ring.sender, static_cast<std::uint32_t>(i));
    Chunk* slot = ring.slots + i % ring.slotCount * ring.chunks;
    for (std::uint32_t c = 0; c < (fixed != 0 ? fixed : ring.chunks); ++c)
      storeWords(slot + c, ChunkWords{tag, wordOf(seed, 3 * c), wordOf(seed, 3 * c + 1),
                                      wordOf(seed, 3 * c + 2)});
  }
}

template <std::uint32_t fixed>
RINGKERNEL_WIDE bool consume(RawRing ring, std::uint64_t first, std::uint64_t count) {
  ChunkWords wrong{};
  for (std::uint64_t i = first; i < first + count; ++i) {
    const auto tag = static_cast<std::uint32_t>(i / ring.slotCount + 1);
    const std::uint32_t seed = seedOf(ring.sender, static_cast<std::uint32_t>(i));
    const Chunk* slot = ring.slots + i % ring.slotCount * ring.chunks;
    for (std::uint32_t c = 0; c < (fixed != 0 ? fixed : ring.chunks); ++c) {
      ChunkWords got;
      do
        got = loadWords(slot + c);
      while (got[0] != tag);
      wrong |= got ^ ChunkWords {
        tag, wordOf(seed, 3 * c), wordOf(seed, 3 * c + 1), wordOf(seed, 3 * c + 2)
      };
    }
    if ((i & 255) == 255)
      __atomic_store_n(ring.consumed, i + 1, __ATOMIC_RELEASE);
  }
  return (wrong[0] | wrong[1] | wrong[2] | wrong[3]) == 0;
}

class RawStream : public Stream {
public:
  RawStream(ring::test::CudaKernels& kernels, const StreamShape& shape)
      : shape_(shape),
        slots_(kernels.words(std::size_t(shape.threads) * shape.slots * shape.slotBytes / 4)),
        consumed_(kernels.words(shape.threads * kApart * 2)), wrong_(kernels.words(1)),
        launch_(kernels) {}

  std::uint32_t userBytes() const override { return shape_.slotBytes / 16 * 12; }

  bool run() override {
    const bool toHost = shape_.direction == ring::TransportDirection::ToHost;
    const std::uint32_t chunks = shape_.slotBytes / 16;
    const auto chunkShift = static_cast<unsigned>(std::countr_zero(chunks));
    // As many warps as the raw ring was measured with: 8 that write, 32 that read.
    launch_.start(toHost ? "rawFill" : "rawDrain", shape_.threads, toHost ? 256 : 1024, 0,
                  slots_.device<Chunk>(), shape_.slots, chunkShift, first_,
                  std::uint64_t(shape_.messages), consumed_.device<std::uint64_t>(),
                  wrong_.device<unsigned>());
    std::atomic<bool> isRight{true};
    std::vector<std::thread> threads;
    for (unsigned t = 0; t < shape_.threads; ++t)
      threads.emplace_back([&, t] {
        const RawRing ring{slots_.host<Chunk>() + std::size_t(t) * shape_.slots * chunks,
                           consumed_.host<std::uint64_t>() + t * kApart, shape_.slots, chunks, t};
        const std::uint64_t count = shape_.messages;
        if (!toHost)
          chunks == 4 ? produce<4>(ring, first_, count) : produce<0>(ring, first_, count);
        else if (!(chunks == 4 ? consume<4>(ring, first_, count) : consume<0>(ring, first_, count)))
          isRight = false;
      });
    for (std::thread& thread : threads)
      thread.join();
    launch_.wait();
    first_ += shape_.messages;
    return isRight && *wrong_.host<unsigned>() == 0;
  }

private:
  const StreamShape shape_;
  ring::runtime::cuda::GpuMemory slots_, consumed_, wrong_;
  ring::test::CudaKernels::Launch launch_;
  std::uint64_t first_ = 0;
};

class RawRelay : public Stream {
public:
  RawRelay(ring::test::CudaKernels& kernels, const StreamShape& shape)
      : shape_(shape), rings_(shape.threads / 2),
        in_(kernels.words(std::size_t(rings_) * shape.slots * shape.slotBytes / 4)),
        out_(kernels.words(std::size_t(rings_) * shape.slots * shape.slotBytes / 4)),
        consumed_(kernels.words(rings_ * kApart * 2)),
        answered_(kernels.words(rings_ * kApart * 2)), wrong_(kernels.words(1)), launch_(kernels) {}

  std::uint32_t userBytes() const override { return shape_.slotBytes / 16 * 12; }

  bool run() override {
    const std::uint64_t count = shape_.messages;
    const std::uint32_t chunks = shape_.slotBytes / 16;
    launch_.start("rawRelay", rings_, 512, 0, in_.device<Chunk>(), out_.device<Chunk>(),
                  shape_.slots, static_cast<unsigned>(std::countr_zero(chunks)), first_, count,
                  consumed_.device<std::uint64_t>(), answered_.device<std::uint64_t>(),
                  wrong_.device<unsigned>());
    std::atomic<bool> isRight{true};
    std::vector<std::thread> threads;
    for (unsigned t = 0; t < rings_; ++t) {
      const std::size_t at = std::size_t(t) * shape_.slots * chunks;
      threads.emplace_back([&, t, at] {
        const RawRing ring{in_.host<Chunk>() + at, consumed_.host<std::uint64_t>() + t * kApart,
                           shape_.slots, chunks, t};
        chunks == 4 ? produce<4>(ring, first_, count) : produce<0>(ring, first_, count);
      });
      threads.emplace_back([&, t, at] {
        const RawRing ring{out_.host<Chunk>() + at, answered_.host<std::uint64_t>() + t * kApart,
                           shape_.slots, chunks, t};
        if (!(chunks == 4 ? consume<4>(ring, first_, count) : consume<0>(ring, first_, count)))
          isRight = false;
      });
    }
    for (std::thread& thread : threads)
      thread.join();
    launch_.wait();
    first_ += count;
    return isRight && *wrong_.host<unsigned>() == 0;
  }

private:
  const StreamShape shape_;
  const unsigned rings_;
  ring::runtime::cuda::GpuMemory in_, out_, consumed_, answered_, wrong_;
  ring::test::CudaKernels::Launch launch_;
  std::uint64_t first_ = 0;
};

RINGKERNEL_WIDE bool askRaw(Chunk* in, const Chunk* out, unsigned slots, unsigned count,
                            std::vector<double>& times, std::chrono::microseconds pause) {
  using Clock = std::chrono::steady_clock;
  for (unsigned i = 1; i <= count; ++i) {
    if (pause.count() != 0)
      std::this_thread::sleep_for(pause); // idleness is what is asked for; it is not timed
    const std::size_t at = 4 * std::size_t(i & (slots - 1));
    const auto begin = Clock::now();
    for (unsigned c = 0; c < 4; ++c)
      storeWords(in + at + c, ChunkWords{i, i + c, i * 3 + c, ~i - c});
    ChunkWords wrong{};
    for (unsigned c = 0; c < 4; ++c) {
      ChunkWords got;
      do
        got = loadWords(out + at + c);
      while (got[0] != i);
      wrong |= got ^ ChunkWords { i, i + c + 1, i * 3 + c + 1, ~i - c + 1 };
    }
    times.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
    if ((wrong[0] | wrong[1] | wrong[2] | wrong[3]) != 0)
      return false;
  }
  return true;
}

} // namespace

std::unique_ptr<Stream> rawRelay(ring::test::CudaKernels& kernels, const StreamShape& shape) {
  return std::make_unique<RawRelay>(kernels, shape);
}

bool rawEcho(ring::test::CudaKernels& kernels, unsigned count, std::vector<double>& times,
             std::chrono::microseconds pause) {
  constexpr unsigned slots = 256;
  const ring::runtime::cuda::GpuMemory in = kernels.words(slots * 16);
  const ring::runtime::cuda::GpuMemory out = kernels.words(slots * 16);
  ring::test::CudaKernels::Launch launch(kernels);
  launch.start("rawEcho", 1, 32, 0, in.device<Chunk>(), out.device<Chunk>(), slots, count);
  return askRaw(in.host<Chunk>(), out.host<Chunk>(), slots, count, times, pause);
}

std::unique_ptr<Stream> rawStream(ring::test::CudaKernels& kernels, const StreamShape& shape) {
  return std::make_unique<RawStream>(kernels, shape);
}

} // namespace bench

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The same through ring::Transport: records with sender and number, checked for order, loss and
// duplicates, and every word of them.
#include "Message.h"
#include "Streams.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <thread>
#include <variant>

namespace bench {
namespace {

using ring::TransportConsumer;
using ring::TransportMode;
using ring::TransportProducer;
using ring::TransportResult;
using ToHost = ring::Transport<ring::TransportDirection::ToHost>;
using ToDevice = ring::Transport<ring::TransportDirection::ToDevice>;

constexpr unsigned kMaxRings = 16, kWarpsPerBlock = 16, kStageBytes = 8192;
/// As Kernels.cu has it.
struct Rings {
  ring::abi::TransportRing ring[kMaxRings];
};

template <class Ends> Ends make(const ring::TransportOptions& options) {
  using TransportT = std::conditional_t<std::is_same_v<Ends, ToHost::Ends>, ToHost, ToDevice>;
  ring::Result<TransportT> made = TransportT::create(options);
  if (!made) {
    std::fprintf(stderr, "%s\n", made.status().message().c_str());
    std::exit(1);
  }
  return std::move(*made).split();
}

template <class Ends> class TransportStream : public Stream {
public:
  static constexpr bool kIsToHost = std::is_same_v<Ends, ToHost::Ends>;

  TransportStream(ring::test::CudaKernels& kernels, const StreamShape& shape, TransportMode mode)
      : shape_(shape), words_(kernels.words(1)), sums_(kernels.words(kMaxRings * 2)),
        launch_(kernels) {
    userBytes_ = mode == TransportMode::Throughput
                     ? shape.slotBytes
                     : ring::abi::transportInline(shape.slotBytes / 16);
    for (unsigned t = 0; t < shape.threads; ++t)
      ends_.push_back(make<Ends>({.mode = mode,
                                  .slots = shape.slots,
                                  .slotBytes = shape.slotBytes,
                                  .arenaBytes = 0,
                                  .readers = shape.warps}));
    for (unsigned t = 0; t < shape.threads; ++t)
      rings_.ring[t] = ends_[t].device.ring();
  }

  std::uint32_t userBytes() const override { return userBytes_; }

  bool run() override {
    start();
    std::atomic<bool> isRight{true};
    std::vector<std::thread> threads;
    for (unsigned t = 0; t < shape_.threads; ++t)
      threads.emplace_back([&, t] {
        if (!stream(ends_[t].host, t))
          isRight = false;
      });
    for (std::thread& thread : threads)
      thread.join();
    launch_.wait();
    first_ += shape_.messages;
    if (!kIsToHost)
      for (unsigned t = 0; t < shape_.threads; ++t)
        isRight = isRight && sums_.host<std::uint64_t>()[t] == sumBefore(first_);
    return isRight && *words_.host<unsigned>() == 0;
  }

private:
  /// Of all numbers below `end`, as the kernels add them.
  static std::uint64_t sumBefore(std::uint64_t end) { return end * (end - 1) / 2; }

  void start() {
    const unsigned warpsPerBlock = std::min(shape_.warps, kWarpsPerBlock);
    const unsigned blocks = shape_.warps / warpsPerBlock, each = shape_.messages / shape_.warps;
    const unsigned batch = std::clamp(kStageBytes / userBytes_, 1u, 32u);
    if constexpr (kIsToHost)
      launch_.start("pushStream", blocks * shape_.threads, 32 * warpsPerBlock,
                    kStageBytes * warpsPerBlock, rings_, blocks,
                    static_cast<unsigned>(first_ / shape_.warps), each, userBytes_, batch,
                    words_.device<unsigned>());
    else
      launch_.start("popStream", blocks * shape_.threads, 32 * warpsPerBlock,
                    kStageBytes * warpsPerBlock, rings_, blocks, each, userBytes_, batch,
                    words_.device<unsigned>(), sums_.device<unsigned long long>());
  }

  /// Takes all of a run; each warp's numbers come in order.
  bool stream(TransportConsumer& consumer, unsigned) {
    std::vector<std::uint32_t> next(shape_.warps,
                                    static_cast<std::uint32_t>(first_ / shape_.warps));
    bool isRight = true;
    TransportConsumer::Record records[64];
    std::size_t count = 0;
    for (std::uint32_t left = shape_.messages; left > 0;) {
      const TransportResult result = consumer.tryPeekBatch(records, count);
      if (result == TransportResult::Empty)
        continue;
      if (result != TransportResult::Ok)
        return false;
      for (std::size_t i = 0; i < count; ++i) {
        const auto* words = reinterpret_cast<const std::uint32_t*>(records[i].data());
        if (records[i].size() != userBytes_ || words[0] >= shape_.warps ||
            words[1] != next[words[0]]++)
          return false;
        isRight &= userBytes_ / 4 == kSmallWords ? isMessage(words, kSmallWords)
                                                 : isMessage(words, userBytes_ / 4);
      }
      consumer.release(count);
      left -= static_cast<std::uint32_t>(count);
    }
    return isRight;
  }

  bool stream(TransportProducer& producer, unsigned thread) {
    constexpr std::size_t kBatch = 32;
    const std::size_t words = userBytes_ / 4;
    std::vector<std::uint32_t> records(kBatch * words);
    for (std::uint32_t i = 0; i < shape_.messages;) {
      const std::size_t count = std::min<std::size_t>(kBatch, shape_.messages - i);
      const auto number = static_cast<std::uint32_t>(first_ + i);
      for (std::size_t k = 0; k < count; ++k)
        if (words == kSmallWords)
          makeMessage(records.data() + k * kSmallWords, kSmallWords, thread,
                      static_cast<std::uint32_t>(number + k));
        else
          makeMessage(records.data() + k * words, words, thread,
                      static_cast<std::uint32_t>(number + k));
      for (std::size_t done = 0; done < count;) {
        std::size_t pushed = 0;
        const TransportResult result = producer.tryPushBatch(
            records.data() + done * words, userBytes_, userBytes_, count - done, pushed);
        if (result != TransportResult::Ok && result != TransportResult::Full)
          return false;
        done += pushed;
      }
      i += static_cast<std::uint32_t>(count);
    }
    return true;
  }

  const StreamShape shape_;
  std::uint32_t userBytes_;
  std::vector<Ends> ends_;
  Rings rings_{};
  ring::runtime::cuda::GpuMemory words_, sums_;
  ring::test::CudaKernels::Launch launch_;
  std::uint64_t first_ = 0;
};

} // namespace

std::unique_ptr<Stream> transportStream(ring::test::CudaKernels& kernels, const StreamShape& shape,
                                        TransportMode mode) {
  if (shape.direction == ring::TransportDirection::ToHost)
    return std::make_unique<TransportStream<ToHost::Ends>>(kernels, shape, mode);
  return std::make_unique<TransportStream<ToDevice::Ends>>(kernels, shape, mode);
}

} // namespace bench

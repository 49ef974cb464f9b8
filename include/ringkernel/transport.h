// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Records between kernels on a GPU and a thread of the host, in either direction, without actors:
// any kernel pushes or pops with <ringkernel/cuda/transport.cuh>, the host has the handles below.
// One host thread a transport; several threads have several transports. Link RingKernel::Transport.
//
//   auto made = ring::Transport<ring::TransportDirection::ToHost>::create();
//   auto [device, consumer] = std::move(*made).split();
//   fill<<<blocks, threads>>>(device.ring());
//   while (consumer.pop(buffer, bytes, deadline) == ring::TransportResult::Ok) ...
//
// Nothing is allocated after create(). Creating and destroying allocate and free memory of the GPU,
// which may wait for all kernels of the context.
#ifndef RINGKERNEL_TRANSPORT_H
#define RINGKERNEL_TRANSPORT_H

#include <ringkernel/abi/Transport.h>
#include <ringkernel/status.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>

namespace ring {

enum class TransportDirection {
  ToHost,   ///< kernels push, a thread of the host pops
  ToDevice, ///< a thread of the host pushes, kernels pop
};

enum class TransportMode {
  Latency,    ///< payload travels inside the slots, 12 bytes of 16: nobody waits for a fence
  Throughput, ///< payload travels as whole lines, a fence a batch, and is read in place
};

struct TransportOptions {
  TransportMode mode = TransportMode::Latency;
  std::uint32_t slots = 1u << 14; ///< a power of two from 64 to 2^24; 32 a reader at least
  /// Wire size. Latency: a power of two from 64 to 2048, of which 3/4 less 4 bytes are payload.
  /// Throughput: a multiple of 64 up to 65536, all of it payload.
  std::uint32_t slotBytes = 256;
  /// For records longer than a slot's payload: a power of two from 4096 to 2^31, or 0 for none.
  std::uint64_t arenaBytes = 1u << 20;
  /// At most arenaBytes, or the slot's payload, and below 2^31. 0: a quarter of the arena.
  std::uint32_t maxRecordBytes = 0;
  /// Warps that read, ToDevice: a power of two up to 64. Fixed for the transport's life.
  std::uint32_t readers = 16;
  /// ToHost: milliseconds that a slot is waited for whose record must have been written, since a
  /// later one is there; then it is Corrupt. 0: for ever, as for kernels in a debugger.
  std::uint32_t lateMs = 1000;
  /// Use this memory, aligned to 128 and of bytesFor() bytes at least, instead of a GPU's: for ends
  /// that are both on the host. It must outlive the ends.
  std::span<std::byte> memory = {};
  /// The first ticket: tests begin near a wrap.
  std::uint64_t start = 0;
};

using TransportDeadline = std::chrono::steady_clock::time_point;

struct TransportStatistics {
  std::uint64_t records; ///< that passed this end
  std::uint64_t corrupt; ///< slots that were skipped
};

/// The enumerator's name, for messages.
const char* name(TransportResult result);

namespace detail {
class TransportBody;
template <class Body> struct TransportAccess;
} // namespace detail

/// The end that kernels have. Keeps the memory alive; kernels that use ring() must have ended when
/// the last handle goes. Any thread may use it.
class TransportDevice {
public:
  /// To be given to kernels by value.
  const abi::TransportRing& ring() const;
  /// The kernels that push are done (their stream was synchronised): what is in the ring is all.
  /// The same as TransportProducer::close() in a kernel. ToHost only; else it ends the program.
  void close();

private:
  template <class> friend struct detail::TransportAccess;
  explicit TransportDevice(std::shared_ptr<detail::TransportBody> body) : body_(std::move(body)) {}
  std::shared_ptr<detail::TransportBody> body_;
};

/// The host's end of ToHost: one thread.
class TransportConsumer {
public:
  using Record = std::span<const std::byte>;

  TransportConsumer(TransportConsumer&& other) noexcept;
  TransportConsumer& operator=(TransportConsumer&&) = delete;
  /// Closes.
  ~TransportConsumer();

  /// Up to records.size() next records, at most kMaxPeek; they stay, and stay readable, until
  /// release() or the next look. `count` is above 0 where Ok. Empty, Closed, or Corrupt, after
  /// which the slot is skipped. Throughput mode and the arena are read in place, 64 bytes aligned;
  /// payload of latency mode is copied, 16 bytes aligned.
  TransportResult tryPeekBatch(std::span<Record> records, std::size_t& count);
  TransportResult tryPeek(Record& record) {
    std::size_t count;
    return tryPeekBatch({&record, 1}, count);
  }
  /// Gives the first `count` peeked records back; more than were peeked ends the program.
  void release(std::size_t count = 1);

  /// The next record into `to`; `bytes` is its size. TooLarge where `to` is smaller: it stays.
  TransportResult tryPop(std::span<std::byte> to, std::size_t& bytes);
  /// The same, waiting until `deadline`; then Empty. Spins, after 50 us gives way to other threads:
  /// a GPU cannot wake a thread.
  TransportResult pop(std::span<std::byte> to, std::size_t& bytes, TransportDeadline deadline);
  /// Until something else than Empty can be had, or `deadline`.
  TransportResult peekBatch(std::span<Record> records, std::size_t& count,
                            TransportDeadline deadline);

  /// Takes no more: pushes of kernels give Closed once they look, which they do when the ring is
  /// full or half full.
  void close();
  TransportStatistics statistics() const;

  static constexpr std::size_t kMaxPeek = 128;

private:
  template <class> friend struct detail::TransportAccess;
  struct State;
  explicit TransportConsumer(std::shared_ptr<detail::TransportBody> body);
  std::unique_ptr<State> state_;
};

/// The host's end of ToDevice: one thread.
class TransportProducer {
public:
  TransportProducer(TransportProducer&& other) noexcept;
  TransportProducer& operator=(TransportProducer&&) = delete;
  /// Closes.
  ~TransportProducer();

  /// Ok, Full, Closed by this end or a reader, or TooLarge.
  TransportResult tryPush(std::span<const std::byte> record);
  /// The first `pushed` of `count` records of `bytes` each, `stride` bytes apart: Ok where at least
  /// one.
  TransportResult tryPushBatch(const void* records, std::size_t stride, std::size_t bytes,
                               std::size_t count, std::size_t& pushed);
  /// tryPush, waiting until `deadline`; then Full.
  TransportResult push(std::span<const std::byte> record, TransportDeadline deadline);

  /// No record comes after those that were pushed.
  void close();
  /// Records that the readers have not given back, or not yet said so.
  std::size_t approximateSize();
  TransportStatistics statistics() const;

private:
  template <class> friend struct detail::TransportAccess;
  struct State;
  explicit TransportProducer(std::shared_ptr<detail::TransportBody> body);
  std::unique_ptr<State> state_;
};

/// Both ends of a new transport, to be split.
template <TransportDirection direction> class Transport {
public:
  using HostEnd = std::conditional_t<direction == TransportDirection::ToHost, TransportConsumer,
                                     TransportProducer>;
  struct Ends {
    TransportDevice device;
    HostEnd host;
  };

  /// On the first GPU, in memory of the host that it sees; or in options.memory. InvalidArgument;
  /// without such memory also NotFound, Unsupported or Exhausted.
  static Result<Transport> create(const TransportOptions& options = {});
  /// Of options.memory; 0 where the options are invalid.
  static std::size_t bytesFor(const TransportOptions& options);
  Ends split() &&;

private:
  explicit Transport(std::shared_ptr<detail::TransportBody> body) : body_(std::move(body)) {}
  std::shared_ptr<detail::TransportBody> body_;
};

extern template class Transport<TransportDirection::ToHost>;
extern template class Transport<TransportDirection::ToDevice>;

/// The files that a kernel's source includes, for nvrtcCreateProgram: names and texts.
struct TransportHeader {
  const char* name;
  const char* text;
};
std::span<const TransportHeader> transportHeaders();

} // namespace ring

#endif

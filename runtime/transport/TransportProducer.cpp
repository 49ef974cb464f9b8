// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The host's writing end. Readers own blocks of slots in turn and say how far each is; all slots
// before the one that is furthest behind are free. Granules of the arena are freed with the slots
// that named them.
#include "runtime/transport/ChunkAccess.h"
#include "runtime/transport/TransportBody.h"
#include "runtime/transport/Waiting.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace ring {

using detail::ChunkWords;

struct TransportProducer::State {
  explicit State(std::shared_ptr<detail::TransportBody> of)
      : body(std::move(of)), ring(body->host()), ticket(body->start()), freed(ticket),
        granuleAfter(ring.granules != 0 ? slotCount() : 0) {}

  std::uint64_t slotCount() const { return std::uint64_t(1) << ring.slotShift; }
  std::size_t room(std::uint32_t granules, std::size_t wanted);
  void askReaders();
  void write(const std::byte* records, std::size_t stride, std::uint32_t bytes, std::size_t count);
  void writeInside(const std::byte* records, std::size_t stride, std::uint32_t bytes,
                   std::size_t count);
  void writeOutside(const std::byte* records, std::size_t stride, std::uint32_t bytes,
                    std::uint32_t granules, std::size_t count);
  void tell(std::uint64_t which, std::uint32_t bytes, std::uint32_t place);

  const std::shared_ptr<detail::TransportBody> body;
  const abi::TransportRing& ring;
  std::uint64_t ticket; ///< the next
  std::uint64_t freed;  ///< tickets before were read
  std::uint32_t granule = 0, freedGranule = 0;
  std::vector<std::uint32_t> granuleAfter; ///< by slot: where the arena's next record begins
  bool isClosed = false;                   ///< by this end or a reader
  std::uint64_t records = 0;
};

namespace {

/// A payload's last words, short of a chunk, and the unused chunks where the lap wants them
/// written.
RINGKERNEL_WIDE void writeRest(abi::Chunk* chunk, const abi::Chunk* end, std::uint32_t tag,
                               const std::byte* rest, std::uint32_t bytes) {
  if (bytes != 0) {
    abi::Chunk last{tag, {}};
    std::memcpy(last.words, rest, bytes);
    detail::storeChunk(chunk++, last);
  }
  for (; chunk < end; ++chunk)
    detail::storeChunk(chunk, {tag, {}});
}

/// Records of `bytes` into slots that follow each other in one lap; `whole` chunks of each are
/// full, as many as `fixed` where that is not 0.
template <std::uint32_t fixed>
RINGKERNEL_WIDE void writeSlots(abi::Chunk* slot, std::uint32_t slotChunks, std::uint64_t lap,
                                const std::byte* record, std::size_t stride, std::uint32_t bytes,
                                std::size_t count) {
  const std::uint32_t tag = abi::tagOfLap(lap);
  const ChunkWords tags{tag, abi::lengthWord(bytes), 0, 0};
  const std::uint32_t first = bytes < 8 ? bytes : 8,
                      whole = fixed != 0 ? fixed : (bytes - first) / 12;
  const std::uint32_t rest = bytes - first - whole * 12;
  const bool isWholeLap = abi::isWholeLap(lap);
  for (std::size_t i = 0; i < count; ++i, slot += slotChunks, record += stride) {
    ChunkWords head{};
    if (fixed != 0 || first == 8)
      std::memcpy(&head, record, 8);
    else
      std::memcpy(&head, record, first);
    detail::storeWords(slot, __builtin_shufflevector(tags, head, 0, 1, 4, 5));
    const std::byte* from = record + 4; // the word before a chunk's gives way to the tag
    for (std::uint32_t c = 1; c <= whole; ++c, from += 12) {
      ChunkWords words;
      std::memcpy(&words, from, sizeof(words));
      detail::storeWords(slot + c, __builtin_shufflevector(tags, words, 0, 5, 6, 7));
    }
    if (rest != 0 || isWholeLap) [[unlikely]]
      writeRest(slot + 1 + whole, isWholeLap ? slot + slotChunks : slot, tag, from + 4, rest);
  }
}

} // namespace

/// Looks how far the readers are. Pairs with their releasing stores.
void TransportProducer::State::askReaders() {
  std::uint64_t least = ticket - freed; // a reader whose turn has not come is further
  for (std::uint32_t reader = 0; reader < ring.readers; ++reader) {
    const abi::TransportMark& mark = ring.toProducer[reader];
    const std::uint64_t given = __atomic_load_n(&mark.slots, __ATOMIC_ACQUIRE) - freed;
    // Further than a turn of all readers beyond the last ticket is none: it writes its mark again.
    const std::uint64_t turn = std::uint64_t(ring.readers) * abi::kReaderBlock;
    least = given <= ticket - freed + turn ? std::min(least, given) : 0;
    if (__atomic_load_n(&mark.isClosed, __ATOMIC_RELAXED) == 1) // it orders nothing else
      isClosed = true;
  }
  if (least == 0)
    return;
  freed += least;
  if (!granuleAfter.empty())
    freedGranule = granuleAfter[(freed - 1) & (slotCount() - 1)];
}

/// How many of `wanted` records of so many granules find room.
std::size_t TransportProducer::State::room(std::uint32_t granules, std::size_t wanted) {
  const auto now = [&] {
    std::size_t records = std::min<std::size_t>(slotCount() - (ticket - freed), wanted);
    if (granules != 0)
      records =
          std::min<std::size_t>(records, (ring.granules - (granule - freedGranule)) / granules);
    return records;
  };
  std::size_t records = now();
  if (records == wanted) [[likely]]
    return records;
  askReaders();
  return now();
}

/// The descriptor of a record whose payload lies outside of its slot.
RINGKERNEL_WIDE void TransportProducer::State::tell(std::uint64_t which, std::uint32_t bytes,
                                                    std::uint32_t place) {
  abi::Chunk* slot = ring.slots + ((which & (slotCount() - 1)) << ring.chunkShift);
  const std::uint64_t lap = which >> ring.slotShift;
  const std::uint32_t chunks = abi::isWholeLap(lap) ? 1u << ring.chunkShift : 1;
  const std::uint32_t word = bytes > ring.inlineBytes ? bytes : abi::lengthWord(bytes);
  for (std::uint32_t i = 0; i < chunks; ++i)
    detail::storeChunk(slot + i, {abi::tagOfLap(lap), {word, place, abi::placeCheck(word, place)}});
}

/// Latency mode: payload inside the slots, lap by lap.
RINGKERNEL_WIDE void TransportProducer::State::writeInside(const std::byte* from,
                                                           std::size_t stride, std::uint32_t bytes,
                                                           std::size_t count) {
  const std::uint32_t slotChunks = 1u << ring.chunkShift;
  for (std::size_t done = 0; done < count;) {
    const std::uint64_t which = ticket + done, place = which & (slotCount() - 1);
    const std::size_t now = std::min<std::size_t>(count - done, slotCount() - place);
    abi::Chunk* slot = ring.slots + (place << ring.chunkShift);
    const std::uint64_t lap = which >> ring.slotShift;
    if (bytes == 44) // what a slot of 64 bytes holds
      writeSlots<3>(slot, slotChunks, lap, from + done * stride, stride, bytes, now);
    else
      writeSlots<0>(slot, slotChunks, lap, from + done * stride, stride, bytes, now);
    done += now;
  }
}

/// Payload into lines or arena; then, after one fence, the tags.
void TransportProducer::State::writeOutside(const std::byte* from, std::size_t stride,
                                            std::uint32_t bytes, std::uint32_t granules,
                                            std::size_t count) {
  const std::uint64_t mask = slotCount() - 1;
  for (std::size_t i = 0; i < count; ++i) {
    const auto start = static_cast<std::uint32_t>(granule + i * granules);
    std::memcpy(granules != 0
                    ? ring.arena + std::size_t(start & (ring.granules - 1)) * abi::kGranuleBytes
                    : ring.lines + ((ticket + i) & mask) * ring.lineBytes,
                from + i * stride, bytes);
  }
  __atomic_thread_fence(__ATOMIC_RELEASE); // pairs with the readers' fence
  for (std::size_t i = 0; i < count; ++i)
    tell(ticket + i, bytes, static_cast<std::uint32_t>(granule + i * granules));
}

void TransportProducer::State::write(const std::byte* from, std::size_t stride, std::uint32_t bytes,
                                     std::size_t count) {
  const std::uint32_t granules = bytes > ring.inlineBytes ? abi::granulesOf(bytes) : 0;
  if (granules == 0 && ring.lineBytes == 0)
    writeInside(from, stride, bytes, count);
  else
    writeOutside(from, stride, bytes, granules, count);
  if (!granuleAfter.empty())
    for (std::size_t i = 0; i < count; ++i)
      granuleAfter[(ticket + i) & (slotCount() - 1)] =
          static_cast<std::uint32_t>(granule + (i + 1) * granules);
  ticket += count;
  granule += static_cast<std::uint32_t>(count * granules);
  records += count;
}

TransportProducer::TransportProducer(std::shared_ptr<detail::TransportBody> body)
    : state_(std::make_unique<State>(std::move(body))) {}
TransportProducer::TransportProducer(TransportProducer&&) noexcept = default;
TransportProducer::~TransportProducer() {
  if (state_)
    close();
}

TransportResult TransportProducer::tryPushBatch(const void* records, std::size_t stride,
                                                std::size_t bytes, std::size_t count,
                                                std::size_t& pushed) {
  State& state = detail::transportEnd(state_);
  pushed = 0;
  if (records == nullptr && bytes != 0 && count != 0)
    detail::transportMisuse("`push` of records that are nowhere, their bytes", bytes, 0);
  if (bytes > state.ring.maxBytes)
    return TransportResult::TooLarge;
  if (state.isClosed)
    return TransportResult::Closed;
  const auto size = static_cast<std::uint32_t>(bytes);
  pushed = state.room(size > state.ring.inlineBytes ? abi::granulesOf(size) : 0, count);
  if (state.isClosed) {
    pushed = 0;
    return TransportResult::Closed;
  }
  if (pushed == 0)
    return count == 0 ? TransportResult::Ok : TransportResult::Full;
  static constexpr std::byte kNothing[8] = {}; // empty records may be nowhere
  if (bytes == 0)
    state.write(kNothing, 0, 0, pushed);
  else
    state.write(static_cast<const std::byte*>(records), stride, size, pushed);
  return TransportResult::Ok;
}

TransportResult TransportProducer::tryPush(std::span<const std::byte> record) {
  std::size_t pushed;
  return tryPushBatch(record.data(), 0, record.size(), 1, pushed);
}

TransportResult TransportProducer::push(std::span<const std::byte> record,
                                        TransportDeadline deadline) {
  return detail::transportWait(TransportResult::Full, deadline, [&] { return tryPush(record); });
}

RINGKERNEL_WIDE void TransportProducer::close() {
  State& state = detail::transportEnd(state_);
  state.isClosed = true;
  __atomic_thread_fence(__ATOMIC_RELEASE);
  detail::storeMark(state.ring.toConsumer, {state.ticket, state.granule, 1});
}

std::size_t TransportProducer::approximateSize() {
  State& state = detail::transportEnd(state_);
  state.askReaders();
  return state.ticket - state.freed;
}

TransportStatistics TransportProducer::statistics() const {
  return {detail::transportEnd(state_).records, 0};
}

} // namespace ring

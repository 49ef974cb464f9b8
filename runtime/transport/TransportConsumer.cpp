// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The host's reading end. A record is taken once its slot carries the lap's tag in every chunk that
// its length counts; what is still on its way is there at the next look. Reads only what the ring's
// bounds allow, whatever stands in a slot.
//
// A slot that is not whole is waited for, unless its record must be there: the producers are done
// and were so some time ago, or the record's first chunk, or a later record, is there for `lateMs`
// already. Then somebody wrote into it.
//
// Arena granules come in the order of tickets, so each arena record must begin where the last one
// ended. Behind a corrupt slot that may have had some, the next such record tells, or, where
// producers wait for granules, their note.
#include "runtime/transport/ChunkAccess.h"
#include "runtime/transport/TransportBody.h"
#include "runtime/transport/Waiting.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <vector>

namespace ring {

using detail::ChunkWords;

struct TransportConsumer::State {
  explicit State(std::shared_ptr<detail::TransportBody> of)
      : body(std::move(of)), ring(body->host()), read(body->start()), published(read),
        scratch(body->copyBytes() * kMaxPeek + alignof(ChunkWords)) {
    const auto address = reinterpret_cast<std::uintptr_t>(scratch.data());
    copies = scratch.data() +
             (alignof(ChunkWords) - address % alignof(ChunkWords)) % alignof(ChunkWords);
  }

  std::size_t look(std::span<Record> records);
  TransportResult nothing();
  bool isLate();
  bool isLaterHere();
  TransportResult skip();
  void publish();

  const std::shared_ptr<detail::TransportBody> body;
  const abi::TransportRing& ring;
  std::uint64_t read;                              ///< the next ticket
  std::uint64_t published;                         ///< `read`, as producers know it
  std::uint32_t granule = 0, publishedGranule = 0; ///< the same for the arena
  std::size_t peeked = 0;
  std::uint32_t granuleAfter[kMaxPeek]; ///< each peeked record
  bool isCorrupt = false;               ///< the slot behind those that look() found
  bool hasLostGranules = false;         ///< perhaps: a corrupt slot was skipped
  bool isClosed = false;
  std::uint64_t awaited = ~std::uint64_t(0); ///< the ticket of the last look in vain
  std::uint32_t vain = 0;                    ///< such looks
  std::uint32_t probed = 0;                  ///< slots behind it that were looked at
  bool isOverdue = false;                    ///< it should be there, since
  TransportDeadline overdueSince;
  std::optional<TransportDeadline> closedSince; ///< the producers' note
  std::uint64_t records = 0, corrupt = 0;
  std::vector<std::byte> scratch;
  std::byte* copies;
};

namespace {

/// Slots ahead whose lines are asked for while one is read.
constexpr std::uint64_t kAhead = 8;
/// Records of warps other than the one that closed may come after its note, where only an atomic
/// without a fence told it that they were pushed.
constexpr std::chrono::milliseconds kOnTheWay{10};
/// Looks in vain between two at what is behind the awaited slot, slots that each looks at, and
/// looks until the mark is written again, into which somebody may have written.
constexpr std::uint32_t kVainLooks = 64, kProbes = 16, kVainLooksToMark = 4096;

/// True where `tag` may stand in a slot of this lap that was not written yet.
bool isOldTag(std::uint32_t tag, std::uint64_t lap) {
  return tag == 0 || tag == abi::tagOfLap(lap - 1);
}

/// A chunk's three words; a fourth is written over by the next, or padding.
RINGKERNEL_WIDE inline void storePayload(std::byte* to, ChunkWords chunk) {
  const ChunkWords payload = __builtin_shufflevector(chunk, chunk, 1, 2, 3, 3);
  std::memcpy(to, &payload, sizeof(payload));
}

/// Latency mode: the payload into `copy`. False where a chunk is not there yet.
RINGKERNEL_WIDE inline bool lookInSlot(const abi::Chunk* slot, std::uint32_t tag, ChunkWords head,
                                       std::byte* copy) {
  const std::uint32_t words[2] = {head[2], head[3]};
  std::memcpy(copy, words, sizeof(words));
  std::byte* at = copy + sizeof(words);
  const std::uint32_t used = abi::transportChunks(abi::recordBytes(head[1]));
  for (std::uint32_t i = 1; i < used; ++i, at += 12) {
    const ChunkWords chunk = detail::loadWords(slot + i);
    if (chunk[0] != tag)
      return false;
    storePayload(at, chunk);
  }
  return true;
}

/// Slots of 64 bytes that records fill, as many as follow each other in a lap: each a line, whose
/// four tags are looked at together.
RINGKERNEL_WIDE inline std::size_t lookAtLines(const abi::Chunk* slot, std::uint32_t tag,
                                               std::byte* copy,
                                               std::span<TransportConsumer::Record> found) {
  constexpr std::uint32_t kLeast = 33, kMost = abi::transportInline(4); // with all four chunks
  std::size_t count = 0;
  for (; count < found.size(); ++count, slot += 4, copy += 48) {
    __builtin_prefetch(slot + 4 * kAhead);
    const ChunkWords head = detail::loadWords(slot), first = detail::loadWords(slot + 1);
    const ChunkWords second = detail::loadWords(slot + 2), third = detail::loadWords(slot + 3);
    const ChunkWords other = (first ^ head) | (second ^ head) | (third ^ head);
    const std::uint32_t bytes = abi::recordBytes(head[1]);
    if (other[0] != 0 || head[0] != tag || bytes - kLeast > kMost - kLeast ||
        head[1] != abi::lengthWord(bytes))
      break;
    const ChunkWords start = __builtin_shufflevector(head, head, 2, 3, 3, 3);
    std::memcpy(copy, &start, sizeof(start));
    storePayload(copy + 8, first);
    storePayload(copy + 20, second);
    storePayload(copy + 32, third);
    found[count] = {copy, bytes};
  }
  return count;
}

} // namespace

/// How many of `records` are there, from the next on.
RINGKERNEL_WIDE std::size_t TransportConsumer::State::look(std::span<Record> found) {
  const abi::TransportRing ring = body->host(); // of its own: chunks are read past the compiler
  const std::uint64_t first = read, mask = (std::uint64_t(1) << ring.slotShift) - 1;
  const std::size_t copyBytes = body->copyBytes();
  std::uint32_t expected = granule;
  bool mayHaveGap = hasLostGranules;
  std::size_t count = 0;
  isCorrupt = false;
  if (copyBytes == 48) {
    const std::uint64_t left = mask + 1 - (first & mask);
    count = lookAtLines(ring.slots + ((first & mask) << 2), abi::tagOfLap(first >> ring.slotShift),
                        copies, found.first(std::min<std::uint64_t>(found.size(), left)));
    std::fill_n(granuleAfter, count, expected);
  }
  for (std::byte* copy = copies + count * copyBytes; count < found.size();
       ++count, copy += copyBytes) {
    const std::uint64_t ticket = first + count, lap = ticket >> ring.slotShift;
    const std::uint32_t tag = abi::tagOfLap(lap);
    const abi::Chunk* slot = ring.slots + ((ticket & mask) << ring.chunkShift);
    __builtin_prefetch(ring.slots + (((ticket + kAhead) & mask) << ring.chunkShift));
    const ChunkWords head = detail::loadWords(slot);
    if (head[0] != tag) {
      isCorrupt = !isOldTag(head[0], lap);
      break;
    }
    const std::uint32_t bytes = abi::recordBytes(head[1]);
    const bool isInSlot = abi::isInSlot(head[1], ring.inlineBytes);
    if (isInSlot && ring.lineBytes == 0) {
      if (!lookInSlot(slot, tag, head, copy))
        break;
      found[count] = {copy, bytes};
    } else if (isInSlot) {
      const auto* line = reinterpret_cast<const std::byte*>(ring.lines);
      found[count] = {line + (ticket & mask) * ring.lineBytes, bytes};
    } else {
      const bool isInOrder =
          head[2] == expected || (mayHaveGap && head[2] - expected <= ring.granules);
      if (!isInOrder ||
          !abi::isInArena(head[1], head[2], head[3], ring.inlineBytes, ring.maxBytes)) {
        isCorrupt = true;
        break;
      }
      const auto* arena = reinterpret_cast<const std::byte*>(ring.arena);
      const std::size_t place = head[2] & (ring.granules - 1);
      found[count] = {arena + place * abi::kGranuleBytes, bytes};
      expected = head[2] + abi::granulesOf(bytes);
      mayHaveGap = false;
    }
    granuleAfter[count] = expected;
  }
  // Payload outside of the slots was written before its tag; pairs with the writers' fence.
  __atomic_thread_fence(__ATOMIC_ACQUIRE);
  return count;
}

/// The next slot is the user's loss, and the ring's gain: it goes on.
TransportResult TransportConsumer::State::skip() {
  ++corrupt;
  ++read;
  hasLostGranules = ring.granules != 0;
  isCorrupt = false;
  publish();
  return TransportResult::Corrupt;
}

TransportResult TransportConsumer::State::nothing() {
  const bool isDone = body->isDeviceDone.load(std::memory_order_acquire); // before the last look
  const abi::TransportMark note = detail::loadMark(ring.toConsumer);
  __atomic_thread_fence(__ATOMIC_ACQUIRE); // what came before the note is there; pairs with close()
  Record record;
  if (look({&record, 1}) != 0 || isCorrupt)
    return TransportResult::Ok;
  if (hasLostGranules && note.slots == read && note.granules - granule <= ring.granules) {
    granule = note.granules;
    hasLostGranules = false;
  }
  const bool isOverdueNow = isLate();
  if (published != read || publishedGranule != granule || vain % kVainLooksToMark == 0)
    publish();
  // More than a lap is none of the producers' counts.
  const std::uint64_t slots = std::uint64_t(1) << ring.slotShift;
  std::uint64_t left = note.isClosed == 1 ? note.slots - read : ~std::uint64_t(0);
  bool isAllHere = isDone;
  if (left == 0)
    return TransportResult::Closed;
  if (left <= slots) {
    if (!closedSince)
      closedSince = std::chrono::steady_clock::now();
    isAllHere = isDone || std::chrono::steady_clock::now() - *closedSince >= kOnTheWay;
  } else if (isDone) {
    left = body->lastTicket - read;
    if (left == 0)
      return TransportResult::Closed;
  }
  isCorrupt = (isAllHere && left <= slots) || isOverdueNow;
  if (isCorrupt)
    return TransportResult::Ok;
  return isDone ? TransportResult::Closed : TransportResult::Empty;
}

/// The awaited record is there in part, or one behind it is, and has been for long.
bool TransportConsumer::State::isLate() {
  if (awaited != read) {
    awaited = read;
    vain = 1;
    probed = 0;
    isOverdue = false;
    return false;
  }
  if (++vain % kVainLooks != 0 || body->late().count() == 0)
    return false;
  if (isOverdue)
    return std::chrono::steady_clock::now() - overdueSince >= body->late();
  isOverdue = isLaterHere();
  if (isOverdue)
    overdueSince = std::chrono::steady_clock::now();
  return false;
}

/// Looks at the awaited slot's first chunk and at those of some slots behind it, at others each
/// time.
RINGKERNEL_WIDE bool TransportConsumer::State::isLaterHere() {
  const std::uint32_t slots = 1u << ring.slotShift;
  for (std::uint32_t i = 0; i < kProbes; ++i, probed = (probed + 1) & (slots - 1)) {
    const std::uint64_t ticket = read + probed;
    const abi::Chunk head =
        detail::loadChunk(ring.slots + ((ticket & (slots - 1)) << ring.chunkShift));
    if (head.tag == abi::tagOfLap(ticket >> ring.slotShift) &&
        (abi::isInSlot(head.words[0], ring.inlineBytes) ||
         abi::isInArena(head.words[0], head.words[1], head.words[2], ring.inlineBytes,
                        ring.maxBytes)))
      return true;
  }
  return false;
}

/// What was read may be written again. Pairs with the acquiring look of the producers.
RINGKERNEL_WIDE void TransportConsumer::State::publish() {
  __atomic_thread_fence(__ATOMIC_RELEASE);
  detail::storeMark(ring.toProducer, {read, granule, isClosed ? 1u : 0u});
  published = read;
  publishedGranule = granule;
}

TransportConsumer::TransportConsumer(std::shared_ptr<detail::TransportBody> body)
    : state_(std::make_unique<State>(std::move(body))) {}
TransportConsumer::TransportConsumer(TransportConsumer&&) noexcept = default;
TransportConsumer::~TransportConsumer() {
  if (state_)
    close();
}

TransportResult TransportConsumer::tryPeekBatch(std::span<Record> records, std::size_t& count) {
  State& state = detail::transportEnd(state_);
  if (records.data() == nullptr && !records.empty())
    detail::transportMisuse("`peek` of records to nowhere", records.size(), 0);
  records = records.first(std::min(records.size(), kMaxPeek));
  state.peeked = count = state.look(records);
  if (count != 0 || records.empty())
    return TransportResult::Ok;
  if (!state.isCorrupt) {
    if (const TransportResult result = state.nothing(); result != TransportResult::Ok)
      return result;
    state.peeked = count = state.look(records); // it came in between
    if (count != 0)
      return TransportResult::Ok;
  }
  return state.skip();
}

void TransportConsumer::release(std::size_t count) {
  State& state = detail::transportEnd(state_);
  if (count > state.peeked)
    detail::transportMisuse("`release` of more records than were peeked", count, state.peeked);
  if (count == 0)
    return;
  if (state.granuleAfter[count - 1] != state.granule) {
    state.hasLostGranules = false;
    state.granule = state.granuleAfter[count - 1];
  }
  state.read += count;
  state.records += count;
  std::copy(state.granuleAfter + count, state.granuleAfter + state.peeked, state.granuleAfter);
  state.peeked -= count;
  // Often enough that producers need not wait, seldom enough that they do not look in vain.
  if ((state.read - state.published) << 4 >> state.ring.slotShift != 0 ||
      (state.granule - state.publishedGranule) * 8 > state.ring.granules)
    state.publish();
}

TransportResult TransportConsumer::tryPop(std::span<std::byte> to, std::size_t& bytes) {
  Record record;
  bytes = 0;
  if (to.data() == nullptr && !to.empty())
    detail::transportMisuse("`pop` to nowhere, bytes", to.size(), 0);
  if (const TransportResult result = tryPeek(record); result != TransportResult::Ok)
    return result;
  bytes = record.size();
  if (bytes > to.size())
    return TransportResult::TooLarge;
  if (bytes != 0) // then `to` may be nowhere
    std::memcpy(to.data(), record.data(), bytes);
  release();
  return TransportResult::Ok;
}

TransportResult TransportConsumer::pop(std::span<std::byte> to, std::size_t& bytes,
                                       TransportDeadline deadline) {
  return detail::transportWait(TransportResult::Empty, deadline, [&] { return tryPop(to, bytes); });
}

TransportResult TransportConsumer::peekBatch(std::span<Record> records, std::size_t& count,
                                             TransportDeadline deadline) {
  return detail::transportWait(TransportResult::Empty, deadline,
                               [&] { return tryPeekBatch(records, count); });
}

void TransportConsumer::close() {
  State& state = detail::transportEnd(state_);
  state.isClosed = true;
  state.publish();
}

TransportStatistics TransportConsumer::statistics() const {
  const State& state = detail::transportEnd(state_);
  return {state.records, state.corrupt};
}

} // namespace ring

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The end of a transport that kernels write: records from any number of warps to one thread of the
// host. A warp takes credits, then tickets, then writes; between ticket and write nothing can fail
// or wait, so no slot is left open. Orders between warps are those of their tickets.
//
// uses: transport/memory.cuh, which transport.cuh includes first: NVRTC knows no relative names.
#ifndef RINGKERNEL_CUDA_TRANSPORT_PRODUCER_CUH
#define RINGKERNEL_CUDA_TRANSPORT_PRODUCER_CUH

namespace ring::gpu {

/// One a warp, in registers. Every function is called by all lanes of the warp together, with the
/// same arguments.
class TransportProducer {
public:
  /// `ring` is what ring::Transport<ToHost> gives; it must outlive this.
  RING_DEVICE explicit TransportProducer(const abi::TransportRing& ring)
      : ring_(ring), lane_(detail::laneIndex()) {}

  /// A record of `bytes`, aligned to 4 and readable up to the next multiple of 4, in any memory.
  /// Ok, Full, Closed by either end, or TooLarge.
  RING_DEVICE TransportResult tryPush(const void* record, std::uint32_t bytes) {
    return tryPushBatch(record, 0, bytes, 1);
  }

  /// `count` records of `bytes` each, `stride` bytes apart (a multiple of 4; with 16, and records
  /// aligned to 16, payload outside of slots is read faster). All of them or none.
  RING_DEVICE TransportResult tryPushBatch(const void* records, std::uint32_t stride,
                                           std::uint32_t bytes, std::uint32_t count) {
    using namespace detail;
    const uint32_t granules = bytes > ring_.inlineBytes ? abi::granulesOf(bytes) : 0;
    if (bytes > ring_.maxBytes || count > slots() || uint64_t(granules) * count > ring_.granules)
      return TransportResult::TooLarge;
    if (count == 0)
      return TransportResult::Ok;
    syncWarp(); // the records may be other lanes' work
    Claim claim{};
    if (lane_ == 0)
      claim = take(uint64_t(granules) * count << 32 | count);
    const auto result = static_cast<TransportResult>(fromLane(uint32_t(claim.result), 0));
    if (result != TransportResult::Ok)
      return result;
    const uint64_t ticket = fromLane(claim.ticket, 0);
    if (granules == 0 && ring_.lineBytes == 0)
      writeSlots(ticket, static_cast<const std::uint8_t*>(records), stride, bytes, count);
    else
      writeOutside(ticket, fromLane(claim.granule, 0), granules,
                   static_cast<const std::uint8_t*>(records), stride, bytes, count);
    if (lane_ == 0 && claim.isLow)
      refresh(
          0);   // before the credits are gone: an answer of the host takes longer than a lap's part
    syncWarp(); // the caller may write its records again
    return TransportResult::Ok;
  }

  /// The same, again while the ring is full, for at most `timeoutNs`; then Full.
  RING_DEVICE TransportResult pushBatch(const void* records, std::uint32_t stride,
                                        std::uint32_t bytes, std::uint32_t count,
                                        std::uint64_t timeoutNs) {
    TransportResult result = tryPushBatch(records, stride, bytes, count);
    if (result != TransportResult::Full)
      return result;
    const std::uint64_t begin = detail::nanoseconds();
    do
      result = tryPushBatch(records, stride, bytes, count);
    while (result == TransportResult::Full &&
           detail::ballot(detail::nanoseconds() - begin < timeoutNs) != 0);
    return result;
  }
  RING_DEVICE TransportResult push(const void* record, std::uint32_t bytes,
                                   std::uint64_t timeoutNs) {
    return pushBatch(record, 0, bytes, 1, timeoutNs);
  }

  /// No record comes after those that were pushed. One warp says so once, when no other pushes:
  /// what is not with the host some milliseconds later counts as overwritten.
  RING_DEVICE void close() {
    using namespace detail;
    fenceSystem(); // all that was pushed before is seen by who sees the note
    if (lane_ == 0) {
      while (!tryLock(&ring_.gate->isRefreshing)) {
      }
      store32(&ring_.gate->isClosed, 1);
      storeNote(1);
      unlock(&ring_.gate->isRefreshing);
    }
    syncWarp();
  }

private:
  struct Claim {
    TransportResult result;
    std::uint64_t ticket;
    std::uint32_t granule;
    bool isLow; ///< less than half of the credits are left
  };

  RING_DEVICE std::uint32_t slots() const { return 1u << ring_.slotShift; }
  RING_DEVICE std::uint32_t mask() const { return slots() - 1; }

  static RING_DEVICE bool fits(std::uint64_t free, std::uint64_t need) {
    const auto slots = static_cast<std::int32_t>(free);
    const auto granules =
        static_cast<std::int32_t>((free - std::uint64_t(std::int64_t(slots))) >> 32);
    return slots >= static_cast<std::int32_t>(need) &&
           granules >= static_cast<std::int32_t>(need >> 32);
  }

  /// Credits are looked at before they are taken, so that warps in want do not take them from each
  /// other for nothing.
  RING_DEVICE Claim take(std::uint64_t need) {
    using namespace detail;
    abi::TransportGate& gate = *ring_.gate;
    for (int attempt = 0;; ++attempt) {
      if (load32(&gate.isClosed) != 0)
        return {TransportResult::Closed, 0, 0, false};
      const uint64_t credited = load64(&gate.credited);
      if (fits(load64(&gate.free), need)) {
        const uint64_t before = takeCredits(&gate.free, need);
        if (fits(before, need)) {
          const uint64_t word = takeTicket(&gate.ticket, need);
          const uint64_t ticket = fullTicket(word, credited);
          return {TransportResult::Ok, ticket, abi::granuleOf(word, ticket),
                  uint32_t(before) - uint32_t(need) < slots() / 2};
        }
        addCredits(&gate.free, need);
      }
      if (attempt == 1)
        return {TransportResult::Full, 0, 0, false};
      refresh(uint32_t(need >> 32));
    }
  }

  /// The ticket whose low half a ticket word has: less than 2^32 after what the host gave back.
  static RING_DEVICE std::uint64_t fullTicket(std::uint64_t word, std::uint64_t credited) {
    return credited + std::uint32_t(std::uint32_t(word) - std::uint32_t(credited));
  }

  /// Asks the host what it gave back, unless another warp is asking. Where granules are wanted and
  /// there are none, tells it where the arena's next record will be: a corrupt slot may have hidden
  /// granules from it.
  RING_DEVICE void refresh(std::uint32_t wantedGranules) {
    using namespace detail;
    abi::TransportGate& gate = *ring_.gate;
    if (!tryLock(&gate.isRefreshing))
      return;
    const abi::TransportMark mark = loadMark(ring_.toProducer);
    fenceSystem();
    const uint64_t given = mark.slots - load64(&gate.credited);
    const uint32_t granules = mark.granules - load32(&gate.creditedGranules);
    // More than a lap is none of the host's marks: it writes its mark again.
    const bool isSound = given <= this->slots() && granules <= ring_.granules;
    const auto slots = uint32_t(given);
    if (!isSound) {
    } else if (slots != 0 || granules != 0) {
      store64(&gate.credited, mark.slots);
      store32(&gate.creditedGranules, mark.granules);
      addCredits(&gate.free, uint64_t(granules) << 32 | slots);
    } else if (wantedGranules != 0 && load32(&gate.isClosed) == 0) {
      storeNote(0);
    }
    if (isSound && mark.isClosed == 1)
      store32(&gate.isClosed, 1);
    unlock(&gate.isRefreshing);
  }

  /// By who holds the lock.
  RING_DEVICE void storeNote(std::uint32_t isClosed) {
    using namespace detail;
    const uint64_t word = load64(&ring_.gate->ticket);
    const uint64_t ticket = fullTicket(word, load64(&ring_.gate->credited));
    storeMark(ring_.toConsumer, {ticket, abi::granuleOf(word, ticket), isClosed});
  }

  RING_DEVICE abi::Chunk* slot(std::uint64_t ticket) const {
    return ring_.slots + (std::uint64_t(std::uint32_t(ticket) & mask()) << ring_.chunkShift);
  }

  /// Records into their slots: neighbouring lanes write neighbouring chunks.
  RING_DEVICE void writeSlots(std::uint64_t ticket, const std::uint8_t* records,
                              std::uint32_t stride, std::uint32_t bytes, std::uint32_t count) {
    using namespace detail;
    const uint32_t words = (bytes + 3) / 4;
    const bool isWhole = abi::isWholeLap(ticket >> ring_.slotShift) ||
                         abi::isWholeLap((ticket + count - 1) >> ring_.slotShift);
    const uint32_t width = isWhole ? 1u << ring_.chunkShift : abi::transportChunks(bytes);
    const uint32_t slotStep = kLanes / width, chunkStep = kLanes % width;
    uint32_t index = lane_ / width, part = lane_ % width;
    while (index < count) {
      const auto* record = reinterpret_cast<const uint32_t*>(records + uint64_t(index) * stride);
      abi::Chunk chunk{abi::tagOfLap((ticket + index) >> ring_.slotShift), {}};
      for (uint32_t i = 0; i < abi::kWordsPerChunk; ++i) {
        const uint32_t word = part * abi::kWordsPerChunk + i - 1; // the length is before word 0
        chunk.words[i] = word < words ? record[word] : 0;
      }
      if (part == 0)
        chunk.words[0] = abi::lengthWord(bytes);
      storeChunk(slot(ticket + index) + part, chunk);
      index += slotStep;
      part += chunkStep;
      if (part >= width) {
        part -= width;
        ++index;
      }
    }
  }

  RING_DEVICE std::uint8_t* line(std::uint64_t ticket) const {
    return ring_.lines + std::uint64_t(std::uint32_t(ticket) & mask()) * ring_.lineBytes;
  }
  RING_DEVICE std::uint8_t* granuleAt(std::uint32_t granule) const {
    return ring_.arena + std::uint64_t(granule & (ring_.granules - 1)) * abi::kGranuleBytes;
  }

  static RING_DEVICE detail::Piece readPiece(const std::uint8_t* from, std::uint32_t bytes,
                                             bool isAligned) {
    using namespace detail;
    if (isAligned && bytes >= kPieceBytes)
      return *reinterpret_cast<const Piece*>(from);
    Piece piece{};
    for (uint32_t i = 0; i < 4; ++i)
      if (i * 4 < bytes)
        piece.words[i] = reinterpret_cast<const uint32_t*>(from)[i];
    return piece;
  }

  /// Records into lines or arena, then one fence for all, then their tags.
  RING_DEVICE void writeOutside(std::uint64_t ticket, std::uint32_t granule, std::uint32_t granules,
                                const std::uint8_t* records, std::uint32_t stride,
                                std::uint32_t bytes, std::uint32_t count) {
    using namespace detail;
    const uint32_t width = (bytes + kPieceBytes - 1) / kPieceBytes;
    const bool isAligned = ((reinterpret_cast<uint64_t>(records) | stride) % kPieceBytes) == 0;
    const uint32_t divisor = width != 0 ? width : 1;
    const uint32_t slotStep = kLanes / divisor, step = kLanes % divisor;
    uint32_t index = width != 0 ? lane_ / divisor : count, part = lane_ % divisor;
    while (index < count) {
      Piece pieces[kPieces];
      std::uint8_t* places[kPieces];
#pragma unroll
      for (uint32_t i = 0; i < kPieces; ++i) {
        places[i] = nullptr;
        if (index < count) {
          const uint32_t at = part * kPieceBytes;
          pieces[i] = readPiece(records + uint64_t(index) * stride + at, bytes - at, isAligned);
          places[i] =
              (granules != 0 ? granuleAt(granule + index * granules) : line(ticket + index)) + at;
        }
        index += slotStep;
        part += step;
        if (part >= width) {
          part -= width;
          ++index;
        }
      }
#pragma unroll
      for (uint32_t i = 0; i < kPieces; ++i)
        if (places[i])
          storePiece(places[i], pieces[i]);
    }
    syncWarp();
    fenceSystem();
    const bool isWhole = abi::isWholeLap(ticket >> ring_.slotShift) ||
                         abi::isWholeLap((ticket + count - 1) >> ring_.slotShift);
    const uint32_t chunks = isWhole ? 1u << ring_.chunkShift : 1;
    const uint32_t word = granules != 0 ? bytes : abi::lengthWord(bytes);
    for (uint32_t i = lane_; i < count * chunks; i += kLanes) {
      const uint32_t which = i / chunks, place = granules != 0 ? granule + which * granules : 0;
      const uint32_t tag = abi::tagOfLap((ticket + which) >> ring_.slotShift);
      storeChunk(slot(ticket + which) + i % chunks,
                 {tag, {word, place, abi::placeCheck(word, place)}});
    }
  }

  const abi::TransportRing& ring_;
  const std::uint32_t lane_;
};

} // namespace ring::gpu

#endif

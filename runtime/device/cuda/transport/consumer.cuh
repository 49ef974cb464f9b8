// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The end of a transport that kernels read: records of one thread of the host go to a fixed number
// of readers, each a warp, in blocks of kReaderBlock slots in turn. A reader's position outlives
// the kernel. Order is that of the host within each reader.
//
// uses: transport/memory.cuh, which transport.cuh includes first: NVRTC knows no relative names.
#ifndef RINGKERNEL_CUDA_TRANSPORT_CONSUMER_CUH
#define RINGKERNEL_CUDA_TRANSPORT_CONSUMER_CUH

namespace ring::gpu {

/// One a reader, in registers of its warp. Every function is called by all lanes together, with the
/// same arguments.
class TransportConsumer {
public:
  /// Reader `reader` of `ring.readers`; no two warps are the same one at a time. `ring` is what
  /// ring::Transport<ToDevice> gives; it must outlive this.
  RING_DEVICE TransportConsumer(const abi::TransportRing& ring, std::uint32_t reader)
      : ring_(ring), lane_(detail::laneIndex()), reader_(reader),
        next_(detail::load64(ring.positions + reader)) {}

  /// The next record, in any memory: `to` is aligned to 4 and has room for `capacity` bytes, a
  /// multiple of 4. Ok; Empty; Closed where the host closed and all is read; TooLarge where the
  /// record has more than `capacity` bytes (`bytes` says how many; it stays); Corrupt.
  RING_DEVICE TransportResult tryPop(void* to, std::uint32_t capacity, std::uint32_t& bytes) {
    std::uint32_t popped;
    return tryPopBatch(to, capacity, 1, &bytes, popped);
  }

  /// Up to `count` records, `stride` bytes apart and none longer than that; `lengths` ([count], in
  /// any memory of the warp, or null) gets their bytes. Ok where `popped` is above 0.
  RING_DEVICE TransportResult tryPopBatch(void* to, std::uint32_t stride, std::uint32_t count,
                                          std::uint32_t* lengths, std::uint32_t& popped) {
    using namespace detail;
    Look look;
    lookFor(count, look);
    popped = 0;
    if (look.whole == 0)
      return nothing(look);
    const uint32_t fitting = fittingOf(look, stride);
    if (fitting == 0)
      return refused(look, lengths);
    auto* records = static_cast<std::uint8_t*>(to);
    if (ring_.lineBytes == 0) {
      if (readSlots(look, fitting, records, stride, lengths))
        readArena(look, fitting, records, stride);
    } else {
      if (lane_ < fitting && lengths != nullptr)
        lengths[lane_] = abi::recordBytes(look.chunks[0].words[0]);
      readLines(look, fitting, records, stride);
    }
    isWide_ = true;
    advance(fitting);
    popped = fitting;
    syncWarp();
    return TransportResult::Ok;
  }

  /// tryPop, again while there is nothing, for at most `timeoutNs`; then Empty.
  RING_DEVICE TransportResult pop(void* to, std::uint32_t capacity, std::uint32_t& bytes,
                                  std::uint64_t timeoutNs) {
    const std::uint64_t begin = detail::nanoseconds();
    TransportResult result;
    do
      result = tryPop(to, capacity, bytes);
    while (result == TransportResult::Empty &&
           detail::ballot(detail::nanoseconds() - begin < timeoutNs) != 0);
    return result;
  }

  /// Tells the host now what was read; pops do so twice a lap, and when idle for a while.
  RING_DEVICE void publish() {
    detail::syncWarp();
    if (lane_ == 0)
      detail::releaseToHost(&ring_.toProducer[reader_].slots, next_);
    unpublished_ = 0;
  }

  /// This reader takes no more: the host's pushes give Closed from then on.
  RING_DEVICE void close() {
    detail::syncWarp();
    detail::fenceSystem();
    if (lane_ == 0)
      detail::storeMark(&ring_.toProducer[reader_], {next_, 0, 1});
    detail::syncWarp();
  }

private:
  struct Look {
    abi::Chunk chunks[detail::kRounds]; ///< chunk kLanes * round + lane from the next slot on
    std::uint32_t tag;                  ///< of all slots looked at: a block lies in one lap
    std::uint32_t rounds;               ///< of chunks that were looked at
    std::uint32_t whole;                ///< slots from the next on whose record is here
  };

  RING_DEVICE std::uint32_t mask() const { return (1u << ring_.slotShift) - 1; }

  /// Where something was there a warp looks at all that its block may hold, else at the next slot
  /// only: what is read in vain takes the link's time from what is there.
  RING_DEVICE void lookFor(std::uint32_t count, Look& look) {
    using namespace detail;
    const uint32_t shift = ring_.chunkShift, slotChunks = 1u << shift;
    const uint32_t least = slotChunks > kLanes ? slotChunks / kLanes : 1; // rounds of a slot
    uint32_t slots = isWide_ ? kRounds * kLanes >> shift : 1;
    slots = slots < kLanes ? slots : kLanes;
    slots = slots > 1 ? slots : 1;
    const uint32_t left = abi::kReaderBlock - uint32_t(next_ % abi::kReaderBlock);
    slots = slots < count ? slots : count;
    slots = slots < left ? slots : left;
    const abi::Chunk* first = ring_.slots + (uint64_t(uint32_t(next_) & mask()) << shift);
    look.rounds = ((slots << shift) + kLanes - 1) / kLanes;
#pragma unroll
    for (uint32_t round = 0; round < kRounds; ++round) {
      const uint32_t at = round * kLanes + lane_;
      look.chunks[round] = loadChunk(first + at, at >> shift < slots);
    }
    look.tag = abi::tagOfLap(next_ >> ring_.slotShift);
    uint32_t ones = 0, word = 0;
    bool isOpen = true;
#pragma unroll
    for (uint32_t round = 0; round < kRounds; ++round) {
      if (round >= look.rounds)
        break;
      const uint32_t at = round * kLanes + lane_, part = at & (slotChunks - 1);
      if (round % least == 0) // the chunk with the length, of each lane's slot
        word = fromLane(look.chunks[round].words[0], lane_ & ~(slotChunks - 1));
      const uint32_t used =
          abi::isInSlot(word, ring_.inlineBytes) ? abi::transportChunks(abi::recordBytes(word)) : 1;
      const bool isHere =
          at >> shift < slots && (look.chunks[round].tag == look.tag || part >= used);
      const uint32_t run = onesBelow(ballot(isHere));
      ones += isOpen ? run : 0;
      isOpen = isOpen && run == kLanes;
    }
    look.whole = ones >> shift;
  }

  /// What the first chunk of a slot says, where it says what can be.
  RING_DEVICE bool isSound(const abi::Chunk& head) const {
    return abi::isInSlot(head.words[0], ring_.inlineBytes) ||
           abi::isInArena(head.words[0], head.words[1], head.words[2], ring_.inlineBytes,
                          ring_.maxBytes);
  }

  /// Whole records before the first that is corrupt or longer than `stride`.
  RING_DEVICE std::uint32_t fittingOf(const Look& look, std::uint32_t stride) {
    using namespace detail;
    uint32_t good = 0;
    bool isOpen = true;
#pragma unroll
    for (uint32_t round = 0; round < kRounds; ++round) {
      if (round >= look.rounds)
        break;
      const abi::Chunk& head = look.chunks[round];
      const uint32_t at = round * kLanes + lane_;
      const bool isHead = (at & ((1u << ring_.chunkShift) - 1)) == 0;
      const bool isBad = isHead && (!isSound(head) || abi::recordBytes(head.words[0]) > stride);
      const uint32_t run = onesBelow(ballot(at >> ring_.chunkShift < look.whole && !isBad));
      good += isOpen ? run : 0;
      isOpen = isOpen && run == kLanes;
    }
    return good >> ring_.chunkShift;
  }

  /// The first record is corrupt, or too long for the caller.
  RING_DEVICE TransportResult refused(const Look& look, std::uint32_t* lengths) {
    using namespace detail;
    const uint32_t bytes = abi::recordBytes(fromLane(look.chunks[0].words[0], 0));
    if (ballot(lane_ == 0 && !isSound(look.chunks[0])) == 0) {
      if (lengths != nullptr && lane_ == 0)
        *lengths = bytes;
      syncWarp();
      return TransportResult::TooLarge;
    }
    advance(1);
    return TransportResult::Corrupt;
  }
  RING_DEVICE TransportResult nothing(const Look& look) {
    using namespace detail;
    // The tag in a slot not written yet is that of the lap before, or none.
    const uint32_t tag = fromLane(look.chunks[0].tag, 0);
    const uint32_t before = abi::tagOfLap((next_ >> ring_.slotShift) - 1);
    const bool isLost = looksLeft_ != 0 && --looksLeft_ == 0;
    if (isLost || (tag != look.tag && tag != 0 && tag != before)) {
      advance(1);
      return TransportResult::Corrupt;
    }
    isWide_ = false;
    hasWaited_ = true;
    if (idle_++ % kIdleLooks != 0)
      return TransportResult::Empty;
    const bool isLate = idle_ > 1 && idle_ % kLateLooks == 1;
    const abi::TransportMark note = loadMark(ring_.toConsumer);
    const uint32_t turn = ring_.readers * abi::kReaderBlock; // a reader may be so far beyond
    const bool isClosed = note.isClosed == 1 && note.slots - next_ + turn <= mask() + 1 + turn;
    const bool isEnd = isClosed && std::int64_t(next_ - note.slots) >= 0;
    if ((unpublished_ != 0 && (isEnd || idle_ > kIdleLooks)) || isLate)
      publish(); // now and then again: somebody may have written into the mark
    if (isEnd) {
      idle_ = 0; // the next look asks again
      return TransportResult::Closed;
    }
    if (looksLeft_ == 0 && isClosed)
      looksLeft_ = 1;
    else if (looksLeft_ == 0 && isLate && isLaterHere())
      looksLeft_ = kIdleLooks;
    if (looksLeft_ != 0)
      fenceSystem(); // looks behind what was seen now; pairs with the host's release
    return TransportResult::Empty;
  }

  /// One of the slots behind the next is written, which the host did after it.
  RING_DEVICE bool isLaterHere() const {
    using namespace detail;
    bool isHere = false;
    for (uint32_t i = lane_; i < abi::kReaderBlock; i += kLanes) {
      const uint64_t ticket = next_ + 1 + i;
      const abi::Chunk head =
          loadChunk(ring_.slots + (uint64_t(uint32_t(ticket) & mask()) << ring_.chunkShift));
      isHere = isHere || (head.tag == abi::tagOfLap(ticket >> ring_.slotShift) && isSound(head));
    }
    return ballot(isHere) != 0;
  }

  /// Payload out of slots: each lane its own chunks' words. True where some is in the arena.
  RING_DEVICE bool readSlots(const Look& look, std::uint32_t count, std::uint8_t* to,
                             std::uint32_t stride, std::uint32_t* lengths) {
    using namespace detail;
    const uint32_t shift = ring_.chunkShift, slotChunks = 1u << shift;
    const uint32_t least = slotChunks > kLanes ? slotChunks / kLanes : 1;
    uint32_t bytes = 0;
    bool hasArena = false;
#pragma unroll
    for (uint32_t round = 0; round < kRounds; ++round) {
      if (round >= look.rounds)
        break;
      const uint32_t at = round * kLanes + lane_, part = at & (slotChunks - 1);
      if (round % least == 0)
        bytes = abi::recordBytes(fromLane(look.chunks[round].words[0], lane_ & ~(slotChunks - 1)));
      if (at >> shift >= count)
        continue;
      hasArena = hasArena || bytes > ring_.inlineBytes;
      if (part == 0 && lengths != nullptr)
        lengths[at >> shift] = bytes;
      auto* record = reinterpret_cast<uint32_t*>(to + uint64_t(at >> shift) * stride);
      const uint32_t words = bytes <= ring_.inlineBytes ? (bytes + 3) / 4 : 0;
#pragma unroll
      for (uint32_t i = 0; i < abi::kWordsPerChunk; ++i) // before the payload's words: the length
        if (part * abi::kWordsPerChunk + i - 1 < words)
          record[part * abi::kWordsPerChunk + i - 1] = look.chunks[round].words[i];
    }
    return ballot(hasArena) != 0;
  }

  /// Throughput mode: payload of all records at once, so that many reads are on their way. Lane i
  /// has the tag of record i.
  RING_DEVICE void readLines(const Look& look, std::uint32_t count, std::uint8_t* to,
                             std::uint32_t stride) {
    using namespace detail;
    const uint32_t bytes = lane_ < count ? abi::recordBytes(look.chunks[0].words[0]) : 0;
    const uint32_t place = look.chunks[0].words[1];
    uint32_t longest = bytes;
    for (uint32_t step = kLanes / 2; step > 0; step /= 2) {
      const uint32_t other = fromLane(longest, lane_ ^ step);
      longest = other > longest ? other : longest;
    }
    if (longest == 0)
      return;
    fenceSystem(); // behind the tags that were seen; pairs with the host's release
    const uint32_t width = (longest + kPieceBytes - 1) / kPieceBytes;
    const uint32_t slotStep = kLanes / width, step = kLanes % width;
    uint32_t index = lane_ / width, part = lane_ % width;
    for (uint32_t base = 0; base < count * width; base += kPieces * kLanes) {
      Piece pieces[kPieces];
      std::uint8_t* places[kPieces];
      uint32_t left[kPieces];
#pragma unroll
      for (uint32_t i = 0; i < kPieces; ++i) {
        const uint32_t from = index < count ? index : 0, at = part * kPieceBytes;
        const uint32_t length = fromLane(bytes, from), granule = fromLane(place, from);
        left[i] = index < count && at < length ? length - at : 0;
        places[i] = to + uint64_t(from) * stride + at;
        const std::uint8_t* source =
            length > ring_.inlineBytes
                ? ring_.arena + uint64_t(granule & (ring_.granules - 1)) * abi::kGranuleBytes
                : ring_.lines + uint64_t(uint32_t(next_ + from) & mask()) * ring_.lineBytes;
        pieces[i] = loadPiece(source + at, left[i] != 0);
        index += slotStep;
        part += step;
        if (part >= width) {
          part -= width;
          ++index;
        }
      }
#pragma unroll
      for (uint32_t i = 0; i < kPieces; ++i)
        writePiece(places[i], pieces[i], left[i]);
    }
  }

  /// Latency mode: records that lie in the arena, one after the other.
  RING_DEVICE void readArena(const Look& look, std::uint32_t count, std::uint8_t* to,
                             std::uint32_t stride) {
    using namespace detail;
    bool isFenced = false;
    for (uint32_t i = 0; i < count; ++i) {
      const uint32_t at = i << ring_.chunkShift;
      uint32_t bytes = 0, place = 0;
#pragma unroll
      for (uint32_t round = 0; round < kRounds; ++round) {
        const uint32_t itsBytes =
            abi::recordBytes(fromLane(look.chunks[round].words[0], at % kLanes));
        const uint32_t itsPlace = fromLane(look.chunks[round].words[1], at % kLanes);
        bytes = at / kLanes == round ? itsBytes : bytes;
        place = at / kLanes == round ? itsPlace : place;
      }
      if (bytes <= ring_.inlineBytes)
        continue;
      if (!isFenced)
        fenceSystem(); // behind the tags that were seen; pairs with the host's release
      isFenced = true;
      copy(to + uint64_t(i) * stride,
           ring_.arena + uint64_t(place & (ring_.granules - 1)) * abi::kGranuleBytes, bytes);
    }
  }

  RING_DEVICE void copy(std::uint8_t* to, const std::uint8_t* from, std::uint32_t bytes) {
    using namespace detail;
    for (uint32_t base = lane_ * kPieceBytes; base < bytes;
         base += kPieces * kLanes * kPieceBytes) {
      Piece pieces[kPieces];
#pragma unroll
      for (uint32_t i = 0; i < kPieces; ++i)
        pieces[i] = loadPiece(from + base + i * kLanes * kPieceBytes,
                              base + i * kLanes * kPieceBytes < bytes);
#pragma unroll
      for (uint32_t i = 0; i < kPieces; ++i) {
        const uint32_t at = base + i * kLanes * kPieceBytes;
        writePiece(to + at, pieces[i], at < bytes ? bytes - at : 0);
      }
    }
  }

  static RING_DEVICE void writePiece(std::uint8_t* to, const detail::Piece& piece,
                                     std::uint32_t bytes) {
    using namespace detail;
    if (bytes >= kPieceBytes && reinterpret_cast<uint64_t>(to) % kPieceBytes == 0) {
      *reinterpret_cast<Piece*>(to) = piece;
      return;
    }
#pragma unroll
    for (uint32_t i = 0; i < 4; ++i)
      if (i * 4 < bytes)
        reinterpret_cast<uint32_t*>(to)[i] = piece.words[i];
  }

  RING_DEVICE void advance(std::uint32_t count) {
    using namespace detail;
    next_ += count;
    idle_ = 0;
    looksLeft_ = 0;
    if (next_ % abi::kReaderBlock == 0) {
      next_ += uint64_t(ring_.readers - 1) * abi::kReaderBlock;
      isWide_ = !hasWaited_; // who came before the host will do so again
      hasWaited_ = false;
    }
    unpublished_ += count;
    if (lane_ == 0)
      store64(ring_.positions + reader_, next_);
    if (unpublished_ * 2 * ring_.readers > mask()) // seldom: each costs this warp a fence
      publish();
  }

  static constexpr std::uint32_t kIdleLooks = 16;
  static constexpr std::uint32_t kLateLooks = 4096; ///< in vain, before others are looked at

  const abi::TransportRing& ring_;
  const std::uint32_t lane_;
  const std::uint32_t reader_;
  std::uint64_t next_;
  std::uint32_t unpublished_ = 0; ///< slots read that the host was not told of
  std::uint32_t idle_ = 0;        ///< looks since something was there
  std::uint32_t looksLeft_ = 0;   ///< not 0: after so many the next slot counts as overwritten
  bool isWide_ = true;            ///< look at all that the block may hold
  bool hasWaited_ = false;        ///< for the host, in this block
};

} // namespace ring::gpu

#endif

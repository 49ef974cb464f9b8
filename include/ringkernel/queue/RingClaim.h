// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How rings with several producers (or consumers) hold the slots that one of them took: what is
// taken and not yet given on, and who would have to be asked if he died. In one process nobody is
// asked (NoClaims costs nothing); between processes SharedRing.h has the words for it: several a
// participant, since it may hold several reservations at once. A claim holds its word until all of
// its slots are given on.
//
// Memory orders
//   used CAS(acquire)     participant, before it claims: pairs with used.store(release) of the
//                         word's last user, whose slots were given on
//   claim.store(release)  participant, before slots are taken      seen by who sees them taken
//   claim.store(release)  participant, after slots are given on    pairs with the scan's load
//   claim.load(acquire)   a scan, before it looks at the slot again
//   identity CAS(acq_rel) who takes a role                         one of several wins
//   identity.load(acquire) a scan; giving a role up is a store(release) of 0
#ifndef RINGKERNEL_QUEUE_RINGCLAIM_H
#define RINGKERNEL_QUEUE_RINGCLAIM_H

#include <ringkernel/queue/RingMemory.h>

#include <array>

namespace ring::detail {

/// Looks for a dead taker once in `kEvery` times that a slot is taken and not given on: a look
/// costs system calls.
template <std::uint32_t kEvery> class OrphanWatch {
public:
  bool isDue(std::uint64_t index) {
    if (index != index_) {
      index_ = index;
      seen_ = 0;
    }
    return ++seen_ % kEvery == 0;
  }

private:
  std::uint64_t index_ = 0;
  std::uint32_t seen_ = 0;
};

/// In one process: a thread that dies takes the process along.
struct NoClaims {
  static constexpr bool kShared = false;
  struct Watch {};
  struct Claim {
    void give() {}
  };
  void take(Claim& /*claim*/, std::uint64_t /*first*/, std::size_t /*count*/) {}
};

inline constexpr std::size_t kMostClaimed = 0xffff;

/// One word, so that it is never seen half: 48 bits of index, 16 bits of count; 0 for none.
inline std::uint64_t ringClaim(std::uint64_t first, std::size_t count) {
  return first << 16 | count;
}
inline bool claimCovers(std::uint64_t claim, std::uint64_t index) {
  const std::uint64_t distance = ((index << 16) - (claim & ~std::uint64_t(kMostClaimed))) >> 16;
  return distance < (claim & kMostClaimed);
}

/// Claims of one participant at once: they fill its line.
inline constexpr std::size_t kClaims = 7;

/// Who holds a role, and which slots: written by that process alone, but for the entry's
/// acquisition.
template <template <class> class Atomic, std::size_t kMost = kClaims>
struct alignas(kCacheLine) SharedHolder {
  Atomic<std::uint64_t> identity;
  std::array<Atomic<std::uint64_t>, kMost> claims;

  bool hasClaim() const {
    return std::any_of(claims.begin(), claims.end(), [](const auto& claim) {
      return claim.load(std::memory_order_relaxed) != 0;
    });
  }
};

/// Takes the first entry that nobody has or a dead one left, for `self`; null where there is none.
/// Where several want one at once, one gets it.
template <class Holder, class IsAlive>
Holder* takeRole(std::span<Holder> holders, std::uint64_t self, IsAlive isAlive) {
  for (Holder& holder : holders) {
    std::uint64_t before = holder.identity.load(std::memory_order_acquire);
    // A dead one's claim says whose slots are lost: its entry stays.
    if (before != 0 && (isAlive(before) || holder.hasClaim()))
      continue;
    if (holder.identity.compare_exchange_strong(before, self, std::memory_order_acq_rel,
                                                std::memory_order_relaxed))
      return &holder;
  }
  return nullptr;
}

/// Somebody alive has claimed `index`.
template <class Holder, class IsAlive>
bool isClaimed(std::span<const Holder> holders, std::uint64_t index, IsAlive isAlive) {
  for (const Holder& holder : holders)
    for (const auto& word : holder.claims) {
      const std::uint64_t claim = word.load(std::memory_order_acquire);
      if (claim != 0 && claimCovers(claim, index) &&
          isAlive(holder.identity.load(std::memory_order_acquire)))
        return true;
    }
  return false;
}

/// One participant's claims, and which of their words are in use: what only this process must know,
/// it does not ask of memory that others write.
template <template <class> class Atomic, std::size_t kMost = kClaims> struct ClaimWords {
  std::span<Atomic<std::uint64_t>> claims; ///< in shared memory
  std::array<Atomic<std::uint32_t>, kMost> used{};

  explicit ClaimWords(std::span<Atomic<std::uint64_t>, kMost> its) : claims(its) {}
  bool isAnyUsed() const {
    return std::any_of(used.begin(), used.end(),
                       [](const auto& word) { return word.load(std::memory_order_acquire) != 0; });
  }
};

/// Between processes: says in shared memory which slots the participant takes. `Scan` finds out
/// whether all whose claim covers an index are dead. Not copied, and so neither are the handles:
/// each has a participant's words of its own.
template <template <class> class Atomic, std::uint32_t kLookEvery = 1024,
          std::size_t kMost = kClaims>
class SharedClaims {
public:
  static constexpr bool kShared = true;
  using Watch = OrphanWatch<kLookEvery>;
  static constexpr std::size_t kMostSlots = kMostClaimed;
  using Words = ClaimWords<Atomic, kMost>;
  /// (context, index): nobody alive has taken that index.
  using Scan = bool (*)(void* context, std::uint64_t index);

  /// The slots of one reservation.
  class Claim {
  public:
    void give() {
      if (!words_)
        return;
      words_->claims[which_].store(0, std::memory_order_release);
      words_->used[which_].store(0, std::memory_order_release);
      words_ = nullptr;
    }

  private:
    friend SharedClaims;
    Words* words_ = nullptr;
    std::size_t which_ = 0;
  };

  SharedClaims(Words* words, Scan scan, void* context)
      : words_(words), scan_(scan), context_(context) {}
  SharedClaims(SharedClaims&&) noexcept = default;
  SharedClaims& operator=(SharedClaims&&) = delete;

  /// `claim` is for these slots now, and for no others.
  void take(Claim& claim, std::uint64_t first, std::size_t count) {
    if (!claim.words_) {
      claim.which_ = freeWord();
      claim.words_ = words_;
    }
    words_->claims[claim.which_].store(ringClaim(first, count), std::memory_order_release);
  }
  bool isOrphan(std::uint64_t index) const { return scan_(context_, index); }

private:
  /// Threads that use one handle against the rules must not share a word either.
  std::size_t freeWord() {
    for (std::size_t which = 0; which < kMost; ++which) {
      std::uint32_t none = 0;
      if (words_->used[which].load(std::memory_order_relaxed) == 0 &&
          words_->used[which].compare_exchange_strong(none, 1, std::memory_order_acquire,
                                                      std::memory_order_relaxed))
        return which;
    }
    ringMisuse("a handle of a ring between processes holds slots of too many reservations at once; "
               "publish some, or open another handle: reservations",
               kMost + 1, kMost);
  }

  Words* words_;
  Scan scan_;
  void* context_;
};

} // namespace ring::detail

namespace ring {

/// Slots of a ring that are the caller's for a while: read or written in place by position.
template <class Slot> class RingView {
public:
  RingView() = default;
  RingView(Slot* slots, std::size_t mask, std::size_t first, std::size_t count)
      : slots_(slots), mask_(mask), first_(first), count_(count) {}

  std::size_t size() const { return count_; }
  /// The element at `position`, below size().
  auto& operator[](std::size_t position) const { return slots_[(first_ + position) & mask_].value; }

protected:
  Slot* slots_ = nullptr;
  std::size_t mask_ = 0, first_ = 0, count_ = 0;
};

namespace detail {

/// Slots that a caller holds until he gives them on, with their claim.
template <class Slot, class Index, class Claims> class RingHeld : public RingView<Slot> {
public:
  RingHeld() = default;
  RingHeld(const RingHeld&) = delete;
  RingHeld& operator=(const RingHeld&) = delete;

protected:
  using Claim = typename Claims::Claim;

  template <class Body> void hold(const Body& body, Index index, std::size_t count, Claim claim) {
    static_cast<RingView<Slot>&>(*this) = {body.slots, body.mask, std::size_t(index), count};
    index_ = index;
    claim_ = claim;
  }
  /// Gives all slots on: sequences are `ahead` of their indices then.
  void giveOn(std::size_t ahead) {
    for (std::size_t i = 0; i < this->count_; ++i) {
      const Index index = static_cast<Index>(index_ + i);
      this->slots_[static_cast<std::size_t>(index) & this->mask_].sequence.store(
          static_cast<Index>(index + ahead), std::memory_order_release);
    }
    this->count_ = 0;
    claim_.give();
  }

private:
  Index index_ = 0;
  [[no_unique_address]] Claim claim_{};
};

} // namespace detail
} // namespace ring

#endif

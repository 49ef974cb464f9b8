// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How rings with several producers (or consumers) hold the slots that one of them took: what is
// taken and not yet given on, and who would have to be asked if he died. In one process nobody is
// asked (NoClaims costs nothing); between processes SharedMemory.h has the words for it.
//
// Memory orders
//   claim.store(release)  participant, before slots are taken      seen by who sees them taken
//   claim.store(release)  participant, after slots are given on    pairs with the scan's load
//   claim.load(acquire)   a scan, before it looks at the slot again
//   identity CAS(acq_rel) who takes a role                         one of several wins
//   identity.load(acquire) a scan; giving a role up is a store(release) of 0
#ifndef RINGKERNEL_QUEUE_RINGCLAIM_H
#define RINGKERNEL_QUEUE_RINGCLAIM_H

#include <ringkernel/queue/RingMemory.h>

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
  void take(std::uint64_t /*first*/, std::size_t /*count*/) {}
  void give() {}
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

/// Who holds a role, and which slots: written by that process alone, but for the entry's
/// acquisition.
template <template <class> class Atomic> struct alignas(kCacheLine) SharedHolder {
  Atomic<std::uint64_t> identity;
  Atomic<std::uint64_t> claim;
};

/// Takes the first entry that nobody has or a dead one left, for `self`; null where there is none.
/// Where several want one at once, one gets it.
template <class Holder, class IsAlive>
Holder* takeRole(std::span<Holder> holders, std::uint64_t self, IsAlive isAlive) {
  for (Holder& holder : holders) {
    std::uint64_t before = holder.identity.load(std::memory_order_acquire);
    // A dead one's claim says whose slots are lost: its entry stays.
    if (before != 0 && (isAlive(before) || holder.claim.load(std::memory_order_relaxed) != 0))
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
  for (const Holder& holder : holders) {
    const std::uint64_t claim = holder.claim.load(std::memory_order_acquire);
    if (claim != 0 && claimCovers(claim, index) &&
        isAlive(holder.identity.load(std::memory_order_acquire)))
      return true;
  }
  return false;
}

/// Between processes: says in shared memory which slots the participant takes. `Scan` finds out
/// whether all whose claim covers an index are dead.
template <template <class> class Atomic, std::uint32_t kLookEvery = 1024> class SharedClaims {
public:
  static constexpr bool kShared = true;
  using Watch = OrphanWatch<kLookEvery>;
  static constexpr std::size_t kMostSlots = kMostClaimed;
  /// (context, index): nobody alive has taken that index.
  using Scan = bool (*)(void* context, std::uint64_t index);

  SharedClaims() = default;
  SharedClaims(Atomic<std::uint64_t>* own, Scan scan, void* context)
      : own_(own), scan_(scan), context_(context) {}

  void take(std::uint64_t first, std::size_t count) {
    own_->store(ringClaim(first, count), std::memory_order_release);
  }
  void give() { own_->store(0, std::memory_order_release); }
  bool isOrphan(std::uint64_t index) const { return scan_(context_, index); }

private:
  Atomic<std::uint64_t>* own_ = nullptr;
  Scan scan_ = nullptr;
  void* context_ = nullptr;
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

} // namespace ring

#endif

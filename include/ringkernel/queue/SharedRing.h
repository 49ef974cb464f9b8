// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A ring between processes: SharedRing<SpscRing<Order>> and so on. The memory begins with a header
// that says what lies in it; attaching to anything else is an error with both values. Slots are
// trivially copyable; indices have 64 bits.
//
// Death of a process
//   SpscRing, RecordRing   the other side sees what was published before, whole, and no more; the
//                          role is free again for attaching. producers() and consumers() tell.
//   MpscRing, MpmcRing     as above where the dead one held no slots. Where it did (killed between
//                          taking and giving on), those behind find out and give Poisoned: at the
//                          latest at their 1024th look at that slot.
//   BroadcastRing          readers keep no state here; for the producer as with SpscRing, but an
//                          element that was being written is never seen.
// Liveness is that of processes as /proc shows them: all must see the same /proc, and each other in
// it (not so between users where it is mounted with hidepid=2). Who cannot be looked at, as where
// the process that asks has no descriptor left, counts as alive. Attach after fork.
//
// A handle belongs to one thread; another thread opens its own. Those of MpscRing and MpmcRing,
// which are copied elsewhere, can only be moved here: what a dead process held is found by its
// handles.
//
// Destroying a handle of SpscRing, RecordRing or BroadcastRing's producer closes the ring, since it
// is an orderly end; MpscRing and MpmcRing close by close() alone.
#ifndef RINGKERNEL_QUEUE_SHAREDRING_H
#define RINGKERNEL_QUEUE_SHAREDRING_H

#include <ringkernel/queue/BroadcastRing.h>
#include <ringkernel/queue/MpmcRing.h>
#include <ringkernel/queue/MpscRing.h>
#include <ringkernel/queue/RecordRing.h>
#include <ringkernel/queue/SharedMemory.h>
#include <ringkernel/queue/SpscRing.h>

#include <array>

namespace ring {

/// The kinds of ring that can lie in shared memory, with claims where roles have several holders.
template <class T, template <class> class Atomic = std::atomic>
using SharedMpscRing = MpscRing<T, Atomic, std::uint64_t, detail::SharedClaims<Atomic>>;
template <class T, template <class> class Atomic = std::atomic>
using SharedMpmcRing = MpmcRing<T, Atomic, std::uint64_t, detail::SharedClaims<Atomic>>;

namespace detail {

inline constexpr std::uint64_t kSharedMagic = 0x676e69526c6e524bu; // "KRnlRing"
inline constexpr std::uint32_t kSharedVersion = 2;
inline constexpr std::size_t kMostHolders = 32;

/// What makes two programs' views of the memory the same.
struct SharedShape {
  std::uint32_t kind, slotBytes, slotAlignment, controlBytes;
  std::uint64_t totalBytes;
};

template <template <class> class Atomic> struct alignas(kCacheLine) SharedHeader {
  Atomic<std::uint64_t> magic; ///< stored last by who creates
  std::uint32_t version, headerBytes;
  std::uint64_t capacity;
  SharedShape shape;
  std::array<SharedHolder<Atomic>, kMostHolders> producers, consumers;
};

/// What SharedRing must know of a kind of ring.
template <class Ring> struct SharedTraits;

template <class T, template <class> class AtomicT>
struct SharedTraits<SpscRing<T, AtomicT, std::uint64_t>> {
  template <class V> using Atomic = AtomicT<V>;
  static constexpr std::uint32_t kKind = 1;
  static constexpr std::size_t kProducers = 1, kConsumers = 1;
  static constexpr bool kReadersHold = true, kClaims = false;
};
template <template <class> class AtomicT> struct SharedTraits<RecordRing<AtomicT>> {
  template <class V> using Atomic = AtomicT<V>;
  static constexpr std::uint32_t kKind = 2;
  static constexpr std::size_t kProducers = 1, kConsumers = 1;
  static constexpr bool kReadersHold = true, kClaims = false;
};
template <class T, template <class> class AtomicT>
struct SharedTraits<MpscRing<T, AtomicT, std::uint64_t, SharedClaims<AtomicT>>> {
  template <class V> using Atomic = AtomicT<V>;
  static constexpr std::uint32_t kKind = 3;
  static constexpr std::size_t kProducers = kMostHolders, kConsumers = 1;
  static constexpr bool kReadersHold = true, kClaims = true;
};
template <class T, template <class> class AtomicT>
struct SharedTraits<MpmcRing<T, AtomicT, std::uint64_t, SharedClaims<AtomicT>>> {
  template <class V> using Atomic = AtomicT<V>;
  static constexpr std::uint32_t kKind = 4;
  static constexpr std::size_t kProducers = kMostHolders, kConsumers = kMostHolders;
  static constexpr bool kReadersHold = true, kClaims = true;
};
template <class T, template <class> class AtomicT> struct SharedTraits<BroadcastRing<T, AtomicT>> {
  template <class V> using Atomic = AtomicT<V>;
  static constexpr std::uint32_t kKind = 5;
  static constexpr std::size_t kProducers = 1, kConsumers = 0;
  static constexpr bool kReadersHold = false, kClaims = false;
};

} // namespace detail

/// How many processes hold a role.
struct RingHolders {
  std::size_t alive = 0;
  std::size_t dead = 0; ///< ended without giving the role up
};

template <class Ring> class SharedRing {
  using Traits = detail::SharedTraits<Ring>;
  template <class V> using Atomic = typename Traits::template Atomic<V>;
  using Header = detail::SharedHeader<Traits::template Atomic>;
  using Body = typename Ring::Body;
  using Holder = detail::SharedHolder<Traits::template Atomic>;
  using Holders = std::array<Holder, detail::kMostHolders>;
  static_assert(std::is_trivially_copyable_v<typename Ring::Value>,
                "elements that other processes read must be trivially copyable");
  static constexpr std::size_t kRingOffset =
      (sizeof(Header) + Body::kAlignment - 1) / Body::kAlignment * Body::kAlignment;
  static_assert(Body::kAlignment <= 4096, "mappings begin on pages");

public:
  using Producer = typename Ring::Producer;
  using Consumer = typename Ring::Consumer;

  /// Bytes of shared memory for a ring of `capacity` slots (RecordRing: words of 8 bytes).
  static std::size_t bytesFor(std::size_t capacity) {
    return kRingOffset + Body::bytesFor(capacity);
  }

  /// A new ring in new memory without a name.
  static RingOpened<SharedRing> create(std::size_t capacity) {
    if (!isCapacity(capacity))
      return noCapacity(capacity);
    auto memory = SharedMemory::memfd("ringkernel", bytesFor(capacity));
    return memory ? create(*memory, capacity) : RingOpened<SharedRing>::failed(memory.error);
  }
  /// A new ring in `memory`, which nobody else uses yet. `start` is the first index.
  static RingOpened<SharedRing> create(SharedMemory memory, std::size_t capacity,
                                       std::uint64_t start = 0) {
    if (!isCapacity(capacity))
      return noCapacity(capacity);
    if (memory.size() != bytesFor(capacity))
      return mismatch("bytes of shared memory", memory.size(), bytesFor(capacity));
    auto* header = ::new (memory.data()) Header{};
    header->version = detail::kSharedVersion;
    header->headerBytes = sizeof(Header);
    header->capacity = capacity;
    header->shape = shapeOf(memory.size());
    auto* control = ::new (memory.data() + kRingOffset) typename Body::Control(start);
    const Body body(reinterpret_cast<std::byte*>(control), capacity, nullptr);
    std::uninitialized_value_construct_n(body.slots, capacity);
    if constexpr (requires { Ring::prepare(body); })
      Ring::prepare(body);
    header->magic.store(detail::kSharedMagic, std::memory_order_release); // pairs with attach()
    return {SharedRing(std::move(memory), capacity), {}};
  }
  /// The ring that another process created in `memory`.
  static RingOpened<SharedRing> attach(SharedMemory memory) {
    if (memory.size() < sizeof(Header))
      return mismatch("bytes of shared memory", memory.size(), sizeof(Header));
    auto* header = reinterpret_cast<Header*>(memory.data());
    if (header->magic.load(std::memory_order_acquire) !=
        detail::kSharedMagic) // pairs with create()
      return RingOpened<SharedRing>::failed("this shared memory holds no ring, or not yet");
    if (header->version != detail::kSharedVersion)
      return mismatch("the ring's layout version", header->version, detail::kSharedVersion);
    const detail::SharedShape ours = shapeOf(memory.size());
    const detail::SharedShape& theirs = header->shape;
    if (theirs.kind != ours.kind)
      return mismatch("the kind of ring", theirs.kind, ours.kind);
    if (theirs.slotBytes != ours.slotBytes)
      return mismatch("bytes of a slot", theirs.slotBytes, ours.slotBytes);
    if (theirs.slotAlignment != ours.slotAlignment)
      return mismatch("alignment of a slot", theirs.slotAlignment, ours.slotAlignment);
    if (theirs.controlBytes != ours.controlBytes)
      return mismatch("bytes of the control block", theirs.controlBytes, ours.controlBytes);
    if (header->headerBytes != sizeof(Header))
      return mismatch("bytes of the header", header->headerBytes, sizeof(Header));
    // Read once: what is checked is what is used, whatever others write there later.
    const auto capacity = static_cast<std::size_t>(header->capacity);
    if (!isCapacity(capacity))
      return noCapacity(capacity);
    if (theirs.totalBytes != memory.size())
      return mismatch("bytes that the ring was made for", theirs.totalBytes, memory.size());
    if (memory.size() != bytesFor(capacity))
      return mismatch("bytes of shared memory", memory.size(), bytesFor(capacity));
    return {SharedRing(std::move(memory), capacity), {}};
  }

  const SharedMemory& memory() const { return memory_; }
  std::size_t capacity() const { return capacity_; }

  /// This process becomes a producer: an error where the role is held by others that live.
  RingOpened<Producer> producer() {
    return open<Producer, Traits::kProducers>(header().producers, header().consumers, "producer");
  }
  /// This process becomes a consumer, or a reader of a BroadcastRing.
  RingOpened<Consumer> consumer() {
    if constexpr (Traits::kReadersHold)
      return open<Consumer, Traits::kConsumers>(header().consumers, header().producers, "consumer");
    else
      return {detail::RingAccess::make<Consumer>(body(memory_.owner())), {}};
  }

  /// Costs system calls.
  RingHolders producers() const { return count(header().producers); }
  RingHolders consumers() const { return count(header().consumers); }

  void close() { body(nullptr).control->state.add(detail::kRingClosed); }

private:
  SharedRing(SharedMemory memory, std::size_t capacity)
      : memory_(std::move(memory)), capacity_(capacity) {}

  static bool isCapacity(std::size_t capacity) {
    if constexpr (requires { Ring::kMostCapacity; })
      if (capacity > Ring::kMostCapacity)
        return false;
    return detail::isRingCapacity<std::uint64_t>(capacity, sizeof(typename Body::Slot),
                                                 Ring::kLeastCapacity);
  }
  static RingOpened<SharedRing> noCapacity(std::size_t capacity) {
    std::string most;
    if constexpr (requires { Ring::kMostCapacity; })
      most = " to " + std::to_string(Ring::kMostCapacity);
    return RingOpened<SharedRing>::failed("a ring of " + std::to_string(capacity) + " slots of " +
                                          std::to_string(sizeof(typename Body::Slot)) +
                                          " bytes: the capacity must be a power of two from " +
                                          std::to_string(Ring::kLeastCapacity) + most +
                                          " and the size below 2^63 bytes");
  }
  static RingOpened<SharedRing> mismatch(const char* what, std::uint64_t found,
                                         std::uint64_t expected) {
    return RingOpened<SharedRing>::failed(std::string(what) + ": " + std::to_string(found) +
                                          " found, " + std::to_string(expected) + " expected");
  }
  static detail::SharedShape shapeOf(std::size_t totalBytes) {
    return {Traits::kKind, sizeof(typename Body::Slot), alignof(typename Body::Slot),
            sizeof(typename Body::Control), totalBytes};
  }

  Header& header() const { return *reinterpret_cast<Header*>(memory_.data()); }
  Body body(std::shared_ptr<void> owner) const {
    return Body(memory_.data() + kRingOffset, capacity_, std::move(owner));
  }

  template <class Handle, std::size_t kMost>
  RingOpened<Handle> open(Holders& holders, Holders& others, const char* role) {
    const std::uint64_t self = detail::processIdentity(static_cast<std::uint32_t>(::getpid()));
    if (self == 0)
      return RingOpened<Handle>::failed("others cannot find out that this " + std::string(role) +
                                        " lives: /proc/" + std::to_string(::getpid()) +
                                        "/stat cannot be read; mount /proc, or close descriptors "
                                        "where none is left");
    if (Holder* const holder =
            detail::takeRole(std::span<Holder>(holders).first(kMost), self, &detail::isAlive))
      return {makeHandle<Handle>(*holder, others), {}};
    return RingOpened<Handle>::failed("the ring has as many " + std::string(role) +
                                      "s as it can have: " + std::to_string(kMost));
  }

  /// The handle's memory gives the role back when it goes.
  template <class Handle> Handle makeHandle(Holder& holder, Holders& others) {
    if constexpr (Traits::kClaims) {
      auto words = std::make_shared<typename Ring::Claims::Words>(std::span(holder.claims));
      std::shared_ptr<void> owner(&holder, [mapping = memory_.owner(), words](void* held) {
        if (words->isAnyUsed())
          detail::ringMisuse(
              "a handle of a ring between processes was destroyed while a reservation "
              "or elements taken with it are held; publish and release before");
        static_cast<Holder*>(held)->identity.store(0, std::memory_order_release);
      });
      return detail::RingAccess::make<Handle>(
          body(std::move(owner)), nullptr, typename Ring::Claims(words.get(), &isOrphan, &others));
    } else {
      std::shared_ptr<void> owner(&holder, [mapping = memory_.owner()](void* held) {
        static_cast<Holder*>(held)->identity.store(0, std::memory_order_release);
      });
      return detail::RingAccess::make<Handle>(body(std::move(owner)));
    }
  }

  /// Nobody alive of the other role, the Holders in `context`, claims `index`.
  static bool isOrphan(void* context, std::uint64_t index) {
    return !detail::isClaimed(std::span<const Holder>(*static_cast<Holders*>(context)), index,
                              &detail::isAlive);
  }

  static RingHolders count(const Holders& holders) {
    RingHolders result;
    for (const Holder& holder : holders)
      if (const std::uint64_t identity = holder.identity.load(std::memory_order_acquire))
        ++(detail::isAlive(identity) ? result.alive : result.dead);
    return result;
  }

  SharedMemory memory_;
  std::size_t capacity_;
};

} // namespace ring

#endif

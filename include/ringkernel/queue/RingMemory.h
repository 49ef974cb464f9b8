// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where a ring's words and slots lie: one block of memory, from the heap, from the caller, or
// mapped by several processes. Control words first, then the slots. Nothing here is on a hot path.
//
// What every ring has in its control block: a state word (closed, poisoned) and the words that
// blocking calls sleep on (Blocking.h); rings do not touch the latter.
#ifndef RINGKERNEL_QUEUE_RINGMEMORY_H
#define RINGKERNEL_QUEUE_RINGMEMORY_H

#include <ringkernel/queue/RingResult.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <new>
#include <span>
#include <utility>

namespace ring {

/// What a ring has done so far, from its indices: the hot path counts nothing for it.
struct RingStatistics {
  std::uint64_t pushed = 0; ///< elements given to consumers, modulo the index type
  std::uint64_t popped = 0; ///< elements taken by consumers, modulo the index type
  std::size_t size = 0;     ///< elements in the ring at some moment during the call
  std::size_t capacity = 0; ///< slots
};

namespace detail {

inline constexpr std::uint32_t kRingClosed = 1;
inline constexpr std::uint32_t kRingPoisoned = 2;

/// Tells the core that this is a waiting loop.
inline void ringPause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("isb");
#endif
}

/// Asks for a line to write it soon, so that the store need not wait for its way from another core.
inline void ringPrefetchToWrite(const void* line) {
#if defined(__x86_64__)
  // The builtin asks for writing only where the compiler is told of PREFETCHW, which all have.
  asm volatile("prefetchw %0" : : "m"(*static_cast<const char*>(line)));
#else
  __builtin_prefetch(line, 1);
#endif
}

/// Keeps a side that is faster than the other from asking for the other's index after every single
/// element: each such look takes the index's cache line away, and the other side stands still until
/// it has it back. A look that finds something right after one or two in vain says that elements
/// stream; then looks are some 100 ns late, in which the other side does several. That ends where
/// it brings no more than two at once (one thread does both sides), or where there is nothing for
/// long (a message there and back, a slow producer). Only calls that would else give Empty or Full
/// come here.
class RingPace {
public:
  [[gnu::always_inline]] void beforeLook() const {
    if (streaming_) [[unlikely]]
      beLate();
  }
  [[gnu::always_inline]] void afterLook(std::size_t found) {
    if (found == 0) {
      if (vain_ > kMostInVain)
        return; // nothing to write: a side that waits for long only reads
      streaming_ = streaming_ && vain_ < kMostInVain;
      ++vain_;
      return;
    }
    if (vain_ == 0) {
      if (streaming_ && found <= 2) { // being late brought nothing
        streaming_ = false;
        rest_ = kRest;
      }
      return;
    }
    if (rest_ > 0)
      --rest_;
    else
      streaming_ = vain_ <= 2;
    vain_ = 0;
  }

private:
  /// Apart, so that the loop of a side that waits stays small and is compiled into its caller.
  [[gnu::noinline]] static void beLate() {
    for (int i = 0; i < kPauses; ++i)
      ringPause();
  }

  static constexpr int kPauses = 8;
  static constexpr std::uint32_t kMostInVain = 4, kRest = 64;
  std::uint16_t vain_ = 0; ///< looks since there was something
  std::uint16_t rest_ = 0; ///< finds until being late is tried again
  bool streaming_ = false;
};

/// Those who wait for one thing: how many, and the word that they sleep on.
template <template <class> class Atomic> struct RingWaiters {
  Atomic<std::uint32_t> waiting{0};
  Atomic<std::uint32_t> epoch{0};
};

/// The part that all rings' control blocks begin with. Read by all, written seldom.
template <template <class> class Atomic> struct alignas(kCacheLine) RingState {
  Atomic<std::uint32_t> flags{0};
  alignas(kCacheLine) RingWaiters<Atomic> forElements;
  alignas(kCacheLine) RingWaiters<Atomic> forSpace;

  bool has(std::uint32_t flag) const {
    return flags.load(std::memory_order_acquire) & flag; // pairs with add()
  }
  void add(std::uint32_t flag) {
    flags.fetch_or(flag, std::memory_order_acq_rel); // pairs with has(): what came before is seen
  }
};

/// An index or any word that one side owns, on a line of its own.
template <class Word> struct alignas(kCacheLine) RingLine {
  Word value;
};

/// Elements that a caller has, or wants to have: a place, unless there are none.
template <class T> std::span<T> ringGiven(std::span<T> values) {
  if (values.data() == nullptr && !values.empty()) [[unlikely]]
    ringMisuse("a batch's elements are nowhere: the span's data is null", values.size(), 0);
  return values;
}

/// A ring as its handles hold it. Copies share the memory, which lives as long as any of them. What
/// was moved from has no control block and no room: slow paths find that out.
template <class ControlT, class SlotT> struct RingBody {
  using Control = ControlT;
  using Slot = SlotT;

  static constexpr std::size_t kAlignment = std::max({kCacheLine, alignof(Control), alignof(Slot)});
  static constexpr std::size_t kSlotsOffset =
      (sizeof(Control) + kAlignment - 1) / kAlignment * kAlignment;
  static std::size_t bytesFor(std::size_t capacity) {
    return kSlotsOffset + capacity * sizeof(Slot);
  }

  /// A ring that exists at `base`.
  RingBody(std::byte* base, std::size_t capacity, std::shared_ptr<void> owner)
      : control(reinterpret_cast<Control*>(base)),
        slots(reinterpret_cast<Slot*>(base + kSlotsOffset)), mask(capacity - 1),
        memory(std::move(owner)) {}

  RingBody(const RingBody&) = default;
  RingBody(RingBody&& other) noexcept
      : control(std::exchange(other.control, nullptr)), slots(std::exchange(other.slots, nullptr)),
        mask(std::exchange(other.mask, ~std::size_t(0))), memory(std::move(other.memory)) {}
  RingBody& operator=(RingBody other) noexcept {
    std::swap(control, other.control);
    std::swap(slots, other.slots);
    std::swap(mask, other.mask);
    memory.swap(other.memory);
    return *this;
  }

  /// Ends the program where this was moved from.
  void require() const {
    if (!control) [[unlikely]]
      ringMovedFrom();
  }
  /// The same for a ring that is to be split.
  void requireWhole() const {
    if (!control)
      ringSplitTwice();
  }

  /// A new ring in `owner`'s memory at `base`, whose contents are destroyed before it.
  template <class... Args>
  static RingBody make(std::byte* base, std::size_t capacity, std::shared_ptr<void> owner,
                       Args&&... args) {
    ::new (base) Control(std::forward<Args>(args)...);
    RingBody body(base, capacity, nullptr);
    std::uninitialized_value_construct_n(body.slots, capacity);
    body.memory = std::shared_ptr<void>(
        base, [owner = std::move(owner), slots = body.slots, capacity](void* control) {
          std::destroy_n(slots, capacity);
          static_cast<Control*>(control)->~Control();
        });
    return body;
  }
  template <class... Args> static RingBody onHeap(std::size_t capacity, Args&&... args) {
    constexpr std::align_val_t kAlign{kAlignment};
    std::shared_ptr<void> raw(::operator new(bytesFor(capacity), kAlign),
                              [](void* memory) { ::operator delete(memory, kAlign); });
    auto* base = static_cast<std::byte*>(raw.get());
    return make(base, capacity, std::move(raw), std::forward<Args>(args)...);
  }
  /// In the caller's memory, which must outlive all handles.
  template <class... Args>
  static RingBody over(std::span<std::byte> memory, std::size_t capacity, Args&&... args) {
    if (memory.data() == nullptr)
      ringMisuse("the memory given to a ring is null; it needs bytes", bytesFor(capacity),
                 memory.size());
    if (memory.size() < bytesFor(capacity))
      ringMisuse("the ring needs more bytes than the memory given: it needs", bytesFor(capacity),
                 memory.size());
    if (reinterpret_cast<std::uintptr_t>(memory.data()) % kAlignment != 0)
      ringMisuse("the memory given to a ring must begin on a cache line");
    return make(memory.data(), capacity, nullptr, std::forward<Args>(args)...);
  }

  std::size_t capacity() const { return mask + 1; }
  /// Others may write here: what a handle owns is then a role (SharedRing.h), else the ring from
  /// its control block on.
  bool isShared() const { return memory.get() != control; }
  template <class Index> Slot& at(Index index) const {
    return slots[static_cast<std::size_t>(index) & mask];
  }

  /// Streams of these gain where a side asks for lines before it needs them: small slots share
  /// lines, and of large ones the processor finds the rest itself.
  static constexpr bool kAskAhead = sizeof(Slot) >= kCacheLine && sizeof(Slot) <= 512;
  /// Slots that a producer asks for before it writes them, and a consumer before it reads them:
  /// measured, docs/benchmarks.
  static constexpr std::size_t kWriteAhead = 2048 / sizeof(Slot), kReadAhead = 1024 / sizeof(Slot);
  template <class Index> void askToWrite(Index first, std::size_t count) const {
    for (std::size_t i = 0; i < count; ++i)
      for (std::size_t byte = 0; byte < sizeof(Slot); byte += kCacheLine)
        ringPrefetchToWrite(reinterpret_cast<const char*>(&at(static_cast<Index>(first + i))) +
                            byte);
  }
  template <class Index> void askToRead(Index first, std::size_t count) const {
    for (std::size_t i = 0; i < count; ++i)
      for (std::size_t byte = 0; byte < sizeof(Slot); byte += kCacheLine)
        __builtin_prefetch(reinterpret_cast<const char*>(&at(static_cast<Index>(first + i))) +
                           byte);
  }

  Control* control;
  Slot* slots;
  std::size_t mask;
  std::shared_ptr<void> memory;
};

} // namespace detail
} // namespace ring

#endif

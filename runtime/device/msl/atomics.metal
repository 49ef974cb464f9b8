// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Atomic operations on plain 32-bit integers in device or threadgroup memory; relaxed, which is all
// that Metal has. Each name ends in its address space: a macro cannot be given one, and a compiler
// that knows only one memory must not see two functions of one signature. Compare-exchange is the
// strong one, of the weak.
// uses: msl/types.metal

#define RING_ATOMIC_RMW(name, function, Place, Atomic, T)                                          \
  static T name(Place place, T value) {                                                            \
    return function((Atomic)place, value, memory_order_relaxed);                                   \
  }
#define RING_ATOMICS(space, Place, Atomic, T)                                                      \
  RING_ATOMIC_RMW(ring_atomicAdd_##space, atomic_fetch_add_explicit, Place, Atomic, T)             \
  RING_ATOMIC_RMW(ring_atomicSub_##space, atomic_fetch_sub_explicit, Place, Atomic, T)             \
  RING_ATOMIC_RMW(ring_atomicMin_##space, atomic_fetch_min_explicit, Place, Atomic, T)             \
  RING_ATOMIC_RMW(ring_atomicMax_##space, atomic_fetch_max_explicit, Place, Atomic, T)             \
  RING_ATOMIC_RMW(ring_atomicAnd_##space, atomic_fetch_and_explicit, Place, Atomic, T)             \
  RING_ATOMIC_RMW(ring_atomicOr_##space, atomic_fetch_or_explicit, Place, Atomic, T)               \
  RING_ATOMIC_RMW(ring_atomicXor_##space, atomic_fetch_xor_explicit, Place, Atomic, T)             \
  RING_ATOMIC_RMW(ring_atomicExchange_##space, atomic_exchange_explicit, Place, Atomic, T)         \
  static T ring_atomicLoad_##space(Place place) {                                                  \
    return atomic_load_explicit((Atomic)place, memory_order_relaxed);                              \
  }                                                                                                \
  static void ring_atomicStore_##space(Place place, T value) {                                     \
    atomic_store_explicit((Atomic)place, value, memory_order_relaxed);                             \
  }                                                                                                \
  static T ring_atomicCompareExchange_##space(Place place, T expected, T value) {                  \
    T old = expected;                                                                              \
    while (!atomic_compare_exchange_weak_explicit((Atomic)place, &old, value,                      \
                                                  memory_order_relaxed, memory_order_relaxed) &&   \
           old == expected) {                                                                      \
    }                                                                                              \
    return old;                                                                                    \
  }

RING_ATOMICS(device, device uint*, device atomic_uint*, uint)
RING_ATOMICS(device, device int*, device atomic_int*, int)
RING_ATOMICS(threadgroup, threadgroup uint*, threadgroup atomic_uint*, uint)
RING_ATOMICS(threadgroup, threadgroup int*, threadgroup atomic_int*, int)

#undef RING_ATOMICS
#undef RING_ATOMIC_RMW

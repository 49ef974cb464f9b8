// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Atomic operations on plain 32-bit integers in device or threadgroup memory; relaxed, which is all
// that Metal has. Compare-exchange is the strong one, of the weak.
// uses: msl/types.metal

#define RING_ATOMIC(space, T, Atomic, name, function)                                              \
  static T name(space T* place, T value) {                                                         \
    return function((space Atomic*)place, value, memory_order_relaxed);                            \
  }
#define RING_ATOMICS(space, T, Atomic)                                                             \
  RING_ATOMIC(space, T, Atomic, ring_atomicAdd, atomic_fetch_add_explicit)                         \
  RING_ATOMIC(space, T, Atomic, ring_atomicSub, atomic_fetch_sub_explicit)                         \
  RING_ATOMIC(space, T, Atomic, ring_atomicMin, atomic_fetch_min_explicit)                         \
  RING_ATOMIC(space, T, Atomic, ring_atomicMax, atomic_fetch_max_explicit)                         \
  RING_ATOMIC(space, T, Atomic, ring_atomicAnd, atomic_fetch_and_explicit)                         \
  RING_ATOMIC(space, T, Atomic, ring_atomicOr, atomic_fetch_or_explicit)                           \
  RING_ATOMIC(space, T, Atomic, ring_atomicXor, atomic_fetch_xor_explicit)                         \
  RING_ATOMIC(space, T, Atomic, ring_atomicExchange, atomic_exchange_explicit)                     \
  static T ring_atomicLoad(space T* place) {                                                       \
    return atomic_load_explicit((space Atomic*)place, memory_order_relaxed);                       \
  }                                                                                                \
  static void ring_atomicStore(space T* place, T value) {                                          \
    atomic_store_explicit((space Atomic*)place, value, memory_order_relaxed);                      \
  }                                                                                                \
  static T ring_atomicCompareExchange(space T* place, T expected, T value) {                       \
    T old = expected;                                                                              \
    while (!atomic_compare_exchange_weak_explicit((space Atomic*)place, &old, value,               \
                                                  memory_order_relaxed, memory_order_relaxed) &&   \
           old == expected) {                                                                      \
    }                                                                                              \
    return old;                                                                                    \
  }

#ifndef RING_ONE_ADDRESS_SPACE
RING_ATOMICS(threadgroup, uint, atomic_uint)
RING_ATOMICS(threadgroup, int, atomic_int)
#endif
RING_ATOMICS(device, uint, atomic_uint)
RING_ATOMICS(device, int, atomic_int)

#undef RING_ATOMICS
#undef RING_ATOMIC

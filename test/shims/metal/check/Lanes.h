// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Barriers and simdgroup functions of the check shim.

#ifndef RINGKERNEL_TEST_SHIMS_METAL_CHECK_LANES_H
#define RINGKERNEL_TEST_SHIMS_METAL_CHECK_LANES_H

namespace metal {

enum class mem_flags { mem_none = 0, mem_device = 1, mem_threadgroup = 2, mem_texture = 4 };
mem_flags operator|(mem_flags, mem_flags);

void threadgroup_barrier(mem_flags);
void simdgroup_barrier(mem_flags);

struct simd_vote {
  typedef ulong vote_t;
  explicit simd_vote(vote_t);
  explicit operator vote_t() const;
  bool all() const;
  bool any() const;
};
simd_vote simd_ballot(bool);
simd_vote simd_active_threads_mask();
bool simd_all(bool);
bool simd_any(bool);
bool simd_is_first();

// bool and 64-bit integers cannot be handed round.
#define RING_SIMD_ANY(T)                                                                           \
  T simd_shuffle(T, ushort);                                                                       \
  T simd_shuffle_up(T, ushort);                                                                    \
  T simd_shuffle_down(T, ushort);                                                                  \
  T simd_shuffle_xor(T, ushort);                                                                   \
  T simd_shuffle_rotate_up(T, ushort);                                                             \
  T simd_shuffle_rotate_down(T, ushort);                                                           \
  T simd_broadcast(T, ushort);                                                                     \
  T simd_broadcast_first(T);                                                                       \
  T simd_sum(T);                                                                                   \
  T simd_product(T);                                                                               \
  T simd_min(T);                                                                                   \
  T simd_max(T);                                                                                   \
  T simd_prefix_inclusive_sum(T);                                                                  \
  T simd_prefix_exclusive_sum(T);
#define RING_SIMD_INTEGER(T)                                                                       \
  RING_SIMD_ANY(T)                                                                                 \
  T simd_and(T);                                                                                   \
  T simd_or(T);                                                                                    \
  T simd_xor(T);
RING_SIMD_INTEGER(char)
RING_SIMD_INTEGER(uchar)
RING_SIMD_INTEGER(short)
RING_SIMD_INTEGER(ushort)
RING_SIMD_INTEGER(int)
RING_SIMD_INTEGER(uint)
RING_SIMD_ANY(half)
RING_SIMD_ANY(float)
#undef RING_SIMD_ANY
#undef RING_SIMD_INTEGER

} // namespace metal

#endif // RINGKERNEL_TEST_SHIMS_METAL_CHECK_LANES_H

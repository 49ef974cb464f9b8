// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What lanes do together in the execute shim: barriers and simdgroup functions.

#ifndef RINGKERNEL_TEST_SHIMS_METAL_EXECUTE_LANES_H
#define RINGKERNEL_TEST_SHIMS_METAL_EXECUTE_LANES_H

namespace metal {

enum class mem_flags { mem_none = 0, mem_device = 1, mem_threadgroup = 2, mem_texture = 4 };
constexpr mem_flags operator|(mem_flags a, mem_flags b) { return mem_flags(int(a) | int(b)); }

// Default arguments are evaluated at the call, so these name the place in the user's source.
#define RING_PLACE const char *file = __builtin_FILE(), unsigned line = __builtin_LINE()

inline void threadgroup_barrier(mem_flags, RING_PLACE) {
  ring_msl_services->threadgroupBarrier(file, line);
}

/// The values of a simdgroup's active lanes.
template <class T> struct ring_lanes {
  const unsigned char* slots;
  unsigned active;

  ring_lanes(T mine, const char* file, unsigned line) {
    static_assert(sizeof(T) <= ring::msl::kExchangeBytes);
    slots = ring_msl_services->exchange(&mine, sizeof(T), &active, file, line);
  }
  bool has(uint lane) const { return lane < ring::msl::kSimdWidth && (active >> lane & 1) != 0; }
  T of(uint lane) const {
    T value;
    __builtin_memcpy(&value, slots + lane * ring::msl::kExchangeBytes, sizeof(T));
    return value;
  }
  template <class F> T reduce(F combine) const {
    uint lane = uint(__builtin_ctz(active));
    T result = of(lane);
    for (++lane; lane < ring::msl::kSimdWidth; ++lane)
      if (has(lane))
        result = combine(result, of(lane));
    return result;
  }
};

inline void simdgroup_barrier(mem_flags, RING_PLACE) { ring_lanes<uint>(0, file, line); }

/// A lane that is read and not active gives an undefined value in Metal: here the reader's own.
template <class T> T simd_shuffle(T x, ushort lane, RING_PLACE) {
  const ring_lanes<T> lanes(x, file, line);
  return lanes.has(lane) ? lanes.of(lane) : x;
}
template <class T> T simd_broadcast(T x, ushort lane, RING_PLACE) {
  return simd_shuffle(x, lane, file, line);
}
template <class T> T simd_broadcast_first(T x, RING_PLACE) {
  const ring_lanes<T> lanes(x, file, line);
  return lanes.of(uint(__builtin_ctz(lanes.active)));
}

#define RING_SHUFFLE(name, Source)                                                                 \
  template <class T> T simd_shuffle_##name(T x, ushort delta, RING_PLACE) {                        \
    const uint lane = ring_msl_services->lane();                                                   \
    return simd_shuffle(x, ushort(Source), file, line);                                            \
  }
RING_SHUFFLE(up, lane - delta)
RING_SHUFFLE(down, lane + delta)
RING_SHUFFLE(xor, lane ^ delta)
RING_SHUFFLE(rotate_up, (lane - delta) % ring::msl::kSimdWidth)
RING_SHUFFLE(rotate_down, (lane + delta) % ring::msl::kSimdWidth)
#undef RING_SHUFFLE

#define RING_SIMD_REDUCE(name, Expression)                                                         \
  template <class T> T simd_##name(T x, RING_PLACE) {                                              \
    return ring_lanes<T>(x, file, line).reduce([](T a, T b) { return T(Expression); });            \
  }
RING_SIMD_REDUCE(sum, a + b)
RING_SIMD_REDUCE(product, a* b)
RING_SIMD_REDUCE(min, min(a, b))
RING_SIMD_REDUCE(max, max(a, b))
RING_SIMD_REDUCE(and, a& b)
RING_SIMD_REDUCE(or, a | b)
RING_SIMD_REDUCE(xor, a ^ b)
#undef RING_SIMD_REDUCE

template <class T> T ring_prefix_sum(T x, uint end, const char* file, unsigned line) {
  const ring_lanes<T> lanes(x, file, line);
  T result = 0;
  for (uint lane = 0; lane < end; ++lane)
    if (lanes.has(lane))
      result += lanes.of(lane);
  return result;
}
template <class T> T simd_prefix_inclusive_sum(T x, RING_PLACE) {
  return ring_prefix_sum(x, ring_msl_services->lane() + 1, file, line);
}
template <class T> T simd_prefix_exclusive_sum(T x, RING_PLACE) {
  return ring_prefix_sum(x, ring_msl_services->lane(), file, line);
}

struct simd_vote {
  using vote_t = ulong;
  vote_t ring_votes;
  vote_t ring_active;
  explicit simd_vote(vote_t votes, vote_t active = 0xffffffff)
      : ring_votes(votes), ring_active(active) {}
  explicit operator vote_t() const { return ring_votes; }
  bool all() const { return ring_votes == ring_active; }
  bool any() const { return ring_votes != 0; }
};
inline simd_vote simd_ballot(bool predicate, RING_PLACE) {
  const ring_lanes<uint> lanes(predicate, file, line);
  ulong votes = 0;
  for (uint lane = 0; lane < ring::msl::kSimdWidth; ++lane)
    if (lanes.has(lane) && lanes.of(lane) != 0)
      votes |= 1ul << lane;
  return simd_vote(votes, lanes.active);
}
inline bool simd_all(bool predicate, RING_PLACE) {
  return simd_ballot(predicate, file, line).all();
}
inline bool simd_any(bool predicate, RING_PLACE) {
  return simd_ballot(predicate, file, line).any();
}
inline simd_vote simd_active_threads_mask(RING_PLACE) { return simd_ballot(true, file, line); }
inline bool simd_is_first(RING_PLACE) {
  return ring_msl_services->lane() == uint(__builtin_ctzl(ulong(simd_ballot(true, file, line))));
}
#undef RING_PLACE

} // namespace metal

#endif // RINGKERNEL_TEST_SHIMS_METAL_EXECUTE_LANES_H

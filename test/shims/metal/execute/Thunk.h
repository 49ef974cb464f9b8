// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How the arguments of a kernel are made from its buffers and its place in the grid. Included
// behind the user's source by the functions that Source.cpp writes, one for each kernel.

#ifndef RINGKERNEL_TEST_SHIMS_METAL_EXECUTE_THUNK_H
#define RINGKERNEL_TEST_SHIMS_METAL_EXECUTE_THUNK_H

namespace ring::msl {

template <class Function> struct Parameters;
template <class... Types> struct Parameters<void(Types...)> {
  template <int Index> using at = __type_pack_element<Index, Types...>;
};

/// A pointer or reference parameter.
template <class T> T buffer(void* bytes) {
  if constexpr (__is_pointer(T))
    return static_cast<T>(bytes);
  else
    return *static_cast<__remove_reference_t(T)*>(bytes);
}

/// A scalar or vector of 2 or 3 made of `v`.
template <class T> T index(const unsigned* v) {
  if constexpr (__is_integral(T)) {
    return T(v[0]);
  } else {
    T result;
    for (unsigned axis = 0; axis < sizeof(T) / sizeof(result[0]) && axis < 3; ++axis)
      result[axis] = v[axis];
    return result;
  }
}

inline unsigned indexInGroup(const Position& p) {
  return (p.lane[2] * p.threadsPerGroup[1] + p.lane[1]) * p.threadsPerGroup[0] + p.lane[0];
}

// Metal's built-ins, by the name of their attribute.
template <class T> T thread_position_in_threadgroup(const Position& p) { return index<T>(p.lane); }
template <class T> T threadgroup_position_in_grid(const Position& p) { return index<T>(p.group); }
template <class T> T threads_per_threadgroup(const Position& p) {
  return index<T>(p.threadsPerGroup);
}
template <class T> T threadgroups_per_grid(const Position& p) { return index<T>(p.groupsPerGrid); }
template <class T> T thread_position_in_grid(const Position& p) {
  unsigned v[3];
  for (int axis = 0; axis < 3; ++axis)
    v[axis] = p.group[axis] * p.threadsPerGroup[axis] + p.lane[axis];
  return index<T>(v);
}
template <class T> T threads_per_grid(const Position& p) {
  unsigned v[3];
  for (int axis = 0; axis < 3; ++axis)
    v[axis] = p.groupsPerGrid[axis] * p.threadsPerGroup[axis];
  return index<T>(v);
}
template <class T> T thread_index_in_threadgroup(const Position& p) { return T(indexInGroup(p)); }
template <class T> T thread_index_in_simdgroup(const Position& p) {
  return T(indexInGroup(p) % kSimdWidth);
}
template <class T> T simdgroup_index_in_threadgroup(const Position& p) {
  return T(indexInGroup(p) / kSimdWidth);
}
template <class T> T simdgroups_per_threadgroup(const Position& p) {
  const unsigned threads = p.threadsPerGroup[0] * p.threadsPerGroup[1] * p.threadsPerGroup[2];
  return T((threads + kSimdWidth - 1) / kSimdWidth);
}
template <class T> T threads_per_simdgroup(const Position&) { return T(kSimdWidth); }

} // namespace ring::msl

#endif // RINGKERNEL_TEST_SHIMS_METAL_EXECUTE_THUNK_H

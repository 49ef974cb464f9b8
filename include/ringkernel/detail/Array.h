// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An array whose index is checked on the host as ringc checks every array on the GPU. Included by
// ring.h only. It has std::array's layout and, but for at and data, its members.
#ifndef RINGKERNEL_DETAIL_ARRAY_H
#define RINGKERNEL_DETAIL_ARRAY_H

namespace ring {

namespace detail {

/// Fails the handler that runs on this thread with kFailBounds. Elsewhere, where there is no actor
/// that could fail, it ends the program with a message.
[[noreturn]] void indexOutOfBounds(std::size_t index, std::size_t count);

} // namespace detail

/// N elements of T, N > 0. In messages and state T is what these may hold.
template <class T, std::size_t N> struct Array {
  static_assert(N > 0, "a ring::Array has at least one element");

  constexpr T& operator[](std::size_t index) {
    if (index >= N) [[unlikely]]
      detail::indexOutOfBounds(index, N);
    return elements[index];
  }
  constexpr const T& operator[](std::size_t index) const {
    if (index >= N) [[unlikely]]
      detail::indexOutOfBounds(index, N);
    return elements[index];
  }
  constexpr T& front() { return elements[0]; }
  constexpr const T& front() const { return elements[0]; }
  constexpr T& back() { return elements[N - 1]; }
  constexpr const T& back() const { return elements[N - 1]; }
  constexpr T* begin() { return elements; }
  constexpr const T* begin() const { return elements; }
  constexpr T* end() { return elements + N; }
  constexpr const T* end() const { return elements + N; }
  constexpr std::size_t size() const { return N; }
  constexpr bool empty() const { return false; }
  constexpr void fill(const T& value) {
    for (T& element : elements)
      element = value;
  }

  T elements[N]; ///< for the braces of an initialiser; index the array itself
};

} // namespace ring

#endif

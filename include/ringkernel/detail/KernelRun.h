// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One thread of a plain kernel on the CPU: turns untyped arguments into the kernel's parameters.
// Instantiated by generated registration. Who runs the threads, and how they meet at barriers, is
// the launcher's business.
#ifndef RINGKERNEL_DETAIL_KERNELRUN_H
#define RINGKERNEL_DETAIL_KERNELRUN_H

#include <ringkernel/registration.h>

#include <array>
#include <utility>

namespace ring::detail {

inline constexpr std::size_t kSharedAlign = 16; ///< bytes, of every Shared parameter

/// A parameter P of a kernel. Value unless specialised: `argument` points to one.
template <class P> struct KernelParameter {
  static constexpr std::size_t sharedBytes = 0;
  static constexpr bool listed = true; ///< has an argument
  static const P& make(void* argument, std::byte*) { return *static_cast<const P*>(argument); }
};
template <class T> struct KernelParameter<std::span<T>> {
  static constexpr std::size_t sharedBytes = 0;
  static constexpr bool listed = true;
  static std::span<T> make(void* argument, std::byte*) {
    const SpanValue& value = *static_cast<const SpanValue*>(argument);
    return {static_cast<T*>(value.data), value.count};
  }
};
template <class T> struct KernelParameter<Shared<T>> {
  static_assert(alignof(T) <= kSharedAlign, "shared memory is aligned to 16 bytes, not more");
  static constexpr std::size_t sharedBytes =
      (sizeof(Shared<T>) + kSharedAlign - 1) / kSharedAlign * kSharedAlign;
  static constexpr bool listed = false;
  static Shared<T>& make(void*, std::byte* place) { return *reinterpret_cast<Shared<T>*>(place); }
};

/// Where each parameter finds its argument and its shared memory.
template <class... P> struct KernelLayout {
  struct Place {
    std::size_t argument, shared;
  };
  static constexpr std::array<Place, sizeof...(P) + 1> places = [] {
    std::array<Place, sizeof...(P) + 1> all{};
    Place next{0, 0};
    std::size_t i = 0;
    ((all[i++] = next, next.argument += KernelParameter<P>::listed ? 1 : 0,
      next.shared += KernelParameter<P>::sharedBytes),
     ...);
    all[i] = next; // the totals
    return all;
  }();
};

template <auto* F, class... P, std::size_t... I>
void runThreadOf(void* const* arguments, std::byte* shared, std::index_sequence<I...>) {
  constexpr auto& places = KernelLayout<P...>::places;
  F(KernelParameter<P>::make(KernelParameter<P>::listed ? arguments[places[I].argument] : nullptr,
                             shared + places[I].shared)...);
}

template <auto* F> struct KernelOf;
template <class... P, void (*F)(P...)> struct KernelOf<F> {
  using Layout = KernelLayout<std::remove_cvref_t<P>...>;
  static void run(void* const* arguments, std::byte* shared) {
    runThreadOf<F, std::remove_cvref_t<P>...>(arguments, shared, std::index_sequence_for<P...>());
  }
};
template <class... P, void (*F)(P...) noexcept> struct KernelOf<F> {
  using Layout = KernelLayout<std::remove_cvref_t<P>...>;
  static void run(void* const* arguments, std::byte* shared) {
    runThreadOf<F, std::remove_cvref_t<P>...>(arguments, shared, std::index_sequence_for<P...>());
  }
};

/// FunctionInfo::runThread of the kernel F: runs the body once, as the thread that kernelThread()
/// says. arguments[i] points to a SpanValue or a value, Shared parameters not counted; `shared` is
/// the block's memory, 16-aligned, sharedBytes<F> of it.
template <auto* F> void runThread(void* const* arguments, std::byte* shared) {
  KernelOf<F>::run(arguments, shared);
}

/// FunctionInfo::sharedBytes of the kernel F.
template <auto* F>
inline constexpr std::uint32_t sharedBytes = KernelOf<F>::Layout::places.back().shared;

} // namespace ring::detail

#endif

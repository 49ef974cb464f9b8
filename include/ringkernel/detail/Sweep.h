// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A stencil's whole sweep as one function, so that the body is inlined into the loop over x and
// vectorised (a pointer to the body costs nine times as much). Instantiated by generated
// registration. Assumes what the launcher checked: fields of one extent, no field both read at
// offsets and written, every footprint inside.
#ifndef RINGKERNEL_DETAIL_SWEEP_H
#define RINGKERNEL_DETAIL_SWEEP_H

#include <ringkernel/registration.h>

#include <utility>

namespace ring::detail {

/// How a parameter of a stencil is made from its argument, per cell.
template <class P> struct SweepParameter { // a value, the same in every cell
  P value;
  SweepParameter(void* argument, const Extent&) : value(*static_cast<const P*>(argument)) {}
  const P& at(std::ptrdiff_t, const Extent&, std::int32_t, std::int32_t, std::int32_t) const {
    return value;
  }
};

template <class C> struct SweepCell {
  typename C::Element* first;
  SweepCell(void* argument, const Extent&) : first(static_cast<typename C::Element*>(argument)) {}
  C at(std::ptrdiff_t index, const Extent& extent, std::int32_t x, std::int32_t y,
       std::int32_t z) const {
    return C(first + index, extent, x, y, z);
  }
};
template <class T> struct SweepParameter<Cell1<T>> : SweepCell<Cell1<T>> {
  using SweepCell<Cell1<T>>::SweepCell;
};
template <class T> struct SweepParameter<Cell2<T>> : SweepCell<Cell2<T>> {
  using SweepCell<Cell2<T>>::SweepCell;
};
template <class T> struct SweepParameter<Cell3<T>> : SweepCell<Cell3<T>> {
  using SweepCell<Cell3<T>>::SweepCell;
};

// The cells of one row are independent: that is what the launcher checked.
#if defined(__clang__)
#define RINGKERNEL_INDEPENDENT_CELLS _Pragma("clang loop vectorize(assume_safety)")
#elif defined(__GNUC__)
#define RINGKERNEL_INDEPENDENT_CELLS _Pragma("GCC ivdep")
#else
#define RINGKERNEL_INDEPENDENT_CELLS
#endif

// A body that cannot be vectorised is the user's choice, and no warning of this header.
#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpass-failed"
#endif

template <auto* F, class... P, std::size_t... I>
void sweepRows(const SweepRange& range, void* const* arguments, std::index_sequence<I...>) {
  const Extent extent = range.extent;
  const auto rows = [&](const SweepParameter<P>&... parameter) {
    const std::int32_t xEnd = range.origin[0] + range.count[0];
    const std::int32_t yEnd = range.origin[1] + range.count[1];
    const std::int32_t zEnd = range.origin[2] + range.count[2];
    for (std::int32_t z = range.origin[2]; z < zEnd; ++z)
      for (std::int32_t y = range.origin[1]; y < yEnd; ++y) {
        const std::ptrdiff_t row = z * extent.slicePitch() + y * extent.rowPitch();
        RINGKERNEL_INDEPENDENT_CELLS
        for (std::int32_t x = range.origin[0]; x < xEnd; ++x)
          F(parameter.at(row + x, extent, x, y, z)...);
      }
  };
  rows(SweepParameter<P>(arguments[I], extent)...);
}

#if defined(__clang__)
#pragma clang diagnostic pop
#endif
#undef RINGKERNEL_INDEPENDENT_CELLS

template <auto* F> struct SweepOf;
template <class... P, void (*F)(P...)> struct SweepOf<F> {
  static void run(const SweepRange& range, void* const* arguments) {
    sweepRows<F, std::remove_cvref_t<P>...>(range, arguments, std::index_sequence_for<P...>());
  }
};
template <class... P, void (*F)(P...) noexcept> struct SweepOf<F> {
  static void run(const SweepRange& range, void* const* arguments) {
    sweepRows<F, std::remove_cvref_t<P>...>(range, arguments, std::index_sequence_for<P...>());
  }
};

/// FunctionInfo::sweep of the stencil F: runs it on every cell of `range`, on the calling thread.
/// arguments[i] is a field's first cell or points to a value.
template <auto* F> void sweep(const SweepRange& range, void* const* arguments) {
  SweepOf<F>::run(range, arguments);
}

} // namespace ring::detail

#endif

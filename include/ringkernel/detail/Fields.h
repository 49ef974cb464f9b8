// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Memory that kernels and stencils work on, and the checks, at compile time, that arguments fit
// parameters. Included by runtime.h only.
#ifndef RINGKERNEL_DETAIL_FIELDS_H
#define RINGKERNEL_DETAIL_FIELDS_H

#include <ringkernel/detail/RuntimeApi.h>

#include <concepts>
#include <limits>
#include <tuple>
#include <utility>

namespace ring {

/// Blocks of a launch along x, y, z.
struct Grid {
  template <std::integral... I>
    requires(sizeof...(I) >= 1 && sizeof...(I) <= 3)
  constexpr Grid(I... blocks) {
    std::size_t i = 0;
    ((size[i++] = std::in_range<std::uint32_t>(blocks) ? static_cast<std::uint32_t>(blocks) : 0),
     ...);
  }
  std::array<std::uint32_t, 3> size{1, 1, 1}; ///< 0 where the number given does not fit
};

/// Cells of a field along x, y, z; x is contiguous.
struct Extents {
  template <std::integral... I>
    requires(sizeof...(I) >= 1 && sizeof...(I) <= 3)
  constexpr Extents(I... cells) : dims(sizeof...(I)) {
    std::size_t i = 0;
    ((size[i++] = std::in_range<std::int32_t>(cells) ? static_cast<std::int32_t>(cells) : 0), ...);
  }
  std::array<std::int32_t, 3> size{1, 1, 1}; ///< 0 where the number given does not fit
  std::uint32_t dims;
};

/// Cells [origin, origin + count) of a sweep; unused axes: origin 0, count 1.
struct Range {
  std::array<std::int32_t, 3> origin{0, 0, 0};
  std::array<std::int32_t, 3> count{1, 1, 1};
};

namespace detail {

/// Owns memory of a backend. It may outlive the runtime; then it can only be destroyed.
class Memory {
public:
  Memory(std::shared_ptr<RuntimeCore> core, MemoryId id) : core_(std::move(core)), id_(id) {}
  Memory(Memory&& other) noexcept
      : core_(std::move(other.core_)), id_(std::exchange(other.id_, {})) {}
  Memory& operator=(Memory&& other) noexcept {
    std::swap(core_, other.core_);
    std::swap(id_, other.id_);
    return *this;
  }
  ~Memory() {
    if (core_)
      core_->release(id_);
  }
  MemoryId id() const { return id_; }
  bool isOf(const std::shared_ptr<RuntimeCore>& core) const { return core_ == core; }

  /// All of it: `bytes` must be `expected`, else InvalidArgument with both.
  Status upload(std::span<const std::byte> bytes, std::size_t expected) {
    if (Status status = checkBytes("upload", bytes, expected); !status)
      return status;
    return core_->upload(id_, 0, bytes);
  }
  Status download(std::span<std::byte> bytes, std::size_t expected) const {
    if (Status status = checkBytes("download", bytes, expected); !status)
      return status;
    return core_->download(id_, 0, bytes);
  }

  /// InvalidArgument where the caller's memory is nowhere, or not as large as ours.
  static Status checkBytes(const char* what, std::span<const std::byte> given,
                           std::size_t expected) {
    if (given.size() == expected && (given.data() || expected == 0))
      return Status::ok();
    return Status(StatusCode::InvalidArgument, "`" + std::string(what) + "` was given " +
                                                   std::to_string(given.size()) + " bytes" +
                                                   (given.data() ? "" : " at a null address") +
                                                   " for memory of " + std::to_string(expected));
  }

private:
  std::shared_ptr<RuntimeCore> core_;
  MemoryId id_;
};

} // namespace detail

/// `size()` values of T that kernels see as std::span. Zeroed when made.
template <class T> class Buffer {
  static_assert(std::is_trivially_copyable_v<T>);

public:
  Buffer(detail::Memory memory, std::size_t size) : memory_(std::move(memory)), size_(size) {}
  std::size_t size() const { return size_; }
  /// Copies all values in; `from.size()` must be size(). Waits for launches before it; work of
  /// streams that is given later sees the values.
  Status upload(std::span<const T> from) {
    return memory_.upload(std::as_bytes(from), size_ * sizeof(T));
  }
  /// Copies all values out; `to.size()` must be size(). Waits for launches before it, for streams
  /// not.
  Status download(std::span<T> to) const {
    return memory_.download(std::as_writable_bytes(to), size_ * sizeof(T));
  }
  detail::MemoryId id() const { return memory_.id(); }
  const detail::Memory& memory() const { return memory_; }

private:
  detail::Memory memory_;
  std::size_t size_;
};

/// One value a cell, in 1 to 3 dimensions, x contiguous. Zeroed when made.
template <class T> class Field {
  static_assert(std::is_trivially_copyable_v<T>);

public:
  Field(detail::Memory memory, Extents extents) : memory_(std::move(memory)), extents_(extents) {}
  const Extents& extents() const { return extents_; }
  /// Cells.
  std::size_t size() const {
    return std::size_t(extents_.size[0]) * std::size_t(extents_.size[1]) *
           std::size_t(extents_.size[2]);
  }
  /// Copies all cells in; `from.size()` must be size(). Waits for sweeps before it; work of streams
  /// that is given later sees them.
  Status upload(std::span<const T> from) {
    return memory_.upload(std::as_bytes(from), size() * sizeof(T));
  }
  /// Copies all cells out; `to.size()` must be size(). Waits for sweeps before it, for streams not.
  Status download(std::span<T> to) const {
    return memory_.download(std::as_writable_bytes(to), size() * sizeof(T));
  }
  detail::MemoryId id() const { return memory_.id(); }
  const detail::Memory& memory() const { return memory_; }

private:
  detail::Memory memory_;
  Extents extents_;
};

namespace detail {

/// What is passed for a parameter P of a kernel or stencil, made from an A. Values unless
/// specialised.
template <class P> struct Passed {
  P value;
  template <class A> explicit Passed(A&& argument) : value(std::forward<A>(argument)) {
    static_assert(std::is_convertible_v<A&&, P>,
                  "the argument does not convert to the parameter's type");
  }
  Argument argument() const {
    Argument a;
    a.value = &value;
    return a;
  }
};

template <class T> struct Passed<std::span<T>> {
  MemoryId memory;
  std::size_t count;
  template <class A> explicit Passed(A&& buffer) : memory(buffer.id()), count(buffer.size()) {
    static_assert(std::is_same_v<std::remove_cvref_t<A>, Buffer<std::remove_const_t<T>>>,
                  "a span parameter takes a ring::Buffer of its element type");
    static_assert(std::is_const_v<T> || !std::is_const_v<std::remove_reference_t<A>>,
                  "the kernel writes this buffer, which is const here");
  }
  Argument argument() const {
    Argument a;
    a.memory = memory;
    a.count = count;
    return a;
  }
};

template <class Cell> struct PassedCell {
  using T = typename Cell::Element;
  MemoryId memory;
  Extents extents;
  template <class A> explicit PassedCell(A&& field) : memory(field.id()), extents(field.extents()) {
    static_assert(std::is_same_v<std::remove_cvref_t<A>, Field<std::remove_const_t<T>>>,
                  "a cell parameter takes a ring::Field of its element type");
    static_assert(std::is_const_v<T> || !std::is_const_v<std::remove_reference_t<A>>,
                  "the stencil writes this field, which is const here");
  }
  Argument argument() const {
    Argument a;
    a.memory = memory;
    a.extent = {extents.size[0], extents.size[1], extents.size[2]};
    a.dims = extents.dims;
    return a;
  }
};
template <class T> struct Passed<Cell1<T>> : PassedCell<Cell1<T>> {
  using PassedCell<Cell1<T>>::PassedCell;
};
template <class T> struct Passed<Cell2<T>> : PassedCell<Cell2<T>> {
  using PassedCell<Cell2<T>>::PassedCell;
};
template <class T> struct Passed<Cell3<T>> : PassedCell<Cell3<T>> {
  using PassedCell<Cell3<T>>::PassedCell;
};

template <class... P> struct TypeList {};

/// The parameters that have an argument: all but Shared.
template <class List, class... P> struct ListedOf {
  using Type = List;
};
template <class... Kept, class P, class... Rest> struct ListedOf<TypeList<Kept...>, P, Rest...> {
  using Type = typename ListedOf<TypeList<Kept..., P>, Rest...>::Type;
};
template <class... Kept, class T, class... Rest>
struct ListedOf<TypeList<Kept...>, Shared<T>, Rest...> {
  using Type = typename ListedOf<TypeList<Kept...>, Rest...>::Type;
};

template <class F> struct ParametersOf;
template <class... P> struct ParametersOf<void(P...)> {
  using Type = typename ListedOf<TypeList<>, std::remove_cvref_t<P>...>::Type;
};
template <class... P> struct ParametersOf<void(P...) noexcept> : ParametersOf<void(P...)> {};

/// Calls use(std::span<const Argument>) with the arguments made for parameters P.
template <class... P, class Use, class... A>
Status withArguments(TypeList<P...>, Use&& use, A&&... arguments) {
  static_assert(sizeof...(P) == sizeof...(A),
                "the number of arguments is not that of the parameters");
  if constexpr (sizeof...(P) == sizeof...(A)) {
    const std::tuple<Passed<P>...> passed(std::forward<A>(arguments)...);
    return std::apply(
        [&](const auto&... p) {
          const std::array<Argument, sizeof...(P)> all{p.argument()...};
          return use(std::span<const Argument>(all));
        },
        passed);
  } else {
    std::abort();
  }
}

} // namespace detail
} // namespace ring

#endif

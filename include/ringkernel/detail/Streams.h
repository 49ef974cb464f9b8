// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Streams, events, graphs and pinned memory of the host (docs/Kernels.md). Included by runtime.h
// only. Each keeps what the runtime has behind it: it may outlive the Runtime, then with all that
// it can do. Moved-from ones can be destroyed and assigned to.
#ifndef RINGKERNEL_DETAIL_STREAMS_H
#define RINGKERNEL_DETAIL_STREAMS_H

#include <ringkernel/detail/Fields.h>

#include <type_traits>

namespace ring {

namespace detail {

/// Launches on a RuntimeCore or a StreamCore.
template <auto* F, class Sink, class... Args>
Status launchOn(Sink& sink, const Grid& grid, Args&&... args) {
  using Parameters = typename ParametersOf<std::remove_pointer_t<decltype(F)>>::Type;
  return withArguments(
      Parameters{},
      [&](std::span<const Argument> arguments) {
        return sink.launch(RegisteredFn<F>::info(), grid.size, arguments);
      },
      std::forward<Args>(args)...);
}

/// The same for a sweep; `range` null: all cells.
template <auto* F, class Sink, class... Args>
Status sweepOn(Sink& sink, const Range* range, Args&&... args) {
  using Parameters = typename ParametersOf<std::remove_pointer_t<decltype(F)>>::Type;
  SweepRange cells{};
  for (int axis = 0; range && axis < 3; ++axis) {
    cells.origin[axis] = range->origin[static_cast<std::size_t>(axis)];
    cells.count[axis] = range->count[static_cast<std::size_t>(axis)];
  }
  return withArguments(
      Parameters{},
      [&](std::span<const Argument> arguments) {
        return sink.sweep(RegisteredFn<F>::info(), range ? &cells : nullptr, arguments);
      },
      std::forward<Args>(args)...);
}

/// A core of type C and the runtime that it must not outlive.
template <class C> class Handle {
public:
  Handle(std::shared_ptr<RuntimeCore> runtime, std::shared_ptr<C> core)
      : runtime_(std::move(runtime)), core_(std::move(core)) {}
  Handle(Handle&&) noexcept = default;
  Handle& operator=(Handle&& other) noexcept { // what was here ends in its order, with `other`
    std::swap(runtime_, other.runtime_);
    std::swap(core_, other.core_);
    return *this;
  }
  ~Handle() = default;

  C* operator->() const { return core_.get(); }
  C& operator*() const { return *core_; }
  const std::shared_ptr<C>& core() const { return core_; }
  const std::shared_ptr<RuntimeCore>& runtime() const { return runtime_; }
  template <class Other> bool isBeside(const Handle<Other>& other) const {
    return runtime_ == other.runtime();
  }

private:
  std::shared_ptr<RuntimeCore> runtime_; // the last to go
  std::shared_ptr<C> core_;
};

inline Status ofTwoRuntimes(const char* what) {
  return Status(StatusCode::InvalidArgument,
                std::string(what) + " is of another runtime than the stream");
}

} // namespace detail

/// `size()` values of T in memory of the host from which, and to which, a stream copies without
/// waiting; on backends without such memory it is as any other. Zeroed when made. It must live
/// until the streams that copy from it or to it have finished, and graphs that do so are gone.
template <class T> class Pinned {
  static_assert(std::is_trivially_copyable_v<T>);

public:
  Pinned(std::shared_ptr<detail::RuntimeCore> core, void* memory, std::size_t size)
      : core_(std::move(core)), values_(static_cast<T*>(memory), size) {}
  Pinned(Pinned&& other) noexcept
      : core_(std::move(other.core_)), values_(std::exchange(other.values_, {})) {}
  Pinned& operator=(Pinned&& other) noexcept {
    std::swap(core_, other.core_);
    std::swap(values_, other.values_);
    return *this;
  }
  /// Waits for all streams where the backend must.
  ~Pinned() {
    if (core_)
      core_->releasePinned(values_.data());
  }

  std::size_t size() const { return values_.size(); }
  std::span<T> values() { return values_; }
  std::span<const T> values() const { return values_; }
  T& operator[](std::size_t i) { return values_[i]; }
  const T& operator[](std::size_t i) const { return values_[i]; }

private:
  std::shared_ptr<detail::RuntimeCore> core_;
  std::span<T> values_;
};

/// A point in the work of a stream, set by Stream::record and again by each later one. Any thread
/// may ask and wait, none while another one records.
class Event {
public:
  explicit Event(detail::Handle<detail::EventCore> core) : core_(std::move(core)) {}

  /// The work before the last record has ended; true also where there was no record. Does not wait.
  /// DeviceLost where the device is.
  Result<bool> isDone() const { return core_->isDone(); }
  /// Waits until isDone(). Timeout where that takes longer than `timeout`.
  Status wait(std::chrono::nanoseconds timeout = std::chrono::nanoseconds::max()) const {
    return core_->wait(detail::deadlineAfter(timeout));
  }
  /// The time from `start`'s point to this one, on the device's clock where it has one; negative
  /// where this one came first. InvalidArgument where one of them was never recorded, is not done
  /// yet, or is of another runtime.
  Result<std::chrono::nanoseconds> since(const Event& start) const {
    if (!core_.isBeside(start.core_))
      return Status(StatusCode::InvalidArgument, "the two events are of two runtimes");
    return core_->since(*start.core_);
  }
  /// What since() tells apart: 500 ns on CUDA, elsewhere the host's clock, mostly 1 ns; there a
  /// point counts when the host saw it.
  std::chrono::nanoseconds resolution() const { return core_->resolution(); }

private:
  friend class Stream;
  detail::Handle<detail::EventCore> core_;
};

/// Work that was captured by Runtime::capture, to be launched as often as wanted. It keeps buffers,
/// fields and events that are in it, also where their owners are gone; memory of the host that it
/// copies from or to is the caller's to keep, and is looked at anew by each launch.
class Graph {
public:
  explicit Graph(detail::Handle<detail::GraphCore> core) : core_(std::move(core)) {}
  /// Puts all of it into the stream, in its order. Launches on two streams overlap, or do not.
  /// InvalidArgument for a stream of another runtime. On a stream that is captured it becomes part
  /// of that graph.
  inline Status launch(class Stream& stream) const;

private:
  detail::Handle<detail::GraphCore> core_;
};

/// Launches, sweeps and copies that run in order, beside other streams, beside Runtime::launch and
/// beside actors. Calls return before the work is done. They may wait for room, and on CUDA for the
/// first run of a function (docs/Kernels.md). What is wrong with arguments is told at once; what
/// goes wrong later is told by finish(), and until then what follows is skipped.
/// One thread at a time.
class Stream {
public:
  explicit Stream(detail::Handle<detail::StreamCore> core) : core_(std::move(core)) {}
  Stream(Stream&&) noexcept = default;
  Stream& operator=(Stream&&) noexcept = default;
  /// Waits for its work.
  ~Stream() = default;

  /// As Runtime::launch. Buffers must live until the work is done, or be destroyed, which waits.
  template <auto* F, class... Args> Status launch(Grid grid, Args&&... args) {
    return detail::launchOn<F>(*core_, grid, std::forward<Args>(args)...);
  }
  /// As Runtime::sweep.
  template <auto* F, class First, class... Rest>
    requires(!std::same_as<std::remove_cvref_t<First>, Range>)
  Status sweep(First&& first, Rest&&... rest) {
    return detail::sweepOn<F>(*core_, nullptr, std::forward<First>(first),
                              std::forward<Rest>(rest)...);
  }
  template <auto* F, class... Args> Status sweep(const Range& range, Args&&... args) {
    return detail::sweepOn<F>(*core_, &range, std::forward<Args>(args)...);
  }

  /// Copies all values in (Buffer) or all cells (Field). `from` has as many, and stays as it is
  /// until the copy is done. InvalidArgument for another size or memory of another runtime.
  template <class T> Status upload(Buffer<T>& to, std::span<const std::type_identity_t<T>> from) {
    return copyIn(to.memory(), std::as_bytes(from), to.size() * sizeof(T));
  }
  template <class T> Status upload(Field<T>& to, std::span<const std::type_identity_t<T>> from) {
    return copyIn(to.memory(), std::as_bytes(from), to.size() * sizeof(T));
  }
  /// Copies all values or cells out; `to` has as many, lives until the copy is done, and is not
  /// looked at before. Into memory that is not Pinned it may wait for the work before it.
  template <class T> Status download(const Buffer<T>& from, std::span<std::type_identity_t<T>> to) {
    return copyOut(from.memory(), std::as_writable_bytes(to), from.size() * sizeof(T));
  }
  template <class T> Status download(const Field<T>& from, std::span<std::type_identity_t<T>> to) {
    return copyOut(from.memory(), std::as_writable_bytes(to), from.size() * sizeof(T));
  }

  /// Sets `event` to this place in the work; what it stood for before is forgotten.
  Status record(Event& event) {
    return core_.isBeside(event.core_) ? core_->record(event.core_.core())
                                       : detail::ofTwoRuntimes("the event");
  }
  /// Work given later waits for the work before the event's last record. In a captured graph: for
  /// the last record when the graph is launched. Without a record it waits for nothing.
  Status wait(const Event& event) {
    return core_.isBeside(event.core_) ? core_->wait(event.core_.core())
                                       : detail::ofTwoRuntimes("the event");
  }

  /// All work has ended. Does not wait. InvalidArgument while it is captured.
  Result<bool> isDone() { return core_->isDone(); }
  /// Waits for the work; gives what went wrong first since the last finish(), once.
  /// InvalidArgument while it is captured.
  Status finish() { return core_->finish(); }

private:
  friend class Graph;
  Status copyIn(const detail::Memory& to, std::span<const std::byte> from, std::size_t expected) {
    if (!to.isOf(core_.runtime()))
      return detail::ofTwoRuntimes("the memory");
    if (Status status = detail::Memory::checkBytes("upload", from, expected); !status)
      return status;
    return core_->upload(to.id(), from);
  }
  Status copyOut(const detail::Memory& from, std::span<std::byte> to, std::size_t expected) {
    if (!from.isOf(core_.runtime()))
      return detail::ofTwoRuntimes("the memory");
    if (Status status = detail::Memory::checkBytes("download", to, expected); !status)
      return status;
    return core_->download(from.id(), to);
  }

  detail::Handle<detail::StreamCore> core_;
};

inline Status Graph::launch(Stream& stream) const {
  return core_.isBeside(stream.core_) ? stream.core_->launch(core_.core())
                                      : detail::ofTwoRuntimes("the graph");
}

} // namespace ring

#endif

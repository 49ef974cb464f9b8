// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a stream is told to do, kept so that it can be done later and again: by the thread of a host
// stream, by launches of a graph. Knows no backend.
#ifndef RINGKERNEL_RUNTIME_CORE_STREAMWORK_H
#define RINGKERNEL_RUNTIME_CORE_STREAMWORK_H

#include <ringkernel/detail/RuntimeApi.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace ring::runtime {

/// Of a wait for an event, which began `limit` ago.
inline Status notReachedWithin(std::chrono::nanoseconds limit) {
  const auto microseconds =
      std::chrono::duration_cast<std::chrono::microseconds>(std::max(limit, limit.zero()));
  return {StatusCode::Timeout, "the work before the event has not ended within " +
                                   std::to_string(microseconds.count()) +
                                   " us; wait again or longer"};
}

/// Keeps memory of a core, which lives longer.
class HeldMemory {
public:
  HeldMemory(detail::RuntimeCore& core, detail::MemoryId memory) : core_(&core), memory_(memory) {
    core.hold(memory);
  }
  HeldMemory(HeldMemory&& other) noexcept : core_(other.core_), memory_(other.memory_) {
    other.core_ = nullptr;
  }
  HeldMemory& operator=(HeldMemory&&) = delete;
  ~HeldMemory() {
    if (core_)
      core_->release(memory_);
  }
  detail::MemoryId id() const { return memory_; }

private:
  detail::RuntimeCore* core_;
  detail::MemoryId memory_;
};

/// Arguments with their values and the memory behind them.
class StoredArguments {
public:
  StoredArguments(detail::RuntimeCore& core, const detail::FunctionInfo& function,
                  std::span<const detail::Argument> arguments);
  std::span<const detail::Argument> view() const { return arguments_; }

private:
  std::vector<std::byte> values_; ///< what Argument::value points to, each at a multiple of 16
  std::vector<detail::Argument> arguments_;
  std::vector<HeldMemory> held_;
};

struct LaunchWork {
  const detail::FunctionInfo* kernel;
  std::array<std::uint32_t, 3> grid;
  StoredArguments arguments;
};
struct SweepWork {
  const detail::FunctionInfo* stencil;
  std::optional<detail::SweepRange> range; ///< all cells without
  StoredArguments arguments;

  const detail::SweepRange* cells() const { return range ? &*range : nullptr; }
};
struct UploadWork {
  HeldMemory to;
  std::span<const std::byte> from;
};
struct DownloadWork {
  HeldMemory from;
  std::span<std::byte> to;
};
struct RecordWork {
  std::shared_ptr<detail::EventCore> event;
};
struct WaitWork {
  std::shared_ptr<detail::EventCore> event;
};

using StreamWork =
    std::variant<LaunchWork, SweepWork, UploadWork, DownloadWork, RecordWork, WaitWork>;
/// Of lambdas, one a kind of work, for std::visit: a kind that nobody handles does not compile.
template <class... F> struct Overloaded : F... {
  using F::operator()...;
};
template <class... F> Overloaded(F...) -> Overloaded<F...>;

/// Graphs and streams share what they have in common.
using SharedWork = std::shared_ptr<const StreamWork>;

/// Gives `stream` one piece of work.
Status give(detail::StreamCore& stream, const StreamWork& work);

/// The work of a graph, in order.
class RecordedGraph : public detail::GraphCore {
public:
  explicit RecordedGraph(std::vector<SharedWork> work) : work_(std::move(work)) {}
  const std::vector<SharedWork>& work() const { return work_; }

private:
  const std::vector<SharedWork> work_;
};

/// A stream that makes StreamWork of what it is told, after the checks that need no backend.
class KeepingStream : public detail::StreamCore {
public:
  explicit KeepingStream(detail::RuntimeCore& core) : core_(core) {}

  Status launch(const detail::FunctionInfo& kernel, const std::array<std::uint32_t, 3>& grid,
                std::span<const detail::Argument> arguments) final;
  Status sweep(const detail::FunctionInfo& stencil, const detail::SweepRange* range,
               std::span<const detail::Argument> arguments) final;
  Status upload(detail::MemoryId memory, std::span<const std::byte> from) final;
  Status download(detail::MemoryId memory, std::span<std::byte> to) final;
  Status record(const std::shared_ptr<detail::EventCore>& event) final;
  Status wait(const std::shared_ptr<detail::EventCore>& event) final;
  Status launch(const std::shared_ptr<detail::GraphCore>& graph) final;

protected:
  /// Takes work in order.
  virtual Status keep(std::span<const SharedWork> work) = 0;
  /// Sees what was refused; gives it, or what there is to say instead.
  virtual Status refuse(Status status) { return status; }

  detail::RuntimeCore& core_;

private:
  template <class Work> Status keepOne(Work&& work);
};

/// The stream of Runtime::capture.
class RecordingStream final : public KeepingStream {
public:
  using KeepingStream::KeepingStream;
  Result<bool> isDone() override;
  Status finish() override;
  /// Ends the capture. What was refused first is the status.
  Result<std::vector<SharedWork>> end();

private:
  Status keep(std::span<const SharedWork> work) override;
  Status refuse(Status status) override;

  std::vector<SharedWork> work_;
  std::optional<Status> refused_;
  bool hasEnded_ = false;
};

} // namespace ring::runtime

#endif

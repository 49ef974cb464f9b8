// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Streams and events of backends whose devices have none: a thread for each stream gives its work
// to the core, piece by piece. Works over any core whose memory, launches and sweeps any thread may
// call.
#ifndef RINGKERNEL_RUNTIME_CORE_HOSTSTREAM_H
#define RINGKERNEL_RUNTIME_CORE_HOSTSTREAM_H

#include "runtime/core/StreamWork.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace ring::runtime {

/// One record of an event: reached once.
class Moment {
public:
  void reach();
  bool isReached() const;
  /// False at the deadline.
  bool wait(detail::Deadline deadline) const;
  /// When it was reached; it was.
  std::chrono::steady_clock::time_point time() const;

private:
  mutable std::mutex mutex_;
  mutable std::condition_variable reached_;
  std::optional<std::chrono::steady_clock::time_point> time_;
};

class HostEvent final : public detail::EventCore {
public:
  Result<bool> isDone() override;
  Status wait(detail::Deadline deadline) override;
  Result<std::chrono::nanoseconds> since(const detail::EventCore& start) override;
  std::chrono::nanoseconds resolution() const override;

  /// A new record, which takes the place of the last one.
  std::shared_ptr<Moment> renew();
  /// Of the last record; null without.
  std::shared_ptr<Moment> last() const;

private:
  mutable std::mutex mutex_;
  std::shared_ptr<Moment> last_;
};

class HostStream final : public KeepingStream {
public:
  using KeepingStream::KeepingStream;
  ~HostStream() override;
  Result<bool> isDone() override;
  Status finish() override;

private:
  /// Work, and the record that it reaches or waits for.
  struct Piece {
    SharedWork work;
    std::shared_ptr<Moment> moment;
  };

  Status keep(std::span<const SharedWork> work) override;
  Status start();
  void run();
  Status execute(const Piece& piece);

  std::mutex mutex_; // all that follows
  std::condition_variable changed_;
  std::deque<Piece> pieces_;
  bool isBusy_ = false, leaves_ = false;
  std::optional<Status> wrong_; ///< what went wrong first, until finish() has told it
  std::thread thread_;
};

} // namespace ring::runtime

#endif

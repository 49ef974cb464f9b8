// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A wait is for a record that was made before it, so threads of streams never wait in a circle.
#include "runtime/core/HostStream.h"

#include <system_error>

namespace ring::runtime {

using detail::Deadline;
using detail::EventCore;
using std::chrono::nanoseconds;

namespace {

/// Pieces of work that may wait in a stream; then its owner does.
constexpr std::size_t kMostPieces = 4096;

} // namespace

void Moment::reach() {
  {
    std::lock_guard lock(mutex_);
    time_ = std::chrono::steady_clock::now();
  }
  reached_.notify_all();
}

bool Moment::isReached() const {
  std::lock_guard lock(mutex_);
  return time_.has_value();
}

bool Moment::wait(Deadline deadline) const {
  std::unique_lock lock(mutex_);
  const auto isReached = [&] { return time_.has_value(); };
  if (deadline != Deadline::max())
    return reached_.wait_until(lock, deadline, isReached);
  reached_.wait(lock, isReached);
  return true;
}

std::chrono::steady_clock::time_point Moment::time() const {
  std::lock_guard lock(mutex_);
  return *time_;
}

std::shared_ptr<Moment> HostEvent::renew() {
  auto made = std::make_shared<Moment>();
  std::lock_guard lock(mutex_);
  last_ = made;
  return made;
}

std::shared_ptr<Moment> HostEvent::last() const {
  std::lock_guard lock(mutex_);
  return last_;
}

Result<bool> HostEvent::isDone() {
  const std::shared_ptr<Moment> moment = last();
  return !moment || moment->isReached();
}

Status HostEvent::wait(Deadline deadline) {
  const std::shared_ptr<Moment> moment = last();
  const Deadline begin = std::chrono::steady_clock::now();
  if (!moment || moment->wait(deadline))
    return Status::ok();
  return notReachedWithin(deadline - begin);
}

Result<nanoseconds> HostEvent::since(const EventCore& start) {
  const std::shared_ptr<Moment> from = static_cast<const HostEvent&>(start).last(), to = last();
  for (const auto& moment : {from, to}) {
    if (!moment)
      return Status(StatusCode::InvalidArgument,
                    "an event was never recorded; `Stream::record` does it");
    if (!moment->isReached())
      return Status(StatusCode::InvalidArgument,
                    "the work before an event has not ended; `Event::wait` waits for it");
  }
  return std::chrono::duration_cast<nanoseconds>(to->time() - from->time());
}

nanoseconds HostEvent::resolution() const {
  return std::chrono::ceil<nanoseconds>(std::chrono::steady_clock::duration(1));
}

HostStream::~HostStream() {
  {
    std::lock_guard lock(mutex_);
    leaves_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable())
    thread_.join();
}

/// At the first work: a stream without any has no thread.
Status HostStream::start() {
  try {
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error& error) {
    return {StatusCode::Exhausted, std::string("there is no thread for a stream: ") + error.what()};
  }
  return Status::ok();
}

Status HostStream::keep(std::span<const SharedWork> work) {
  std::unique_lock lock(mutex_);
  if (!thread_.joinable())
    if (Status status = start(); !status)
      return status;
  changed_.wait(lock, [&] { return pieces_.size() < kMostPieces; });
  for (const SharedWork& one : work) {
    std::shared_ptr<Moment> moment;
    if (const auto* record = std::get_if<RecordWork>(one.get()))
      moment = static_cast<HostEvent&>(*record->event).renew();
    else if (const auto* wait = std::get_if<WaitWork>(one.get()))
      moment = static_cast<HostEvent&>(*wait->event).last();
    pieces_.push_back({one, std::move(moment)});
  }
  lock.unlock();
  changed_.notify_all();
  return Status::ok();
}

void HostStream::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return leaves_ || !pieces_.empty(); });
    if (pieces_.empty())
      return;
    Piece piece = std::move(pieces_.front());
    pieces_.pop_front();
    const bool isSkipped = wrong_.has_value();
    isBusy_ = true;
    lock.unlock();
    const bool isRecord = std::holds_alternative<RecordWork>(*piece.work);
    Status status = isSkipped ? Status::ok() : execute(piece);
    if (isRecord)
      piece.moment->reach(); // who waits for it is not to wait for ever
    piece = {};              // memory may go with it, which takes locks
    lock.lock();
    isBusy_ = false;
    if (!status && !wrong_)
      wrong_ = std::move(status);
    changed_.notify_all();
  }
}

Status HostStream::execute(const Piece& piece) {
  return std::visit(
      Overloaded{
          [&](const LaunchWork& w) { return core_.launch(*w.kernel, w.grid, w.arguments.view()); },
          [&](const SweepWork& w) {
            return core_.sweep(*w.stencil, w.cells(), w.arguments.view());
          },
          [&](const UploadWork& w) { return core_.upload(w.to.id(), 0, w.from); },
          [&](const DownloadWork& w) { return core_.download(w.from.id(), 0, w.to); },
          // Launches may only have been queued on the device.
          [&](const RecordWork&) { return core_.finish(); },
          [&](const WaitWork&) {
            if (piece.moment)
              piece.moment->wait(Deadline::max());
            return Status::ok();
          },
      },
      *piece.work);
}

Result<bool> HostStream::isDone() {
  std::lock_guard lock(mutex_);
  return pieces_.empty() && !isBusy_;
}

Status HostStream::finish() {
  std::optional<Status> wrong;
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return pieces_.empty() && !isBusy_; });
    wrong = std::exchange(wrong_, std::nullopt);
  }
  Status status = core_.finish();
  return wrong ? *wrong : status;
}

} // namespace ring::runtime

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What every backend has in common: types, the directory, answers. A backend adds how messages
// travel, by pump(), and where handlers, kernels and stencils run.
#ifndef RINGKERNEL_RUNTIME_CORE_COREBASE_H
#define RINGKERNEL_RUNTIME_CORE_COREBASE_H

#include "runtime/core/Directory.h"
#include "runtime/core/Mailbox.h"
#include "runtime/core/Registry.h"
#include "runtime/core/StreamWork.h"

#include <ringkernel/runtime.h>

#include <atomic>

namespace ring::runtime {

/// InvalidArgument, with the value and the limit, for options out of range.
Status checkOptions(const RuntimeOptions& options);

class CoreBase : public detail::RuntimeCore {
public:
  /// `shards`: what actors are spread over; `states`: where those are that handlers change.
  CoreBase(const RuntimeOptions& options, std::uint32_t shards, States states)
      : CoreBase(options, options.maxActors, shards, states) {}
  /// With `entries` of the directory, for a backend that cannot fill each; `sources` of messages
  /// that answer no question (Mailbox).
  CoreBase(const RuntimeOptions& options, std::uint32_t entries, std::uint32_t shards,
           States states, std::uint32_t sources = 1);

  Result<ActorId> spawn(const TypeInfo& actor, const void* image, detail::Where where) final;
  Result<std::vector<ActorId>> spawnMany(const detail::Spawns& spawns, detail::Where where) final;
  Status sendBatch(const detail::Batch& batch, std::size_t& sent) override;
  AskTicket ask(ActorId target, const TypeInfo& message, const void* payload,
                const TypeInfo& reply) final;
  bool askReady(AskTicket ticket) final;
  Status askWait(AskTicket ticket, detail::Deadline deadline, void* reply) final;
  bool askSuspend(AskTicket ticket, std::coroutine_handle<> waiter) final;
  Status askTake(AskTicket ticket, void* reply) final;
  void askAbandon(AskTicket ticket) final;
  std::size_t takeReplies(std::span<Reply> replies) final;
  std::size_t visitReplies(detail::ReplyVisitor visitor, void* closure,
                           detail::Whose whose) override;
  std::size_t poll() final;

  // Streams of threads of the host, unless the backend has its own.
  Result<std::shared_ptr<detail::StreamCore>> makeStream() override;
  Result<std::shared_ptr<detail::EventCore>> makeEvent() override;
  std::shared_ptr<detail::StreamCore> beginCapture() final;
  Result<std::shared_ptr<detail::GraphCore>> endCapture(detail::StreamCore& stream) final;
  Result<void*> allocatePinned(std::size_t bytes) override;
  void releasePinned(void* memory) override;
  Status withParked(Status (*call)(void*), void* closure) override { return call(closure); }

protected:
  virtual Result<std::shared_ptr<detail::GraphCore>> makeGraph(std::vector<SharedWork> work);

  /// Makes an actor for each of `ids`, all or none; nobody is told of them before activateMade().
  virtual Status make(const TypeInfo& actor, Beginnings images, detail::Where where,
                      std::span<ActorId> ids) = 0;
  /// What make() gave begins: all that belong together are made.
  virtual void activateMade(std::span<const ActorId> ids);
  /// What make() gave is ended again.
  virtual void endMade(std::span<const ActorId> ids);
  /// Actors that count for `maxActors`.
  virtual std::uint32_t alive() { return directory_.inUse(); }

  /// Brings what waits for the host into the mailbox, and drives a backend that does not run by
  /// itself. True where there was something.
  virtual bool pump() = 0;
  /// Sends with `correlation`, 0 for none.
  virtual Status post(ActorId target, const TypeInfo& message, const void* payload,
                      std::uint64_t correlation) = 0;

  /// The longest sleep of who waits for an answer; short where nobody notifies the mailbox's event.
  virtual std::chrono::microseconds nap() const { return std::chrono::seconds(1); }

  /// Pumps until `done()`, or the deadline: false. Spins, then yields, then sleeps on the mailbox's
  /// event for up to `nap` at a time. `done` is never called again once it said true.
  template <class Done>
  bool pumpUntil(Done&& done, detail::Deadline deadline, std::chrono::microseconds nap);

  /// Between two looks of health().
  static constexpr std::chrono::microseconds kHealthPause{100};

  /// The same status; counts it where it is Ok.
  static Status counted(Status status, std::atomic<std::uint64_t>& counter) {
    if (status)
      counter.fetch_add(1, std::memory_order_relaxed);
    return status;
  }

  const RuntimeOptions options_;
  std::atomic<std::uint64_t> spawned_{0}, killed_{0}, restarted_{0};
  Registry registry_;
  Directory directory_;
  Mailbox mailbox_;
};

template <class Done>
bool CoreBase::pumpUntil(Done&& done, detail::Deadline deadline, std::chrono::microseconds nap) {
  constexpr unsigned kSpins = 1000, kYields = 2;
  using Clock = std::chrono::steady_clock;
  for (unsigned turns = 1, idle = 0;; ++turns) {
    const bool any = pump();
    idle = any ? 0 : idle + 1;
    // Another thread may have brought it in, but rarely.
    if ((any || turns % 8 == 1) && done())
      return true;
    // The clock costs more than a turn: look at it now and then, and before sleeping.
    if (turns % 64 == 0 && deadline != detail::Deadline::max() && Clock::now() >= deadline)
      return false;
    if (idle < kSpins) {
      pause();
    } else if (idle < kSpins + kYields) {
      std::this_thread::yield();
    } else {
      const std::uint64_t key = mailbox_.event().prepare();
      if (pump()) {
        mailbox_.event().cancel();
        continue;
      }
      if (done()) { // takes the answer, so it is asked no second time
        mailbox_.event().cancel();
        return true;
      }
      const detail::Deadline now = Clock::now();
      if (now >= deadline) {
        mailbox_.event().cancel();
        return false;
      }
      mailbox_.event().wait(key, std::min(deadline, now + nap));
    }
  }
}

} // namespace ring::runtime

#endif

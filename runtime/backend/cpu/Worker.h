// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A thread that runs the actors of one shard of the directory, one message at a time. It never
// waits but when nothing is there to do: what it cannot send waits in its lanes, and while much
// waits it takes nothing more from the host.
#ifndef RINGKERNEL_RUNTIME_BACKEND_CPU_WORKER_H
#define RINGKERNEL_RUNTIME_BACKEND_CPU_WORKER_H

#include "runtime/backend/cpu/Activation.h"
#include "runtime/core/Directory.h"
#include "runtime/core/EventCount.h"

#include <atomic>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace ring::runtime::cpu {

/// Host threads' entrances: the creating thread has its own, the others share one under a lock.
inline constexpr std::uint32_t kClients = 2;
inline constexpr std::uint32_t kSharedClient = 0, kOwnerClient = 1;

class Worker;

/// What all workers of a runtime use; on lines of its own, because they read it all the time.
struct alignas(64) Shared {
  Registry& registry;
  Directory& directory;
  EventCount& hostEvent;
  std::uint64_t spillBytes;
  bool pin;
  unsigned idleSpins;
  std::vector<std::unique_ptr<Worker>> workers;
  std::atomic<bool> leave{false};   ///< workers end once nothing is there to do
  std::atomic<bool> discard{false}; ///< workers end at once: what is left is dead letters
};

/// What the host asks a worker for, beside messages.
struct StateRequest {
  const TypeInfo* type;
  std::unique_ptr<std::byte[]> bytes;
};

class Worker {
public:
  Worker(Shared& shared, std::uint32_t index, std::uint32_t workers, std::size_t ringChunks);
  ~Worker();

  /// Once all workers are made, and before any starts.
  void prepare();
  /// Starts the thread. Exhausted where there is none.
  Status start();
  void wake() { event_.notify(); }
  /// The thread has ended or never began.
  bool hasLeft() const { return left_.load(std::memory_order_acquire); } // pairs with run()
  void join();

  /// The ring from a client, or from worker `source - kClients`.
  Ring& inbound(std::uint32_t source) { return *inbound_[source]; }
  Ring& toHost() { return toHost_; }
  /// After join(): hands the rest of the replies to toHost() as far as they fit; true where some
  /// still wait.
  bool flushToHost();
  /// After join(): throws away what nobody handled and gives its number.
  std::uint64_t discardRest();
  /// The counters as of the last batch. `done` is never ahead of `created`.
  Tally tally() const;
  /// A handler that runs, or whose batch is not finished.
  struct Running {
    std::uint64_t number; ///< another handler has another one
    std::uint32_t actor;  ///< index
    bool operator==(const Running&) const = default;
  };
  std::optional<Running> running() const;

private:
  struct alignas(64) PublicTally {
    std::atomic<std::uint64_t> created{0}, done{0}, handled{0}, replies{0}, dead{0}, failed{0},
        stopped{0}, spilled{0};
  };

  void run();
  std::size_t turn();
  template <class Queue> std::size_t drainBatch(Queue& queue);
  void finishBatch();
  bool nothingToDo();
  void sleep();
  void handle(std::byte* record);
  void runHandler(const HandlerInfo& handler, DirectoryEntry& entry, abi::Envelope& envelope,
                  const std::byte* payload);
  void deadLetter(const abi::Envelope& envelope, StatusCode why);
  void answer(const abi::Envelope& envelope, StatusCode code);
  StatusCode control(const abi::Envelope& envelope, const std::byte* payload);
  std::uint64_t waitingBytes() const;
  void publishMade();
  void publishDone();

  // Read by everybody who sends here, so nothing that changes may lie on these lines.
  Shared& shared_;
  const std::uint32_t index_;
  std::vector<std::unique_ptr<Ring>> inbound_; // by source; none from itself
  std::atomic<bool> left_{true};
  Ring toHost_;
  alignas(64) EventCount event_;
  // The thread's own.
  alignas(64) Tally tally_;
  /// Tally::done when the last handler began, times kActors, plus its actor's index: one store a
  /// handler.
  std::atomic<std::uint64_t> begun_{0};
  static constexpr std::uint64_t kActors = 1u << 24; ///< the most that RuntimeOptions allow
  std::size_t batch_ = 1;                            ///< messages of the next batch
  std::unique_ptr<detail::Activation> activation_;
  std::thread thread_;
  PublicTally public_;
};

} // namespace ring::runtime::cpu

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The backend that needs nothing but cores: actors on worker threads, kernels and stencils on a
// pool of threads. It runs the same C++ that other targets are compiled from, so it is their
// oracle.
#ifndef RINGKERNEL_RUNTIME_BACKEND_CPU_CPUBACKEND_H
#define RINGKERNEL_RUNTIME_BACKEND_CPU_CPUBACKEND_H

#include "runtime/backend/cpu/Launcher.h"
#include "runtime/backend/cpu/MemoryTable.h"
#include "runtime/backend/cpu/Worker.h"
#include "runtime/core/CoreBase.h"
#include "runtime/core/Modulo.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

namespace ring::runtime::cpu {

class CpuBackend final : public CoreBase {
public:
  /// Starts the workers. `options` were checked. Exhausted where the system has no threads.
  static Result<std::shared_ptr<detail::RuntimeCore>> open(const RuntimeOptions& options);
  ~CpuBackend() override;

  std::string backendName() const override { return "cpu"; }
  Status send(ActorId target, const TypeInfo& message, const void* payload) override {
    return post(target, message, payload, 0);
  }
  Status kill(ActorId id) override { return counted(control(Control::Kill, id), killed_); }
  Status restart(ActorId id) override { return counted(control(Control::Restart, id), restarted_); }
  Status readState(ActorId id, const TypeInfo& actor, void* state) override;
  Status drain() override;
  Status stop(detail::Deadline deadline) override;
  Statistics statistics() override;
  Result<Health> health(std::chrono::nanoseconds limit) override;

  Result<detail::MemoryId> allocate(detail::MemoryKind kind, std::uint64_t bytes,
                                    std::uint32_t elementBytes) override;
  void hold(detail::MemoryId memory) override { memory_.hold(memory); }
  void release(detail::MemoryId memory) override { memory_.release(memory); }
  Status upload(detail::MemoryId memory, std::uint64_t offset,
                std::span<const std::byte> from) override;
  Status download(detail::MemoryId memory, std::uint64_t offset, std::span<std::byte> to) override;
  Status launch(const detail::FunctionInfo& kernel, const std::array<std::uint32_t, 3>& grid,
                std::span<const detail::Argument> arguments) override;
  Status sweep(const detail::FunctionInfo& stencil, const detail::SweepRange* range,
               std::span<const detail::Argument> arguments) override;
  Status finish() override { return Status::ok(); } // launches and sweeps end before they return

protected:
  Status make(const TypeInfo& actor, Beginnings images, detail::Where where,
              std::span<ActorId> ids) override;
  bool pump() override;
  Status post(ActorId target, const TypeInfo& message, const void* payload,
              std::uint64_t correlation) override;

private:
  explicit CpuBackend(const RuntimeOptions& options);
  /// A host thread's way in; the shared one under its mutex.
  struct alignas(64) Client {
    std::atomic<std::uint64_t> sent{0};     ///< records put into rings
    std::atomic<std::uint64_t> controls{0}; ///< of them, no messages
    std::mutex mutex;
  };

  template <class Write>
  Status enter(ActorId target, std::size_t recordBytes, bool isControl, Write&& write);
  Status control(Control what, ActorId id, const StateRequest* request = nullptr);
  std::byte* waitForCredit(Ring& ring, std::size_t recordBytes, Status& why);
  bool pumpReplies(bool heedBound, bool& overBound);
  Status checkMessages(const TypeInfo& actor) const;
  bool isQuiescent() const;
  bool drainUntil(detail::Deadline deadline);
  void takeTheRest();

  Shared shared_;
  std::array<Client, kClients> clients_;
  const void* const owner_; // the creating thread's mark
  const Modulo shardOf_;
  const std::size_t maxRecordBytes_;
  std::atomic<bool> closed_{false};
  std::atomic<std::uint64_t> repliesTaken_{0}, leftDead_{0};
  std::mutex stopMutex_;
  std::atomic<bool> stopped_{false}; ///< set with stopMutex_
  std::mutex requestsMutex_;
  std::vector<std::unique_ptr<StateRequest>> requests_; // not answered yet, or never
  MemoryTable memory_;
  Launcher launcher_;
};

} // namespace ring::runtime::cpu

#endif

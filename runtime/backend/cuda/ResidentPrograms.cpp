// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The program of the resident kernel grows with the actor types that are spawned: composed anew,
// loaded while the kernel is parked, with larger rings where messages want them.
#include "runtime/backend/cuda/Resident.h"

#include <algorithm>
#include <string>
#include <thread>
#include <utility>

namespace ring::runtime::cuda {

/// Makes the resident kernel one that has this type, and runs it.
Status Resident::prepare(const ActorType& type, detail::Deadline deadline) {
  if (std::find(types_.begin(), types_.end(), &type) != types_.end())
    return kernel_.launch();
  std::vector<const ActorType*> types = types_;
  types.push_back(&type);
  Result<Program> program = compose(types, registry_, kernel_.placement());
  if (!program)
    return program.status();
  if (Status status = loadProgram(std::move(*program), deadline); !status)
    return status;
  types_ = std::move(types);
  kernel_.useClients(clientsInUse_.load(std::memory_order_acquire));
  return kernel_.launch();
}

/// The one before goes on where this one cannot be loaded.
Status Resident::loadProgram(Program program, detail::Deadline deadline) {
  const Result<std::vector<char>> cubin = kernel_.compile(program);
  if (!cubin)
    return cubin.status();
  const auto load = [&] { return kernel_.load(std::move(program), *cubin); };
  if (!kernel_.outgrows(program))
    return whileParked(load);
  // Nothing may be under way in rings that are made anew, neither messages nor commands.
  std::vector<std::unique_lock<SpinLock>> writers;
  std::uint64_t posted = 0, done = 0, sent = 0;
  for (Client& client : clients_) {
    writers.emplace_back(client.writing);
    posted += client.sent;
  }
  while (kernel_.isLoaded() && !(openCommands_.load(std::memory_order_acquire) == 0 &&
                                 isStill(done, sent) && done == posted + sent)) {
    if (!readAllReplies())
      std::this_thread::yield();
    if (Status status = checkKernel(); !status)
      return status;
    if (Status status = brokenStatus(); !status)
      return status;
    if (std::chrono::steady_clock::now() >= deadline)
      return Status(StatusCode::Timeout,
                    "the GPU's rings are to be made larger for this actor's messages, and others "
                    "were not handled within `RuntimeOptions::orderTimeout`");
  }
  const auto loadAndBegin = [&]() -> Status {
    // All is read, and nobody may look at rings that are freed.
    std::vector<Replies> before;
    for (Client& client : clients_) {
      std::lock_guard lock(client.reading);
      before.push_back(std::exchange(client.replies, {}));
    }
    if (Status status = load(); !status) {
      const bool areThere = kernel_.isLoaded(); // the rings before
      for (std::size_t i = 0; i < clients_.size(); ++i) {
        std::lock_guard lock(clients_[i].reading);
        if (areThere)
          clients_[i].replies = before[i];
        else
          clients_[i].closeLanes();
      }
      return status;
    }
    useRings();
    return Status::ok();
  };
  return whileParked(loadAndBegin);
}

/// Clients begin anew on the kernel's rings. With their `writing`.
void Resident::useRings() {
  for (std::uint32_t i = 0; i < kernel_.placement().clients(); ++i) {
    Client& client = clients_[i];
    client.lanes.clear();
    for (std::uint32_t lane = 0; lane < kernel_.placement().lanes(); ++lane)
      client.lanes.push_back(kernel_.makeWriter(i, lane));
    std::lock_guard lock(client.reading);
    client.replies = {kernel_.makeOwnReader(i), kernel_.makeSharedReader(i), &taken_.back(), 0};
    client.replies.creditEvery = kernel_.program().creditEvery();
    client.replies.credited = client.replies.own.read() + client.replies.shared.read();
  }
  sharedSlots_.store(kernel_.program().sharedSlots(),
                     std::memory_order_release); // pairs with visitReplies()
}

} // namespace ring::runtime::cuda

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Actors of the resident kernel as the host sees them: the kernel that has their types, spawning.
#include "runtime/backend/cuda/Resident.h"

#include <cstring>
#include <string>
#include <thread>

namespace ring::runtime::cuda {

/// Makes the resident kernel one that has this type, and runs it.
Status Resident::prepare(const ActorType& type) {
  if (std::find(types_.begin(), types_.end(), &type) != types_.end())
    return kernel_.launch();
  std::vector<const ActorType*> types = types_;
  types.push_back(&type);
  Result<Program> program = compose(types, registry_, kernel_.placement());
  if (!program)
    return program.status();
  if (Status status = loadProgram(std::move(*program)); !status)
    return status;
  types_ = std::move(types);
  kernel_.useClients(clientsInUse_.load(std::memory_order_acquire));
  return kernel_.launch();
}

/// The one before goes on where this one cannot be loaded.
Status Resident::loadProgram(Program program) {
  const Result<std::vector<char>> cubin = kernel_.compile(program);
  if (!cubin)
    return cubin.status();
  const auto load = [&] { return kernel_.load(std::move(program), *cubin); };
  if (!kernel_.outgrows(program))
    return whileParked(load);
  // Nothing may be under way in rings that are made anew; commands were waited for.
  std::vector<std::unique_lock<SpinLock>> writers;
  std::uint64_t posted = 0, done = 0, sent = 0;
  for (Client& client : clients_) {
    writers.emplace_back(client.writing);
    posted += client.sent;
  }
  while (kernel_.isLoaded() && !(isStill(done, sent) && done == posted + sent)) {
    if (!readAllReplies())
      std::this_thread::yield();
    static_cast<void>(checkKernel().isOk());
    if (Status status = brokenStatus(); !status)
      return status;
  }
  const auto loadAndBegin = [&]() -> Status {
    if (Status status = load(); !status)
      return status;
    for (std::uint32_t i = 0; i < kernel_.placement().clients(); ++i) {
      clients_[i].lanes.clear();
      for (std::uint32_t lane = 0; lane < kernel_.placement().lanes(); ++lane)
        clients_[i].lanes.push_back(kernel_.makeWriter(i, lane));
      std::lock_guard lock(clients_[i].reading);
      clients_[i].own = kernel_.makeOwnReader(i);
      clients_[i].shared = kernel_.makeSharedReader(i);
      clients_[i].creditEvery = kernel_.program().creditEvery();
      clients_[i].credited = clients_[i].own.read() + clients_[i].shared.read();
    }
    return Status::ok();
  };
  return whileParked(loadAndBegin);
}

Status Resident::exhausted(const ActorType& type) const {
  return Status(StatusCode::Exhausted, "`" + std::string(type.info->name) + "` has a state of " +
                                           std::to_string(type.info->size) + " bytes and " +
                                           std::to_string(places_.freeBytes()) + " of " +
                                           std::to_string(options_.stateBytes) +
                                           " are free; set `RuntimeOptions::stateBytes`");
}

Status Resident::place(const ActorType& type, ActorId id, const void* image) {
  const std::uint32_t bytes = type.info->size;
  if (const auto old = placeOf_.find(id.index); old != placeOf_.end()) {
    places_.giveBack(old->second.first, old->second.second); // of an actor that ended
    placeOf_.erase(old);
  }
  const std::optional<std::uint32_t> place = places_.take(bytes);
  if (!place)
    return exhausted(type);
  placeOf_[id.index] = {*place, bytes};
  const auto number = std::find(types_.begin(), types_.end(), &type) - types_.begin();
  abi::CommandArguments arguments{0, bytes, *place, static_cast<std::uint32_t>(number),
                                  abi::kKeepsNoImage};
  // Most actors of a type begin alike: the device keeps the last image and copies its own.
  LastImage& last = lastImages_[&type];
  if (last.is(image)) {
    arguments.from = kernel_.addressOf(*last.place);
    return command(abi::Command::Spawn, id, arguments);
  }
  if (Status status = stage(image, bytes); !status)
    return status;
  arguments.from = kernel_.staging().address();
  if (!last.place)
    last.place = places_.take(bytes); // without one the next image is read from the host again
  arguments.keep = last.place.value_or(abi::kKeepsNoImage);
  last.bytes.assign(static_cast<const std::byte*>(image),
                    static_cast<const std::byte*>(image) + bytes);
  return command(abi::Command::Spawn, id, arguments);
}

/// Puts an image where the device can read it.
Status Resident::stage(const void* image, std::uint32_t bytes) {
  if (bytes > kernel_.staging().bytes()) {
    if (Status status = whileParked([&] { return kernel_.growStaging(bytes); }); !status)
      return status;
    if (Status status = brokenStatus(); !status)
      return status;
  }
  std::memcpy(kernel_.staging().host<void>(), image, bytes);
  return Status::ok();
}

/// Warps that poll the host's memory look at their mailboxes less often: the others come first.
Result<ActorId> Resident::takeEntry(const ActorType& type, const void* image, detail::Where where) {
  const Placement& placement = kernel_.placement();
  const std::uint32_t warps = placement.warpShards();
  if (type.info->scope == Scope::Block)
    return directory_.place(type, image, {{warps, placement.shards()}});
  const std::uint32_t polling =
      std::min(clientsInUse_.load(std::memory_order_relaxed) * placement.lanes(), warps);
  ShardRange wished{0, 0};
  const std::uint32_t shard = directory_.shardOf(where.actor);
  if (where.kind == detail::Where::Direct) {
    wished.first = clientOfThread() * placement.lanes();
    wished.end = wished.first + placement.lanes();
  } else if (where.kind == detail::Where::Beside && shard < warps) {
    wished.first = shard / abi::kWarpsPerBlock * abi::kWarpsPerBlock;
    wished.end = wished.first + abi::kWarpsPerBlock;
  }
  return directory_.place(type, image, {wished, {polling, warps}, {0, warps}});
}

Result<ActorId> Resident::spawn(const TypeInfo& info, const void* image, detail::Where where) {
  if (closed_.load(std::memory_order_acquire))
    return Status(StatusCode::Closed, "the runtime is stopped");
  if (Status status = brokenStatus(); !status)
    return status;
  if (Status status = notParkedHere(); !status)
    return status;
  Result<const ActorType*> type = registry_.actor(info);
  if (!type)
    return type.status();
  if (info.align > 16)
    return Status(StatusCode::Unsupported, "`" + std::string(info.name) + "` is aligned to " +
                                               std::to_string(info.align) +
                                               " bytes; the limit is 16 on CUDA");
  std::lock_guard kernel(kernelMutex_);
  if (closed_.load(std::memory_order_acquire)) // stop() may have parked the kernel meanwhile
    return Status(StatusCode::Closed, "the runtime is stopped");
  if (alive_.load() >= options_.maxActors)
    return directory_.exhausted(options_.maxActors);
  if (Status status = prepare(**type); !status)
    return status;
  Result<ActorId> id = takeEntry(**type, image, where);
  if (!id)
    return id;
  if (Status status = place(**type, *id, image); !status) {
    directory_.forget(*id);
    return status;
  }
  {
    std::lock_guard lock(endMutex_);
    directory_.activate(*id);
  }
  ++alive_;
  spawned_.fetch_add(1, std::memory_order_relaxed);
  return id;
}
} // namespace ring::runtime::cuda

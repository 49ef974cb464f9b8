// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A GPU whose process is gone: what went down with it is named, another one takes its place, and
// actors begin there as they were spawned. All of it is the keeper's work, a thread that waits for
// the process's end; every other thread that meets the loss lets its locks go and waits, or goes on
// against rings that have no room.
#include "runtime/backend/cuda/Device.h"
#include "runtime/backend/cuda/Resident.h"

#include <algorithm>
#include <string>

namespace ring::runtime::cuda {

void Resident::Bell::ring(bool Bell::* what) {
  {
    std::lock_guard lock(mutex);
    this->*what = true;
  }
  rung.notify_all();
}

/// The keeper's life.
void Resident::keep() {
  const auto isRung = [&] { return bell_->isLost || bell_->isEnding; };
  std::unique_lock lock(bell_->mutex);
  for (;;) {
    bool rang = true;
    if (options_.hangLimit.count() > 0)
      rang = bell_->rung.wait_for(lock, options_.hangLimit, isRung);
    else
      bell_->rung.wait(lock, isRung);
    if (bell_->isEnding)
      return;
    bell_->isLost = false;
    lock.unlock();
    if (rang)
      recover();
    else
      lookForHang();
    lock.lock();
  }
}

void Resident::endKeeper() {
  if (!bell_)
    return;
  bell_->ring(&Bell::isEnding);
  if (keeper_.joinable())
    keeper_.join();
  {
    std::lock_guard lock(endMutex_);
    hasKeeper_ = false;
  }
  recovered_.notify_all();
}

/// Ends the GPU's process where it, its driver or a shard gives no sign of life. Only the keeper
/// changes `gpu_`, so it needs no lock to look at it.
void Resident::lookForHang() {
  using namespace std::chrono_literals;
  const std::chrono::nanoseconds limit = options_.hangLimit;
  GpuProcess& process = *gpu_->process();
  if (!process.isAlive() || !process.isAnswering(limit))
    return;
  const GpuProcess::CallLimit calls(limit);
  const auto pause = std::clamp<std::chrono::nanoseconds>(limit / 16, 1ms, 50ms);
  const Result<std::vector<std::uint32_t>> silent = kernel_.silentShards(limit, pause);
  if (!silent && silent.status().code() == StatusCode::Timeout)
    process.kill(silent.status().message());
  if (!silent || silent->empty())
    return;
  process.kill("shard " + std::to_string(silent->front()) +
               (silent->size() > 1 ? " and " + std::to_string(silent->size() - 1) + " more" : "") +
               " gave no sign of life for " + std::to_string(limit / 1ms) +
               " ms (`RuntimeOptions::hangLimit`)");
}

/// Who holds the locks waits in a call of the process that is gone, and has an answer by now.
void Resident::recover() {
  std::lock_guard device(deviceMutex_);
  std::lock_guard kernel(kernelMutex_);
  Status cause = gpu_->lost();
  if (cause)
    return; // it was replaced before the bell was heard
  while (!cause) {
    takeLeave(cause);
    if (Status over = countLoss(cause); !over)
      return giveUp(over);
    bool canRetry = true;
    cause = reopen(canRetry);
    if (!canRetry)
      return giveUp(cause);
  }
  {
    std::lock_guard lock(endMutex_);
    epoch_.fetch_add(1, std::memory_order_release); // pairs with surviving() and ordered()
  }
  recovered_.notify_all();
}

/// DeviceLost, with all causes, where it happens too often.
Status Resident::countLoss(const Status& cause) {
  const auto now = std::chrono::steady_clock::now();
  losses_.emplace_back(now, cause.message());
  while (now - losses_.front().first > options_.recoveryWindow)
    losses_.pop_front();
  if (losses_.size() <= options_.maxRecoveries)
    return Status::ok();
  std::string message = "the GPU was lost " + std::to_string(losses_.size()) + " times, and " +
                        std::to_string(options_.maxRecoveries) +
                        " recoveries are allowed (`RuntimeOptions::maxRecoveries`) within " +
                        std::to_string(options_.recoveryWindow / std::chrono::milliseconds(1)) +
                        " ms (`RuntimeOptions::recoveryWindow`):";
  for (std::size_t i = 0; i < losses_.size(); ++i)
    message += " " + std::to_string(i + 1) + ": " + losses_[i].second + ";";
  return {StatusCode::DeviceLost, message + " restart the process"};
}

/// Takes what the lost GPU still said, names what it did not, and closes its rings. With
/// kernelMutex_ and deviceMutex_.
void Resident::takeLeave(const Status& cause) {
  kernel_.forget();
  std::vector<std::unique_lock<SpinLock>> locks;
  for (Client& client : clients_) {
    locks.emplace_back(client.writing);
    locks.emplace_back(client.reading);
  }
  const std::uint32_t clients = clientsInUse_.load(std::memory_order_acquire);
  for (std::uint32_t i = 0; i < clients; ++i)
    while (deliverReplies(i, ~std::size_t(0))) {
    }
  std::vector<AskTicket> named;
  std::uint64_t sent = 0;
  for (Client& client : clients_) {
    nameLost(client, named);
    client.closeLanes();
    client.replies = {};
    sent += std::exchange(client.sent, 0);
  }
  const Status answer(StatusCode::DeviceLost,
                      "the question went down with the GPU, and its actor begins anew: " +
                          cause.message());
  for (const Mailbox::Asked& asked : mailbox_.resolveAll(answer))
    if (std::ranges::none_of(named, [&](const AskTicket& ticket) {
          return ticket.slot == asked.ticket.slot && ticket.generation == asked.ticket.generation;
        }))
      keepLost({asked.target, asked.message->name, asked.message->typeId, {}, true, true});
  const abi::ResidentCounters told = kernel_.takeLastCounters();
  const std::uint64_t all = sent + told.sent, done = told.handled + told.deadLetters;
  before_.sent += all;
  before_.handled += told.handled;
  before_.deadLetters += told.deadLetters;
  before_.failed += told.failed;
  before_.stopped += told.stopped;
  before_.spilled += told.spilled;
  before_.dropped += told.dropped;
  before_.lost += all > done ? all - done : 0;
  taken_.emplace_back();
  if (std::exchange(hasUnfinished_, false))
    unfinished_ = Status(StatusCode::DeviceLost,
                         "launches and sweeps went down with the GPU: " + cause.message());
}

/// Messages of a client that the device has not given back, but for questions that were answered.
/// Of the first so many as it may have taken without a word (Program::untoldSlots) nobody knows.
/// With the client's locks.
void Resident::nameLost(Client& client, std::vector<AskTicket>& named) {
  const std::uint64_t unsure = kernel_.program().untoldSlots();
  alignas(16) std::uint32_t payload[256 * abi::kWordsPerChunk];
  for (const CommandWriter& lane : client.lanes) {
    const std::uint64_t count = lane.unread();
    ReplyReader reader(lane);
    ReplyReader::View view;
    for (std::uint64_t i = 0; i < count && reader.tryPop(view, payload); ++i) {
      if (view.header.flags & abi::kFlagCommand)
        continue;
      const TypeInfo& type = registry_.type(view.header.type);
      const auto* bytes = reinterpret_cast<const std::byte*>(payload);
      const bool isQuestion = (view.header.flags & abi::kFlagRequest) != 0;
      if (isQuestion && !mailbox_.isOpen(Mailbox::ticket(view.origin)))
        continue; // it was answered
      if (isQuestion)
        named.push_back(Mailbox::ticket(view.origin));
      keepLost({{view.header.targetIndex, view.header.targetGeneration, 0},
                type.name,
                type.typeId,
                {bytes, bytes + type.size},
                isQuestion,
                i < unsure});
    }
  }
}

void Resident::keepLost(LostMessage message) {
  std::lock_guard lock(lostMutex_);
  if (lost_.size() < options_.maxLost)
    lost_.push_back(std::move(message));
}

std::vector<LostMessage> Resident::takeLost() {
  std::lock_guard lock(lostMutex_);
  return std::exchange(lost_, {});
}

static std::string roomOn(const Placement& placement) {
  return std::to_string(placement.blocks()) + " blocks of actors, each with " +
         std::to_string(placement.sharedBytes) + " bytes of shared memory,";
}

/// Another process, and in it all that the one before had but what was not the runtime's: its
/// program, actors as they were spawned. Another try is of no use where `canRetry` is false then.
Status Resident::reopen(bool& canRetry) {
  Result<std::shared_ptr<Gpu>> gpu = openGpu(bell_);
  if (!gpu)
    return gpu.status();
  const Placement before = kernel_.placement(), now = ResidentKernel::placementOn(**gpu);
  if (before.warpBlocks != now.warpBlocks || before.blockShards != now.blockShards ||
      before.sharedBytes != now.sharedBytes) {
    canRetry = false;
    return {StatusCode::DeviceLost,
            "the first GPU is another one now: it has room for " + roomOn(now) +
                " and the lost one had " + roomOn(before) +
                "; name the one of before in `CUDA_VISIBLE_DEVICES` and restart the process"};
  }
  Result<std::unique_ptr<StreamedDevice>> device = openDevice(*gpu);
  if (!device)
    return device.status();
  lostMemory_ = memory_->last();
  launched_.clear();
  memory_.reset();
  modules_.reset();
  device_ = std::move(*device);
  modules_.emplace(*device_, ShaderLanguage::Cuda, registry_);
  memory_.emplace(*device_, lostMemory_);
  gpu_ = *gpu;
  handles_ = std::make_shared<StreamHandles>(gpu_); // streams keep those that theirs is of
  const bool hadProgram = !types_.empty();
  if (Status status = kernel_.reopen(gpu_); !status)
    return status;
  pieces_.begin(kernel_.staging());
  return hadProgram ? bringBackActors() : Status::ok();
}

Status Resident::bringBackActors() {
  Program program = kernel_.program();
  const Result<std::vector<char>> cubin = kernel_.compile(program);
  if (!cubin)
    return cubin.status();
  if (Status status = kernel_.load(std::move(program), *cubin); !status)
    return status;
  std::vector<abi::ResidentEntry> entries(directory_.capacity());
  std::vector<std::byte> states;
  const auto put = [&](std::uint32_t place, const std::byte* image, std::size_t bytes) {
    const std::size_t at = std::size_t(place) * 16;
    states.resize(std::max(states.size(), (at + bytes + 15) / 16 * 16));
    std::memcpy(states.data() + at, image, bytes);
  };
  for (const auto& [type, last] : lastImages_)
    if (last.isThere)
      put(*last.place, last.bytes.data(), last.bytes.size());
  {
    std::lock_guard lock(endMutex_);
    failures_.clear();
    for (std::uint32_t index = 0; index < placeOf_.size(); ++index) {
      const Place& place = placeOf_[index];
      const DirectoryEntry& entry = directory_.entry(index);
      const Life life = entry.life();
      if (place.bytes == 0 || (life != Life::Active && life != Life::Failed))
        continue; // over, or its spawn begins anew
      const auto number = std::ranges::find(types_, entry.type) - types_.begin();
      const std::uint32_t word = entry.word.load(std::memory_order_acquire);
      entries[index] = {
          place.first, DirectoryEntry::generationOf(word), static_cast<std::uint16_t>(number),
          life == Life::Active ? abi::kEntryActive : abi::kEntryFailed, entry.failCode};
      put(place.first, entry.image, entry.stateBytes);
      if (life == Life::Failed)
        failures_[index] = 1;
    }
  }
  if (Status status = kernel_.writeActors(entries, states); !status)
    return status;
  {
    std::vector<std::unique_lock<SpinLock>> writers;
    for (Client& client : clients_)
      writers.emplace_back(client.writing);
    useRings();
  }
  kernel_.useClients(clientsInUse_.load(std::memory_order_acquire));
  return kernel_.launch();
}

/// Waits until a lost GPU is replaced. False where it is not lost, or not replaced.
bool Resident::awaitRecovery(std::uint64_t epoch) {
  if (!notParkedHere())
    return false; // it has the locks that the keeper needs
  {
    std::lock_guard kernel(kernelMutex_);
    if (!brokenStatus())
      return false;
    if (epoch_.load(std::memory_order_acquire) != epoch)
      return true;
    if (gpu_->lost())
      return false;
  }
  std::unique_lock lock(endMutex_);
  recovered_.wait(lock, [&] {
    return epoch_.load(std::memory_order_acquire) != epoch || broken_ || !hasKeeper_;
  });
  return epoch_.load(std::memory_order_acquire) != epoch && !broken_;
}

Status Resident::checkMemory(detail::MemoryId memory) const {
  if (static_cast<std::uint32_t>(memory) == 0 || static_cast<std::uint32_t>(memory) > lostMemory_)
    return Status::ok();
  return {StatusCode::DeviceLost, "this buffer or field was on a GPU that is lost, with what it "
                                  "held; make another one and fill it"};
}

Status Resident::checkStream(StreamRef stream) const {
  if (!stream.handle || stream.gpu == gpu_.get())
    return Status::ok();
  return {StatusCode::DeviceLost,
          "the stream was on a GPU that is lost, with the work in it; make another one"};
}

Status Resident::checkMemory(std::span<const detail::Argument> arguments) const {
  for (const detail::Argument& argument : arguments)
    if (Status status = checkMemory(argument.memory); !status)
      return status;
  return Status::ok();
}

} // namespace ring::runtime::cuda

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Connections to the GPU's process: taken for one call, made when all are in use. A thread of the
// child serves each.
#include "runtime/backend/cuda/GpuProcess.h"

#include "runtime/backend/cuda/GpuChild.h"
#include "runtime/backend/cuda/Socket.h"

#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

namespace ring::runtime::cuda {

namespace {

using namespace std::chrono_literals;

/// For the driver to load and start; a machine that has not used its GPU for long takes seconds.
constexpr std::chrono::nanoseconds kStartLimit = 60s;
/// For what the child answers without its driver.
constexpr std::chrono::nanoseconds kOpenLimit = 10s;
/// From the end of a process's sockets to its own.
constexpr std::chrono::nanoseconds kReapLimit = 1s;
/// For the system to tear down a process that was killed.
constexpr std::chrono::nanoseconds kEndLimit = 5s;

thread_local std::chrono::nanoseconds callLimit{0};

} // namespace

struct Connection {
  Descriptor socket;
  SharedPages staging;
};

Descriptor::~Descriptor() {
  if (number_ >= 0)
    close(number_);
}

SharedPages::SharedPages(std::size_t bytes)
    : file_(memfd_create("ringkernel", MFD_CLOEXEC)), bytes_(bytes) {
  if (!file_ || ftruncate(*file_, static_cast<off_t>(bytes)) != 0)
    return;
  void* at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, *file_, 0);
  if (at != MAP_FAILED)
    at_ = static_cast<std::byte*>(at);
}

SharedPages::~SharedPages() {
  if (at_)
    munmap(at_, bytes_);
}

void SharedPages::swap(SharedPages& other) noexcept {
  std::swap(file_, other.file_);
  std::swap(at_, other.at_);
  std::swap(bytes_, other.bytes_);
}

struct GpuProcess::Child : GpuChild {
  using GpuChild::GpuChild;
};

GpuProcess::GpuProcess(std::function<void()> ended)
    : child_(std::make_shared<Child>(std::move(ended))) {}

GpuProcess::~GpuProcess() {
  child_->kill("it is not needed any more");
  child_->awaitEnd(kEndLimit);
}

Result<std::unique_ptr<GpuProcess>> GpuProcess::start(std::function<void()> ended) {
  std::unique_ptr<GpuProcess> made(new GpuProcess(std::move(ended)));
  if (Status status = made->launch(); !status)
    return status;
  if (Status status = made->startDriver(); !status)
    return status;
  return made;
}

Status GpuProcess::launch() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    return errorStatus("cannot make a socket for the GPU's process");
  first_ = Descriptor(ends[0]);
  const Descriptor theirs(ends[1]);
  return GpuChild::start(child_, *theirs);
}

Status GpuProcess::startDriver() {
  Packet request, reply;
  request.put(Request::Start);
  request.put(protocolVersion());
  if (!exchangeFirst(request, reply, kStartLimit)) {
    kill("it did not start within " + std::to_string(kStartLimit / 1s) + " s");
    child_->awaitEnd(kEndLimit);
    return {StatusCode::Unsupported, "the process of the GPU did not start: " + cause()};
  }
  const auto version = reply.get<std::uint64_t>();
  const auto code = reply.get<StatusCode>();
  if (version != protocolVersion())
    return {StatusCode::Unsupported, "the process of the GPU is of another build; unset `" +
                                         std::string(kProcessVariable) +
                                         "` or name the program of this one"};
  const std::string message = reply.getText();
  return code == StatusCode::Ok ? Status::ok() : Status(code, message);
}

pid_t GpuProcess::id() const { return child_->id(); }
bool GpuProcess::isAlive() const { return child_->isAlive(); }
void GpuProcess::kill(const std::string& cause) { child_->kill(cause); }
std::string GpuProcess::cause() const { return child_->cause(); }

/// One question on the first socket.
bool GpuProcess::exchangeFirst(Packet& request, Packet& reply, std::chrono::nanoseconds limit,
                               std::initializer_list<int> files) {
  std::lock_guard lock(firstMutex_);
  return sendPacket(*first_, request, files) && awaitPacket(*first_, limit) &&
         receivePacket(*first_, reply);
}

bool GpuProcess::isAnswering(std::chrono::nanoseconds limit) {
  Packet request, reply;
  request.put(Request::Ping);
  if (exchangeFirst(request, reply, limit))
    return true;
  // A late answer would be taken for the next one's: the child is of no use any more.
  kill("it did not answer within " + std::to_string(limit / 1ms) + " ms");
  return false;
}

std::unique_ptr<Connection> GpuProcess::connect() {
  auto made = std::make_unique<Connection>();
  int ends[2];
  made->staging = SharedPages(kStagingPiece);
  if (!made->staging.at() || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    return nullptr;
  made->socket = Descriptor(ends[0]);
  const Descriptor theirs(ends[1]);
  Packet request, reply;
  request.put(Request::Open);
  if (!exchangeFirst(request, reply, kOpenLimit, {*theirs, made->staging.file()}))
    return nullptr;
  return made;
}

Connection* GpuProcess::take() {
  {
    std::lock_guard lock(poolMutex_);
    if (!free_.empty()) {
      Connection* connection = free_.back();
      free_.pop_back();
      return connection;
    }
  }
  std::unique_ptr<Connection> made = isAlive() ? connect() : nullptr;
  if (!made) {
    kill("it took no further connection");
    return nullptr;
  }
  std::lock_guard lock(poolMutex_);
  connections_.push_back(std::move(made));
  return connections_.back().get();
}

void GpuProcess::giveBack(Connection* connection) {
  std::lock_guard lock(poolMutex_);
  if (connection) // one that broke too: its process is gone, and calls there say so
    free_.push_back(connection);
}

GpuProcess::CallLimit::CallLimit(std::chrono::nanoseconds limit) { callLimit = limit; }
GpuProcess::CallLimit::~CallLimit() { callLimit = std::chrono::nanoseconds(0); }

GpuProcess::Call::Call(GpuProcess& process, FunctionId function)
    : process_(process), connection_(process.take()) {
  request.put(function);
}

GpuProcess::Call::~Call() { process_.giveBack(connection_); }

std::byte* GpuProcess::Call::staging() const {
  return connection_ ? connection_->staging.at() : nullptr;
}

CuResult GpuProcess::Call::run(int file) {
  if (!connection_)
    return CuResult::ProcessLost;
  const bool isSent = file < 0 ? sendPacket(*connection_->socket, request, {})
                               : sendPacket(*connection_->socket, request, {file});
  if (isSent && callLimit.count() > 0 && !awaitPacket(*connection_->socket, callLimit))
    process_.kill("its driver did not return within " + std::to_string(callLimit / 1ms) + " ms");
  if (!isSent || !receivePacket(*connection_->socket, reply)) {
    // It died, most likely; what of is known in a moment.
    if (!process_.child_->awaitEnd(kReapLimit))
      process_.kill("its connection broke");
    return CuResult::ProcessLost;
  }
  const auto result = reply.get<CuResult>();
  if (result != CuResult::Success && result != CuResult::NotReady)
    process_.learnError(result, reply);
  return result;
}

void GpuProcess::learnError(CuResult result, Packet& reply) {
  std::string name = reply.getText(), text = reply.getText();
  std::lock_guard lock(errorMutex_);
  errors_.try_emplace(result, std::move(name), std::move(text));
}

const char* GpuProcess::errorName(CuResult result) {
  if (result == CuResult::ProcessLost)
    return "the process of the GPU is gone";
  std::lock_guard lock(errorMutex_);
  const auto known = errors_.find(result);
  return known == errors_.end() ? nullptr : known->second.first.c_str();
}

const char* GpuProcess::errorText(CuResult result) {
  std::lock_guard lock(errorMutex_);
  if (result == CuResult::ProcessLost)
    return errors_.try_emplace(result, "", cause()).first->second.second.c_str();
  const auto known = errors_.find(result);
  return known == errors_.end() ? nullptr : known->second.second.c_str();
}

std::uint64_t GpuProcess::addressThere(const void* memory, std::size_t bytes) const {
  const auto* at = static_cast<const std::byte*>(memory);
  std::lock_guard lock(sharedMutex_);
  auto found = shared_.upper_bound(at);
  if (found == shared_.begin())
    return 0;
  --found;
  const auto offset = static_cast<std::size_t>(at - found->first);
  const std::size_t all = found->second.pages.bytes();
  return offset <= all && bytes <= all - offset ? found->second.there + offset : 0;
}

CuResult GpuProcess::shareMemory(void** memory, std::size_t bytes, unsigned flags) {
  Shared made{SharedPages(bytes), 0};
  if (!made.pages.at())
    return CuResult::OutOfMemory;
  Call call(*this, FunctionId::MemHostAlloc);
  call.request.put(static_cast<std::uint64_t>(bytes));
  call.request.put(flags);
  const CuResult result = call.run(made.pages.file());
  if (result != CuResult::Success)
    return result;
  made.there = call.reply.get<std::uint64_t>();
  *memory = made.pages.at();
  std::lock_guard lock(sharedMutex_);
  shared_.emplace(made.pages.at(), std::move(made));
  return CuResult::Success;
}

CuResult GpuProcess::unshareMemory(void* memory) {
  Shared gone;
  {
    std::lock_guard lock(sharedMutex_);
    const auto found = shared_.find(static_cast<const std::byte*>(memory));
    if (found == shared_.end())
      return CuResult::InvalidValue;
    gone = std::move(found->second);
    shared_.erase(found);
  }
  if (!isAlive())
    return CuResult::ProcessLost;
  Call call(*this, FunctionId::MemFreeHost);
  call.request.put(gone.there);
  call.request.put(static_cast<std::uint64_t>(gone.pages.bytes()));
  return call.run();
}

} // namespace ring::runtime::cuda

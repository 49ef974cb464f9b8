// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A child process that has the CUDA context, and calls of the driver in it. The child is our own
// program (runtime/process), carried inside the library; it ends with us, whatever ends us. Memory
// that both see is ours and outlives it. Any thread may call; each call under way has a connection
// of its own, so one that waits holds up nobody.
#ifndef RINGKERNEL_RUNTIME_BACKEND_CUDA_GPUPROCESS_H
#define RINGKERNEL_RUNTIME_BACKEND_CUDA_GPUPROCESS_H

#include "runtime/backend/cuda/Api.h"
#include "runtime/backend/cuda/Marshal.h"

#include <ringkernel/status.h>

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace ring::runtime::cuda {

/// A file to start in place of the program inside the library.
inline constexpr const char* kProcessVariable = "RINGKERNEL_GPU_PROCESS";

/// A file descriptor with an owner.
class Descriptor {
public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor();
  int operator*() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }

private:
  int number_ = -1;
};

/// Memory without a name that another process can map.
class SharedPages {
public:
  SharedPages() = default;
  /// Zeroed; without `at` where there is none.
  explicit SharedPages(std::size_t bytes);
  SharedPages(SharedPages&& other) noexcept { swap(other); }
  SharedPages& operator=(SharedPages&& other) noexcept {
    swap(other);
    return *this;
  }
  ~SharedPages();
  std::byte* at() const { return at_; }
  std::size_t bytes() const { return bytes_; }
  int file() const { return *file_; }

private:
  void swap(SharedPages& other) noexcept;

  Descriptor file_;
  std::byte* at_ = nullptr;
  std::size_t bytes_ = 0;
};

class GpuProcess {
public:
  /// Starts the child and the driver in it. `ended` is called once, by a thread of this class, when
  /// the child is gone. NotFound or Unsupported as the driver says; Unsupported where no child can
  /// be started.
  static Result<std::unique_ptr<GpuProcess>> start(std::function<void()> ended);
  /// Ends the child and waits for its end, some seconds at most.
  ~GpuProcess();
  GpuProcess(const GpuProcess&) = delete;
  GpuProcess& operator=(const GpuProcess&) = delete;

  /// The driver's functions, called there.
  DriverApi api();
  pid_t id() const;
  bool isAlive() const;
  /// Ends the child; `cause` is then what is said of its end, where it was alive.
  void kill(const std::string& cause);
  /// How the child ended.
  std::string cause() const;
  /// Whether the child still answers, within `limit`.
  bool isAnswering(std::chrono::nanoseconds limit);

  /// Gives up the calling thread's calls after a time: for who looks after the child.
  class CallLimit {
  public:
    explicit CallLimit(std::chrono::nanoseconds limit);
    ~CallLimit();
    CallLimit(const CallLimit&) = delete;
    CallLimit& operator=(const CallLimit&) = delete;
  };

  // For RemoteApi.cpp.
  /// One call under way.
  class Call {
  public:
    Call(GpuProcess& process, FunctionId function);
    ~Call();
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;
    Packet request, reply;
    /// Memory that the child sees too, kStagingPiece long; null where the child is gone.
    std::byte* staging() const;
    /// Sends the request, with `file` where it is one, and waits for the answer.
    CuResult run(int file = -1);

  private:
    GpuProcess& process_;
    struct Connection* connection_;
  };
  /// Where the child has the memory that lies at `memory` here; 0: it does not share it.
  std::uint64_t addressThere(const void* memory, std::size_t bytes) const;
  CuResult shareMemory(void** memory, std::size_t bytes, unsigned flags);
  CuResult unshareMemory(void* memory);
  /// What the driver called an error, as the child told with it.
  const char* errorName(CuResult result);
  const char* errorText(CuResult result);

private:
  struct Child;
  struct Shared {
    SharedPages pages;
    std::uint64_t there = 0;
  };

  explicit GpuProcess(std::function<void()> ended);
  Status launch();
  Status startDriver();
  struct Connection* take();
  void giveBack(struct Connection* connection);
  std::unique_ptr<struct Connection> connect();
  bool exchangeFirst(Packet& request, Packet& reply, std::chrono::nanoseconds limit,
                     std::initializer_list<int> files = {});
  void learnError(CuResult result, Packet& reply);

  const std::shared_ptr<Child> child_; ///< shared with the thread that waits for its end
  std::mutex firstMutex_;              ///< exchanges on the first socket
  Descriptor first_;
  std::mutex poolMutex_; ///< connections_, free_
  std::vector<std::unique_ptr<struct Connection>> connections_;
  std::vector<struct Connection*> free_;
  mutable std::mutex sharedMutex_; ///< shared_
  std::map<const std::byte*, Shared> shared_;
  std::mutex errorMutex_; ///< errors_
  std::map<CuResult, std::pair<std::string, std::string>> errors_;
};

} // namespace ring::runtime::cuda

#endif // RINGKERNEL_RUNTIME_BACKEND_CUDA_GPUPROCESS_H

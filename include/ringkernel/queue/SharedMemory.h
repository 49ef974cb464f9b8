// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Memory that several processes map, and who of them is still alive. Linux only. What lies in it is
// SharedRing.h's matter.
#ifndef RINGKERNEL_QUEUE_SHAREDMEMORY_H
#define RINGKERNEL_QUEUE_SHAREDMEMORY_H

#if !defined(__linux__)
#error "rings between processes need Linux: memfd, /proc and futex"
#endif

#include <ringkernel/queue/RingResult.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <optional>
#include <string>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace ring {

/// A value, or why there is none.
template <class T> struct RingOpened {
  std::optional<T> value;
  std::string error;

  explicit operator bool() const { return value.has_value(); }
  T* operator->() { return &*value; }
  T& operator*() { return *value; }

  static RingOpened failed(std::string why) { return {std::nullopt, std::move(why)}; }
};

/// A mapped file without a disk under it. Copies share the mapping, which ends with the last.
class SharedMemory {
public:
  /// New and zeroed, without a name in the file system: other processes get the descriptor by fork
  /// or over a socket. `name` shows in /proc.
  static RingOpened<SharedMemory> memfd(const char* name, std::size_t bytes) {
    return fresh(::memfd_create(name, MFD_CLOEXEC), bytes, "memfd_create");
  }
  /// New and zeroed under `name` ("/orders"), which must not exist; removeName() ends the name.
  static RingOpened<SharedMemory> create(const char* name, std::size_t bytes) {
    const int made = ::shm_open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    RingOpened<SharedMemory> memory = fresh(made, bytes, "shm_open");
    if (made >= 0 && !memory)
      ::shm_unlink(name); // the name is ours, and nothing is in it
    return memory;
  }
  static RingOpened<SharedMemory> open(const char* name) {
    return map(::shm_open(name, O_RDWR | O_CLOEXEC, 0), "shm_open");
  }
  static void removeName(const char* name) { ::shm_unlink(name); }
  /// What `descriptor` refers to, through a descriptor of its own.
  static RingOpened<SharedMemory> fromDescriptor(int descriptor) {
    return map(::fcntl(descriptor, F_DUPFD_CLOEXEC, 0), "dup");
  }

  std::byte* data() const { return mapping_->base; }
  std::size_t size() const { return mapping_->bytes; }
  int descriptor() const { return mapping_->descriptor; }
  /// Keeps the mapping alive.
  std::shared_ptr<void> owner() const { return mapping_; }

private:
  struct Mapping {
    std::byte* base = nullptr;
    std::size_t bytes = 0;
    int descriptor = -1;
    Mapping() = default;
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;
    ~Mapping() {
      if (base)
        ::munmap(base, bytes);
      if (descriptor >= 0)
        ::close(descriptor);
    }
  };

  explicit SharedMemory(std::shared_ptr<Mapping> mapping) : mapping_(std::move(mapping)) {}

  static RingOpened<SharedMemory> failure(const char* call) {
    return RingOpened<SharedMemory>::failed(std::string(call) + ": " + std::strerror(errno));
  }
  static RingOpened<SharedMemory> fresh(int descriptor, std::size_t bytes, const char* call) {
    if (descriptor >= 0 && ::ftruncate(descriptor, static_cast<off_t>(bytes)) != 0) {
      const RingOpened<SharedMemory> failed = failure("ftruncate");
      ::close(descriptor);
      return failed;
    }
    return map(descriptor, call);
  }
  static RingOpened<SharedMemory> map(int descriptor, const char* call) {
    if (descriptor < 0)
      return failure(call);
    auto mapping = std::make_shared<Mapping>();
    mapping->descriptor = descriptor;
    struct stat status{};
    if (::fstat(descriptor, &status) != 0)
      return failure("fstat");
    if (status.st_size <= 0)
      return RingOpened<SharedMemory>::failed("the shared memory is empty");
    mapping->bytes = static_cast<std::size_t>(status.st_size);
    void* base = ::mmap(nullptr, mapping->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    if (base == MAP_FAILED)
      return failure("mmap");
    mapping->base = static_cast<std::byte*>(base);
    return {SharedMemory(std::move(mapping)), {}};
  }

  std::shared_ptr<Mapping> mapping_;
};

namespace detail {

/// The start time of process `pid` in clock ticks since boot, as /proc says; 0 where there is no
/// such process, or only what is left of it until its parent asks (a zombie).
inline std::uint64_t processStart(std::uint32_t pid) {
  char path[32];
  std::snprintf(path, sizeof(path), "/proc/%u/stat", pid);
  const int file = ::open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return 0;
  char text[1024];
  const ssize_t length = ::read(file, text, sizeof(text) - 1);
  ::close(file);
  if (length <= 0)
    return 0;
  text[length] = '\0';
  const char* field = std::strrchr(text, ')'); // the name before it may hold anything
  if (!field || field[1] == '\0' || field[2] == 'Z' || field[2] == 'X')
    return 0;
  for (int i = 0; field && i < 20; ++i) // from the 2nd field's end to the 22nd
    field = std::strchr(field + 1, ' ');
  return field ? std::strtoull(field, nullptr, 10) : 0;
}

/// One process in one word: its number, and when it began, since numbers are used again. 0 is
/// nobody.
inline std::uint64_t processIdentity(std::uint32_t pid) {
  return std::uint64_t(pid) << 32 | static_cast<std::uint32_t>(processStart(pid));
}
inline bool isAlive(std::uint64_t identity) {
  const auto pid = static_cast<std::uint32_t>(identity >> 32);
  const std::uint64_t start = processStart(pid);
  return identity != 0 && start != 0 &&
         static_cast<std::uint32_t>(start) == static_cast<std::uint32_t>(identity);
}

} // namespace detail
} // namespace ring

#endif

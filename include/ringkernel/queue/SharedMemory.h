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
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <optional>
#include <string>
#include <sys/mman.h>
#include <sys/resource.h>
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
/// Memory without a name keeps its size; that of a name, or of a descriptor from elsewhere, can be
/// cut short by whoever may write it, and touching what was cut off is SIGBUS: give such a name to
/// trusted processes only.
class SharedMemory {
public:
  /// New and zeroed, without a name in the file system: other processes get the descriptor by fork
  /// or over a socket. `name` shows in /proc.
  static RingOpened<SharedMemory> memfd(const char* name, std::size_t bytes) {
    const int made = ::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    RingOpened<SharedMemory> memory = fresh(made, bytes, "memfd_create");
    constexpr int kSize = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
    if (memory && ::fcntl(made, F_ADD_SEALS, kSize) != 0)
      return failure("F_ADD_SEALS");
    return memory;
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
    if (descriptor >= 0) {
      rlimit limit{};
      RingOpened<SharedMemory> failed;
      if (::getrlimit(RLIMIT_FSIZE, &limit) == 0 && bytes > limit.rlim_cur) // ftruncate: SIGXFSZ
        failed.error = std::to_string(bytes) +
                       " bytes of shared memory: above the process's limit for files "
                       "(RLIMIT_FSIZE, `ulimit -f`), which is " +
                       std::to_string(limit.rlim_cur);
      else if (::ftruncate(descriptor, static_cast<off_t>(bytes)) != 0)
        failed = failure("ftruncate");
      if (!failed.error.empty()) {
        ::close(descriptor);
        return failed;
      }
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

/// What /proc/PID/stat says after the name: when the process began, in clock ticks since boot; 0
/// for what is left of one until its parent asks (a zombie); nothing where that is not the format.
inline std::optional<std::uint64_t> startIn(const char* stat) {
  const char* field = std::strrchr(stat, ')'); // the name before it may hold anything
  if (!field || field[1] == '\0' || field[2] == '\0')
    return std::nullopt;
  const char state = field[2];
  std::uint64_t threads = 0;
  for (int number = 3; field && number <= 22; ++number) { // from the 2nd field's end to the 22nd
    field = std::strchr(field + 1, ' ');
    if (field && number == 20)
      threads = std::strtoull(field, nullptr, 10);
  }
  if (!field)
    return std::nullopt;
  // A main thread that ended by itself is a zombie too, and the others go on.
  if (state == 'X' || (state == 'Z' && threads <= 1))
    return 0;
  return std::strtoull(field, nullptr, 10);
}

/// When process `pid` began; 0 where there is no such process or a zombie; nothing where that
/// cannot be told now (no free descriptor, no permission), which must not be taken for its death.
inline std::optional<std::uint64_t> processStart(std::uint32_t pid) {
  const auto nobodyOrUnknown = [] {
    return errno == ENOENT || errno == ESRCH ? std::optional<std::uint64_t>(0) : std::nullopt;
  };
  char path[32];
  std::snprintf(path, sizeof(path), "/proc/%u/stat", pid);
  const int file = ::open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return nobodyOrUnknown();
  char text[1024];
  const ssize_t length = ::read(file, text, sizeof(text) - 1);
  const std::optional<std::uint64_t> unread = length < 0 ? nobodyOrUnknown() : std::nullopt;
  ::close(file);
  if (length <= 0)
    return unread;
  text[length] = '\0';
  return startIn(text);
}

/// One process in one word: its number, and when it began, since numbers are used again. 0 is
/// nobody, and where /proc does not say when it began.
inline std::uint64_t processIdentity(std::uint32_t pid) {
  const std::uint64_t start = processStart(pid).value_or(0);
  return start == 0 ? 0 : std::uint64_t(pid) << 32 | static_cast<std::uint32_t>(start);
}
/// Also where that cannot be told: a living one's slots must not go to another.
inline bool isAlive(std::uint64_t identity) {
  if (identity == 0)
    return false;
  const std::optional<std::uint64_t> start =
      processStart(static_cast<std::uint32_t>(identity >> 32));
  return !start || (*start != 0 &&
                    static_cast<std::uint32_t>(*start) == static_cast<std::uint32_t>(identity));
}

} // namespace detail
} // namespace ring

#endif

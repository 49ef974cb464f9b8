// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A growing queue of records for one thread at a time: what waits outside a full ring, messages
// within a worker, replies that the host has not taken. Bounded by bytes; pages are kept, so a
// queue that stays below its high mark allocates nothing.
//
// Records are as in SpscRecordRing: whole chunks, the first 4 bytes the queue's, reserved, then
// committed or rolled back.
#ifndef RINGKERNEL_RUNTIME_CORE_RECORDQUEUE_H
#define RINGKERNEL_RUNTIME_CORE_RECORDQUEUE_H

#include <cstddef>
#include <cstdint>
#include <memory>

namespace ring::runtime {

class RecordQueue {
public:
  static constexpr std::size_t kChunkBytes = 16;
  static constexpr std::size_t kPageBytes = 16 * 1024; // two of them stay in the first cache

  explicit RecordQueue(std::uint64_t maxBytes) : maxBytes_(maxBytes) {}
  RecordQueue(const RecordQueue&) = delete;
  RecordQueue& operator=(const RecordQueue&) = delete;
  ~RecordQueue();

  /// Room for a record of `bytes`, at least 4; null where the queue would exceed its bound.
  std::byte* tryReserve(std::size_t bytes) {
    const std::size_t rounded = round(bytes);
    return bytes_ + rounded > maxBytes_ ? nullptr : reserveRounded(rounded);
  }
  /// The same beyond the bound: for records whose number is bounded elsewhere.
  std::byte* reserve(std::size_t bytes) { return reserveRounded(round(bytes)); }
  void commit() {
    committed_ = write_;
    committedBytes_ = bytes_;
  }
  void rollback();

  /// The next committed record, readable until advance(); null where there is none.
  std::byte* tryPeek();
  void advance();
  bool isEmpty() const {
    return read_.page == committed_.page && read_.offset == committed_.offset;
  }
  /// Bytes of records in the queue.
  std::uint64_t bytes() const { return bytes_; }
  std::uint64_t maxBytes() const { return maxBytes_; }

private:
  struct Page {
    Page* next = nullptr;
    std::size_t capacity = 0; ///< bytes after this header
    std::size_t used = 0;     ///< bytes; final once there is a next page
    std::byte* data() { return reinterpret_cast<std::byte*>(this) + kHeaderBytes; }
  };
  static constexpr std::size_t kHeaderBytes = 32;
  static_assert(sizeof(Page) <= kHeaderBytes);
  struct Place {
    Page* page = nullptr;
    std::size_t offset = 0;
  };

  static std::size_t round(std::size_t bytes) {
    return (bytes + kChunkBytes - 1) / kChunkBytes * kChunkBytes;
  }
  std::byte* reserveRounded(std::size_t bytes) {
    if (!write_.page || write_.page->capacity - write_.offset < bytes)
      addPage(bytes);
    std::byte* record = write_.page->data() + write_.offset;
    const auto chunks = static_cast<std::uint32_t>(bytes / kChunkBytes);
    __builtin_memcpy(record, &chunks, sizeof(chunks));
    write_.offset += bytes;
    bytes_ += bytes;
    return record;
  }
  void addPage(std::size_t bytes);
  void recycle(Page* page);

  const std::uint64_t maxBytes_;
  std::uint64_t bytes_ = 0, committedBytes_ = 0;
  Place read_, committed_, write_;
  Page* free_ = nullptr;
};

} // namespace ring::runtime

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The pages of a RecordQueue: a list from the reader's to the writer's, and the free ones.
#include "runtime/core/RecordQueue.h"

#include <algorithm>
#include <new>

namespace ring::runtime {

RecordQueue::~RecordQueue() {
  for (Page* list : {read_.page, free_})
    while (list) {
      Page* next = list->next;
      ::operator delete(list, std::align_val_t(kChunkBytes));
      list = next;
    }
}

void RecordQueue::addPage(std::size_t bytes) {
  Page* page = nullptr;
  if (free_ && free_->capacity >= bytes) {
    page = free_;
    free_ = free_->next;
  } else {
    const std::size_t capacity = std::max(bytes, kPageBytes - kHeaderBytes);
    page = ::new (::operator new(kHeaderBytes + capacity, std::align_val_t(kChunkBytes))) Page;
    page->capacity = capacity;
  }
  page->next = nullptr;
  if (write_.page) {
    write_.page->next = page;
    write_.page->used = write_.offset;
  } else {
    read_ = committed_ = {page, 0};
  }
  write_ = {page, 0};
}

void RecordQueue::recycle(Page* page) {
  if (page->capacity > kPageBytes) { // made for one large record
    ::operator delete(page, std::align_val_t(kChunkBytes));
    return;
  }
  page->next = free_;
  free_ = page;
}

void RecordQueue::rollback() {
  if (!committed_.page)
    return;
  for (Page* page = committed_.page->next; page;) {
    Page* next = page->next;
    recycle(page);
    page = next;
  }
  committed_.page->next = nullptr;
  write_ = committed_;
  bytes_ = committedBytes_;
}

std::byte* RecordQueue::tryPeek() {
  if (isEmpty())
    return nullptr;
  // Only the page that is written has records up to its own offset; those before it are final.
  while (read_.page != write_.page && read_.offset == read_.page->used) {
    Page* done = read_.page;
    if (done == committed_.page) // all its records were read; the next page's are not committed
      return nullptr;
    read_ = {done->next, 0};
    recycle(done);
    if (isEmpty())
      return nullptr;
  }
  return read_.page->data() + read_.offset;
}

void RecordQueue::advance() {
  std::uint32_t chunks;
  __builtin_memcpy(&chunks, read_.page->data() + read_.offset, sizeof(chunks));
  const std::size_t bytes = chunks * kChunkBytes;
  read_.offset += bytes;
  bytes_ -= bytes;
  committedBytes_ -= bytes;
  // Nothing is left: begin the page again, which keeps a short queue in few lines.
  if (isEmpty() && write_.page == read_.page && write_.offset == read_.offset)
    read_.offset = committed_.offset = write_.offset = 0;
}

} // namespace ring::runtime

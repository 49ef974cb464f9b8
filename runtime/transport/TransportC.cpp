// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The C interface: each function calls its C++ counterpart and knows nothing else.
#include <ringkernel/transport_c.h>

#include "runtime/transport/Waiting.h"

#include <ringkernel/transport.h>

#include <algorithm>
#include <cstring>

struct ring_transport_consumer {
  ring::TransportDevice device;
  ring::TransportConsumer end;
};
struct ring_transport_producer {
  ring::TransportDevice device;
  ring::TransportProducer end;
};

namespace {

using ring::Transport;
using ring::TransportDeadline;
using ring::TransportDirection;
using ring::TransportResult;

static_assert(sizeof(ring_transport_ring) == sizeof(ring::abi::TransportRing));
static_assert(sizeof(ring_transport_record) == sizeof(ring::TransportConsumer::Record));
static_assert(RING_TRANSPORT_CORRUPT == static_cast<int>(TransportResult::Corrupt));

ring_transport_result inC(TransportResult result) {
  return static_cast<ring_transport_result>(result);
}

template <class Handle> Handle& given(Handle* handle, const char* function) {
  if (handle)
    return *handle;
  std::fprintf(stderr, "ringkernel: `%s`: the handle is null\n", function);
  std::abort();
}
/// A place that a call reads or writes.
template <class T> T& place(T* pointer, const char* function, const char* what) {
  if (pointer)
    return *pointer;
  std::fprintf(stderr, "ringkernel: `%s`: `%s` is null\n", function, what);
  std::abort();
}

/// Null is the defaults.
ring::TransportOptions inCpp(const ring_transport_options* options) {
  ring::TransportOptions made;
  if (!options)
    return made;
  made.mode = static_cast<ring::TransportMode>(options->mode);
  made.slots = options->slots;
  made.slotBytes = options->slot_bytes;
  made.maxRecordBytes = options->max_record_bytes;
  made.arenaBytes = options->arena_bytes;
  made.readers = options->readers;
  made.lateMs = options->late_ms;
  made.start = options->start;
  made.memory = {static_cast<std::byte*>(options->memory), options->memory_bytes};
  return made;
}

void tell(const std::string& message, char* error, std::size_t bytes) {
  if (!error || bytes == 0)
    return;
  const std::size_t length = std::min(message.size(), bytes - 1);
  std::memcpy(error, message.data(), length);
  error[length] = 0;
}

template <class Handle, TransportDirection direction>
Handle* create(const ring_transport_options* options, char* error, std::size_t bytes) {
  auto made = Transport<direction>::create(inCpp(options));
  if (!made) {
    tell(made.status().message(), error, bytes);
    return nullptr;
  }
  auto ends = std::move(*made).split();
  return new Handle{std::move(ends.device), std::move(ends.host)};
}

template <class Handle> ring_transport_ring ringOf(const Handle& handle) {
  ring_transport_ring ring;
  std::memcpy(&ring, &handle.device.ring(), sizeof(ring));
  return ring;
}

template <class Handle> ring_transport_statistics statisticsOf(const Handle& handle) {
  const ring::TransportStatistics counts = handle.end.statistics();
  return {counts.records, counts.corrupt};
}

/// In so many nanoseconds, or as late as a clock can say.
TransportDeadline after(std::uint64_t timeoutNs) {
  using std::chrono::nanoseconds;
  const TransportDeadline now = std::chrono::steady_clock::now();
  const auto left = static_cast<std::uint64_t>((TransportDeadline::max() - now).count());
  return now + nanoseconds(static_cast<std::int64_t>(std::min(timeoutNs, left)));
}

std::span<const std::byte> bytesAt(const void* record, std::size_t bytes) {
  return {static_cast<const std::byte*>(record), bytes};
}

/// A record of the one kind lies as one of the other.
template <class Look>
ring_transport_result peek(ring_transport_record* records, std::size_t capacity, std::size_t* count,
                           const char* function, Look look) {
  (void)place(count, function, "count");
  if (capacity != 0)
    (void)place(records, function, "records");
  ring::TransportConsumer::Record found[ring::TransportConsumer::kMaxPeek];
  const TransportResult result =
      look(std::span(found, std::min(capacity, std::size(found))), *count);
  if (result != TransportResult::Ok)
    *count = 0;
  for (std::size_t i = 0; i < *count; ++i)
    records[i] = {found[i].data(), found[i].size()};
  return inC(result);
}

} // namespace

extern "C" {

ring_transport_options ring_transport_default_options(void) {
  const ring::TransportOptions defaults;
  ring_transport_options options{};
  options.mode = static_cast<std::uint32_t>(defaults.mode);
  options.slots = defaults.slots;
  options.slot_bytes = defaults.slotBytes;
  options.max_record_bytes = defaults.maxRecordBytes;
  options.arena_bytes = defaults.arenaBytes;
  options.readers = defaults.readers;
  options.late_ms = defaults.lateMs;
  return options;
}

size_t ring_transport_bytes_for(int isToDevice, const ring_transport_options* options) {
  const ring::TransportOptions wanted = inCpp(options);
  return isToDevice ? Transport<TransportDirection::ToDevice>::bytesFor(wanted)
                    : Transport<TransportDirection::ToHost>::bytesFor(wanted);
}

ring_transport_consumer* ring_transport_create_consumer(const ring_transport_options* options,
                                                        char* error, size_t errorBytes) {
  return create<ring_transport_consumer, TransportDirection::ToHost>(options, error, errorBytes);
}
ring_transport_producer* ring_transport_create_producer(const ring_transport_options* options,
                                                        char* error, size_t errorBytes) {
  return create<ring_transport_producer, TransportDirection::ToDevice>(options, error, errorBytes);
}
void ring_transport_destroy_consumer(ring_transport_consumer* consumer) { delete consumer; }
void ring_transport_destroy_producer(ring_transport_producer* producer) { delete producer; }
ring_transport_ring ring_transport_consumer_ring(const ring_transport_consumer* consumer) {
  return ringOf(given(consumer, __func__));
}
ring_transport_ring ring_transport_producer_ring(const ring_transport_producer* producer) {
  return ringOf(given(producer, __func__));
}

ring_transport_result ring_transport_try_pop(ring_transport_consumer* consumer, void* to,
                                             size_t capacity, size_t* bytes) {
  return inC(
      given(consumer, __func__)
          .end.tryPop({static_cast<std::byte*>(to), capacity}, place(bytes, __func__, "bytes")));
}
ring_transport_result ring_transport_pop(ring_transport_consumer* consumer, void* to,
                                         size_t capacity, size_t* bytes, uint64_t timeoutNs) {
  return inC(given(consumer, __func__)
                 .end.pop({static_cast<std::byte*>(to), capacity}, place(bytes, __func__, "bytes"),
                          after(timeoutNs)));
}
ring_transport_result ring_transport_try_peek(ring_transport_consumer* consumer,
                                              ring_transport_record* records, size_t capacity,
                                              size_t* count) {
  auto& end = given(consumer, __func__).end;
  return peek(records, capacity, count, __func__,
              [&](auto found, std::size_t& n) { return end.tryPeekBatch(found, n); });
}
ring_transport_result ring_transport_peek(ring_transport_consumer* consumer,
                                          ring_transport_record* records, size_t capacity,
                                          size_t* count, uint64_t timeoutNs) {
  auto& end = given(consumer, __func__).end;
  return peek(records, capacity, count, __func__, [&](auto found, std::size_t& n) {
    return end.peekBatch(found, n, after(timeoutNs));
  });
}
void ring_transport_release(ring_transport_consumer* consumer, size_t count) {
  given(consumer, __func__).end.release(count);
}
void ring_transport_close_consumer(ring_transport_consumer* consumer) {
  given(consumer, __func__).end.close();
}
void ring_transport_device_done(ring_transport_consumer* consumer) {
  given(consumer, __func__).device.close();
}
ring_transport_statistics
ring_transport_consumer_statistics(const ring_transport_consumer* consumer) {
  return statisticsOf(given(consumer, __func__));
}

ring_transport_result ring_transport_try_push(ring_transport_producer* producer, const void* record,
                                              size_t bytes) {
  return inC(given(producer, __func__).end.tryPush(bytesAt(record, bytes)));
}
ring_transport_result ring_transport_push(ring_transport_producer* producer, const void* record,
                                          size_t bytes, uint64_t timeoutNs) {
  return inC(given(producer, __func__).end.push(bytesAt(record, bytes), after(timeoutNs)));
}
ring_transport_result ring_transport_try_push_batch(ring_transport_producer* producer,
                                                    const void* records, size_t stride,
                                                    size_t bytes, size_t count, size_t* pushed) {
  return inC(
      given(producer, __func__)
          .end.tryPushBatch(records, stride, bytes, count, place(pushed, __func__, "pushed")));
}
void ring_transport_close_producer(ring_transport_producer* producer) {
  given(producer, __func__).end.close();
}
ring_transport_statistics
ring_transport_producer_statistics(const ring_transport_producer* producer) {
  return statisticsOf(given(producer, __func__));
}

const char* ring_transport_result_name(ring_transport_result result) {
  return ring::name(static_cast<TransportResult>(result));
}
const char* ring_transport_header(size_t index, const char** text) {
  const auto headers = ring::transportHeaders();
  if (index >= headers.size())
    return nullptr;
  place(text, __func__, "text") = headers[index].text;
  return headers[index].name;
}

} // extern "C"

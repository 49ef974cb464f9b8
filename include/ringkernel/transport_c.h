/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * ringkernel/transport.h for C and for what speaks C: the same ends, the same rules, one function
 * for each of theirs. Link RingKernel::Transport and the C++ standard library. A null handle,
 * and a null place for a result or for bytes that there are, end the program with a message; the
 * destroying functions take a null handle for nothing.
 */
#ifndef RINGKERNEL_TRANSPORT_C_H
#define RINGKERNEL_TRANSPORT_C_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* As ring::TransportResult, number by number. */
typedef enum ring_transport_result {
  RING_TRANSPORT_OK = 0,
  RING_TRANSPORT_FULL = 1,      /* no room now; nothing was written */
  RING_TRANSPORT_EMPTY = 2,     /* nothing to take now */
  RING_TRANSPORT_CLOSED = 3,    /* by the other end, and for readers also empty */
  RING_TRANSPORT_TOO_LARGE = 4, /* never fits the ring, or not the place given */
  RING_TRANSPORT_CORRUPT = 5    /* the next slot was written by somebody else; it was skipped */
} ring_transport_result;

enum { RING_TRANSPORT_LATENCY = 0, RING_TRANSPORT_THROUGHPUT = 1 };

/* ring::TransportOptions. Begin with ring_transport_default_options(). */
typedef struct ring_transport_options {
  uint32_t mode;             /* RING_TRANSPORT_LATENCY or RING_TRANSPORT_THROUGHPUT */
  uint32_t slots;            /* a power of two from 64 to 2^24 */
  uint32_t slot_bytes;       /* latency: a power of two, 64 to 2048; throughput: a multiple of 64 */
  uint32_t max_record_bytes; /* below 2^31; 0: a quarter of the arena */
  uint64_t arena_bytes;      /* a power of two from 4096 to 2^31, or 0 */
  uint32_t readers;          /* warps that read, to the device: a power of two up to 64 */
  uint32_t late_ms;          /* to the host: until a slot behind which others are is corrupt */
  uint64_t start;            /* the first ticket */
  void* memory;              /* null: on the first GPU; else aligned to 128 */
  size_t memory_bytes;       /* at least ring_transport_bytes_for(); 0 where memory is null */
} ring_transport_options;

/* What a kernel gets by value: ring::abi::TransportRing. */
typedef struct ring_transport_ring {
  uint64_t words[11];
} ring_transport_ring;

typedef struct ring_transport_record {
  const void* data;
  size_t bytes;
} ring_transport_record;

typedef struct ring_transport_statistics {
  uint64_t records; /* that passed this end */
  uint64_t corrupt; /* slots that were skipped */
} ring_transport_statistics;

typedef struct ring_transport_consumer ring_transport_consumer; /* GPU to host */
typedef struct ring_transport_producer ring_transport_producer; /* host to GPU */

ring_transport_options ring_transport_default_options(void);
/* Of `memory`, for the one direction or the other; 0 where the options are invalid. */
size_t ring_transport_bytes_for(int is_to_device, const ring_transport_options* options);

/* Null where it failed; then `error`, unless null, has the message, cut at error_bytes. `options`
 * may be null. */
ring_transport_consumer* ring_transport_create_consumer(const ring_transport_options* options,
                                                        char* error, size_t error_bytes);
ring_transport_producer* ring_transport_create_producer(const ring_transport_options* options,
                                                        char* error, size_t error_bytes);
/* Close and free. Kernels that use the ring must have ended. */
void ring_transport_destroy_consumer(ring_transport_consumer* consumer);
void ring_transport_destroy_producer(ring_transport_producer* producer);
ring_transport_ring ring_transport_consumer_ring(const ring_transport_consumer* consumer);
ring_transport_ring ring_transport_producer_ring(const ring_transport_producer* producer);

/* `bytes` is the record's size, also where TOO_LARGE. */
ring_transport_result ring_transport_try_pop(ring_transport_consumer* consumer, void* to,
                                             size_t capacity, size_t* bytes);
/* Waits for at most timeout_ns; then EMPTY. */
ring_transport_result ring_transport_pop(ring_transport_consumer* consumer, void* to,
                                         size_t capacity, size_t* bytes, uint64_t timeout_ns);
/* Up to `capacity` records in place, at most 128; they stay until released or looked at again. */
ring_transport_result ring_transport_try_peek(ring_transport_consumer* consumer,
                                              ring_transport_record* records, size_t capacity,
                                              size_t* count);
ring_transport_result ring_transport_peek(ring_transport_consumer* consumer,
                                          ring_transport_record* records, size_t capacity,
                                          size_t* count, uint64_t timeout_ns);
void ring_transport_release(ring_transport_consumer* consumer, size_t count);
/* Takes no more. */
void ring_transport_close_consumer(ring_transport_consumer* consumer);
/* The kernels that push have ended: what is in the ring is all. */
void ring_transport_device_done(ring_transport_consumer* consumer);
ring_transport_statistics
ring_transport_consumer_statistics(const ring_transport_consumer* consumer);

ring_transport_result ring_transport_try_push(ring_transport_producer* producer, const void* record,
                                              size_t bytes);
/* Waits for at most timeout_ns; then FULL. */
ring_transport_result ring_transport_push(ring_transport_producer* producer, const void* record,
                                          size_t bytes, uint64_t timeout_ns);
/* `count` records of `bytes`, `stride` apart; OK where `pushed` is above 0. */
ring_transport_result ring_transport_try_push_batch(ring_transport_producer* producer,
                                                    const void* records, size_t stride,
                                                    size_t bytes, size_t count, size_t* pushed);
/* No record comes after those that were pushed. */
void ring_transport_close_producer(ring_transport_producer* producer);
ring_transport_statistics
ring_transport_producer_statistics(const ring_transport_producer* producer);

/* The result's name, and the files for NVRTC: number `index` of them, or null behind the last. */
const char* ring_transport_result_name(ring_transport_result result);
const char* ring_transport_header(size_t index, const char** text);

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The C interface, compiled as C. The kernels' side is a C++ helper of the test.
 */
#include <ringkernel/transport_c.h>

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The other ends, on the host (CPeer.cpp). */
ring_transport_result peer_push(ring_transport_ring ring, const void* record, uint32_t bytes);
void peer_close(ring_transport_ring ring);
ring_transport_result peer_pop(ring_transport_ring ring, void* to, uint32_t capacity,
                               uint32_t* bytes);

static int failures = 0;

#define EXPECT(condition)                                                                          \
  do {                                                                                             \
    if (!(condition)) {                                                                            \
      printf("%s:%d: %s\n", __FILE__, __LINE__, #condition);                                       \
      ++failures;                                                                                  \
    }                                                                                              \
  } while (0)

static void* allocate(ring_transport_options* options, int isToDevice) {
  options->memory_bytes = ring_transport_bytes_for(isToDevice, options);
  options->memory = aligned_alloc(128, (options->memory_bytes + 127) / 128 * 128);
  return options->memory;
}

static void testToHost(void) {
  ring_transport_options options = ring_transport_default_options();
  char error[200] = "";
  options.slots = 64;
  void* memory = allocate(&options, 0);
  ring_transport_consumer* consumer =
      ring_transport_create_consumer(&options, error, sizeof(error));
  EXPECT(consumer != NULL && error[0] == 0);
  const ring_transport_ring ring = ring_transport_consumer_ring(consumer);
  char place[64];
  size_t bytes = 99, count = 99;
  EXPECT(ring_transport_try_pop(consumer, place, sizeof(place), &bytes) == RING_TRANSPORT_EMPTY);
  EXPECT(ring_transport_pop(consumer, place, sizeof(place), &bytes, 1000) == RING_TRANSPORT_EMPTY);
  for (int i = 0; i < 5; ++i) {
    char text[16];
    snprintf(text, sizeof(text), "record %d", i);
    EXPECT(peer_push(ring, text, 9) == RING_TRANSPORT_OK);
  }
  EXPECT(ring_transport_try_pop(consumer, place, 8, &bytes) == RING_TRANSPORT_TOO_LARGE);
  EXPECT(bytes == 9);
  EXPECT(ring_transport_pop(consumer, place, sizeof(place), &bytes, UINT64_MAX) ==
         RING_TRANSPORT_OK);
  EXPECT(bytes == 9 && strcmp(place, "record 0") == 0);
  ring_transport_record records[3];
  EXPECT(ring_transport_try_peek(consumer, records, 3, &count) == RING_TRANSPORT_OK && count == 3);
  EXPECT(records[2].bytes == 9 && strcmp(records[2].data, "record 3") == 0);
  ring_transport_release(consumer, 3);
  peer_close(ring);
  EXPECT(ring_transport_peek(consumer, records, 3, &count, 1000) == RING_TRANSPORT_OK);
  EXPECT(count == 1 && strcmp(records[0].data, "record 4") == 0);
  ring_transport_release(consumer, 1);
  EXPECT(ring_transport_peek(consumer, records, 3, &count, 1000) == RING_TRANSPORT_CLOSED);
  EXPECT(count == 0);
  EXPECT(ring_transport_consumer_statistics(consumer).records == 5);
  ring_transport_destroy_consumer(consumer);
  free(memory);
}

static void testToDevice(void) {
  ring_transport_options options = ring_transport_default_options();
  options.mode = RING_TRANSPORT_THROUGHPUT;
  options.slots = 64;
  options.readers = 1;
  void* memory = allocate(&options, 1);
  ring_transport_producer* producer = ring_transport_create_producer(&options, NULL, 0);
  const ring_transport_ring ring = ring_transport_producer_ring(producer);
  const uint32_t numbers[6] = {1, 2, 3, 4, 5, 6};
  size_t pushed = 0;
  EXPECT(ring_transport_try_push(producer, numbers, 8) == RING_TRANSPORT_OK);
  EXPECT(ring_transport_push(producer, numbers, 8, 1000) == RING_TRANSPORT_OK);
  EXPECT(ring_transport_try_push_batch(producer, numbers, 8, 8, 3, &pushed) == RING_TRANSPORT_OK);
  EXPECT(pushed == 3);
  ring_transport_close_producer(producer);
  EXPECT(ring_transport_try_push(producer, numbers, 8) == RING_TRANSPORT_CLOSED);
  uint32_t got[2], bytes = 0;
  for (int i = 0; i < 5; ++i) {
    EXPECT(peer_pop(ring, got, sizeof(got), &bytes) == RING_TRANSPORT_OK);
    EXPECT(bytes == 8 && got[0] == (i < 2 ? 1u : numbers[(i - 2) * 2]));
  }
  EXPECT(peer_pop(ring, got, sizeof(got), &bytes) == RING_TRANSPORT_CLOSED);
  EXPECT(ring_transport_producer_statistics(producer).records == 5);
  ring_transport_destroy_producer(producer);
  free(memory);
}

/* What each kind of misuse says before it ends the program, in a child. */
static void expectEnd(void (*misuse)(ring_transport_consumer*, ring_transport_producer*),
                      ring_transport_consumer* consumer, ring_transport_producer* producer,
                      const char* expected) {
  int ends[2];
  char said[200] = "";
  if (pipe(ends) != 0)
    exit(2);
  fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], 2);
    misuse(consumer, producer);
    _exit(0);
  }
  close(ends[1]);
  const ssize_t bytes = read(ends[0], said, sizeof(said) - 1);
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT(bytes > 0 && strstr(said, expected) != NULL);
  if (strstr(said, expected) == NULL)
    printf("said: %s", said);
  EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}
static void nullHandle(ring_transport_consumer* c, ring_transport_producer* p) {
  (void)c, (void)p;
  ring_transport_close_consumer(NULL);
}
static void nullBytes(ring_transport_consumer* c, ring_transport_producer* p) {
  char to[8];
  (void)p, (void)ring_transport_try_pop(c, to, sizeof(to), NULL);
}
static void nullPlace(ring_transport_consumer* c, ring_transport_producer* p) {
  size_t bytes;
  (void)p, (void)ring_transport_pop(c, NULL, 8, &bytes, 0);
}
static void nullCount(ring_transport_consumer* c, ring_transport_producer* p) {
  ring_transport_record record;
  (void)p, (void)ring_transport_try_peek(c, &record, 1, NULL);
}
static void nullRecords(ring_transport_consumer* c, ring_transport_producer* p) {
  size_t count;
  (void)p, (void)ring_transport_peek(c, NULL, 1, &count, 0);
}
static void releaseWithoutPeek(ring_transport_consumer* c, ring_transport_producer* p) {
  (void)p, ring_transport_release(c, 1);
}
static void nullRecord(ring_transport_consumer* c, ring_transport_producer* p) {
  (void)c, (void)ring_transport_try_push(p, NULL, 8);
}
static void nullPushed(ring_transport_consumer* c, ring_transport_producer* p) {
  (void)c, (void)ring_transport_try_push_batch(p, "abcdefg", 8, 8, 1, NULL);
}

static void testMisuse(void) {
  ring_transport_options options = ring_transport_default_options();
  options.slots = 64;
  options.readers = 1;
  void* memory = allocate(&options, 0);
  ring_transport_consumer* consumer = ring_transport_create_consumer(&options, NULL, 0);
  void* other = allocate(&options, 1);
  ring_transport_producer* producer = ring_transport_create_producer(&options, NULL, 0);
  expectEnd(nullHandle, consumer, producer, "ring_transport_close_consumer`: the handle is null");
  expectEnd(nullBytes, consumer, producer, "ring_transport_try_pop`: `bytes` is null");
  expectEnd(nullPlace, consumer, producer, "`pop` to nowhere, bytes: 8");
  expectEnd(nullCount, consumer, producer, "ring_transport_try_peek`: `count` is null");
  expectEnd(nullRecords, consumer, producer, "ring_transport_peek`: `records` is null");
  expectEnd(releaseWithoutPeek, consumer, producer, "`release` of more records than were peeked");
  expectEnd(nullRecord, consumer, producer, "records that are nowhere, their bytes: 8");
  expectEnd(nullPushed, consumer, producer, "ring_transport_try_push_batch`: `pushed` is null");
  size_t bytes = 0;
  EXPECT(ring_transport_try_push(producer, NULL, 0) ==
         RING_TRANSPORT_OK); /* nothing lies nowhere */
  EXPECT(ring_transport_try_pop(consumer, NULL, 0, &bytes) == RING_TRANSPORT_EMPTY);
  ring_transport_destroy_consumer(consumer);
  ring_transport_destroy_producer(producer);
  free(memory);
  free(other);
}

static void testRefusals(void) {
  ring_transport_options options = ring_transport_default_options();
  char error[30];
  options.slots = 100;
  EXPECT(ring_transport_bytes_for(0, &options) == 0);
  EXPECT(ring_transport_create_consumer(&options, error, sizeof(error)) == NULL);
  EXPECT(strcmp(error, "cannot make a transport: `slo") == 0); /* cut, and ended */
  options.mode = 2;
  EXPECT(ring_transport_create_producer(&options, NULL, 0) == NULL);
  EXPECT(ring_transport_bytes_for(0, &options) == 0);
  char message[120];
  options = ring_transport_default_options();
  options.mode = 9;
  EXPECT(ring_transport_bytes_for(1, &options) == 0);
  EXPECT(ring_transport_create_consumer(&options, message, sizeof(message)) == NULL);
  EXPECT(strcmp(message, "cannot make a transport: `mode` is 9; it must be 0 (latency) or 1 "
                         "(throughput)") == 0);
  options = ring_transport_default_options();
  options.memory = &options;
  EXPECT(ring_transport_create_consumer(&options, message, sizeof(message)) == NULL);
  EXPECT(strncmp(message, "cannot make a transport: `memory` is 0; it must be at least ", 60) == 0);
  options.memory = NULL;
  options.memory_bytes = 4096;
  EXPECT(ring_transport_create_producer(&options, message, sizeof(message)) == NULL);
  EXPECT(strcmp(message, "cannot make a transport: `memory` is 0; it must be a place of its 4096 "
                         "bytes") == 0);
  ring_transport_destroy_consumer(NULL);
  ring_transport_destroy_producer(NULL);
  EXPECT(strcmp(ring_transport_result_name(RING_TRANSPORT_CORRUPT), "Corrupt") == 0);
  size_t headers = 0;
  const char* text = NULL;
  while (ring_transport_header(headers, &text) != NULL) {
    EXPECT(strstr(text, "SPDX") != NULL);
    ++headers;
  }
  EXPECT(headers == 7);
}

int main(void) {
  testToHost();
  testToDevice();
  testMisuse();
  testRefusals();
  printf("%d failures\n", failures);
  return failures != 0;
}

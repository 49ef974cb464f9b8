/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The latency-mode ring between host and device: a tag in every 16-byte chunk, credits, close. One
 * producer, one consumer, on two sides of a bus. README.md says what is assumed and how to run it.
 *
 *   -DFAULT_CHUNK0     the consumer looks at chunk 0's tag alone
 *   -DFAULT_CREDIT     the producer takes one credit more than it was given
 *   -DFAULT_TAG        the tag is the same in every lap
 *   -DFAULT_CLOSE      the close word carries no count: the consumer leaves when it sees it
 *   -DFAULT_EARLY      the consumer gives a slot back before it has read it
 *   -DTAGS=2           a tag comes round before unused chunks were cleared
 * Each must fail. Without any, no assertion fails, no state is stuck, and every message arrives.
 */

#ifndef SLOTS
#define SLOTS 2     /* a ring */
#endif
#ifndef MESSAGES
#define MESSAGES 5  /* more than two laps */
#endif
#ifndef TAGS
#define TAGS 3      /* distinct tags, 0 is none of them; none comes round among MESSAGES / SLOTS laps,
                       as 2^31 laps pass between two times that unused chunks are cleared */
#endif
#define CHUNKS 2    /* a slot */
#define chunksOf(message) (message == 2 -> 1 : CHUNKS)  /* chunk 0 says so */
#define FLIGHT 3    /* posted writes under way at once */

/* Memory as the consumer sees it: a chunk is written and read in one piece. */
byte tag[SLOTS * CHUNKS];
byte payload[SLOTS * CHUNKS];
/* Memory as the producer sees it. */
byte consumed;
/* Close: how many messages there were, + 1; 0 while open. */
byte closed;

/* The bus toward the consumer: an unordered bag of posted writes. 0 place: nothing under way. */
byte wPlace[FLIGHT];   /* chunk number + 1, or CLOSE */
byte wTag[FLIGHT];
byte wPayload[FLIGHT];
#define CLOSE 255
/* The bus toward the producer: the one word `consumed`, with one writer. Values may overtake each other
 * in a bag; it depends on the tags that the consumer read, so it comes behind those reads, and two stores
 * of one thread to one word in order (coherence), so one value under way is enough. */
byte wConsumed;
bool wConsumedUnderWay;

byte received;
bool done;

#ifdef FAULT_TAG
#define tagOf(message) 1
#else
#define tagOf(message) (1 + ((message) / SLOTS) % TAGS)
#endif

inline post(place, t, p) {
  /* Takes a free place in the bag, and waits while there is none. */
  if
  :: atomic { wPlace[0] == 0 -> wPlace[0] = place; wTag[0] = t; wPayload[0] = p }
  :: atomic { wPlace[1] == 0 -> wPlace[1] = place; wTag[1] = t; wPayload[1] = p }
  :: atomic { wPlace[2] == 0 -> wPlace[2] = place; wTag[2] = t; wPayload[2] = p }
  fi
}

active proctype producer() {
  byte message = 0, chunk;
  do
  :: message < MESSAGES ->
#ifdef FAULT_CREDIT
     message < consumed + SLOTS + 1;
#else
     message < consumed + SLOTS;
#endif
     chunk = 0;
     do
     :: chunk < chunksOf(message) ->
        post((message % SLOTS) * CHUNKS + chunk + 1, tagOf(message), 1 + message);
        chunk++
     :: chunk == chunksOf(message) -> break
     od;
     message++
  :: message == MESSAGES -> break
  od;
  post(CLOSE, 0, 1 + message)
}

inline deliver(i) {
  if
  :: wPlace[i] == CLOSE -> closed = wPayload[i]
  :: else -> tag[wPlace[i] - 1] = wTag[i]; payload[wPlace[i] - 1] = wPayload[i]
  fi;
  wPlace[i] = 0; wTag[i] = 0; wPayload[i] = 0
}

/* The bus: delivers what is under way in any order, at any time. */
active proctype bus() {
end:
  do
  :: atomic { wPlace[0] != 0 -> deliver(0) }
  :: atomic { wPlace[1] != 0 -> deliver(1) }
  :: atomic { wPlace[2] != 0 -> deliver(2) }
  :: atomic { wConsumedUnderWay -> consumed = wConsumed; wConsumedUnderWay = false; wConsumed = 0 }
  od
}

inline giveBack() {
  atomic { !wConsumedUnderWay -> wConsumed = received + 1; wConsumedUnderWay = true }
}

#define place(c) ((received % SLOTS) * CHUNKS + (c))

active proctype consumer() {
  byte chunk;
  do
  :: /* The close word says how many: only after the last of them is it the end. */
#ifdef FAULT_CLOSE
     closed != 0 -> break
#else
     closed == received + 1 -> break
#endif
  :: tag[place(0)] == tagOf(received) ->
#ifdef FAULT_EARLY
     giveBack();
#endif
     chunk = 0;
     do
     :: chunk < chunksOf(received) ->
#ifdef FAULT_CHUNK0
        if
        :: chunk == 0 -> skip
        :: else -> assert(payload[place(chunk)] == 1 + received) /* whatever is there */
        fi;
#else
        /* A matching tag says that this chunk is this message's, and nothing of any other. */
        atomic { tag[place(chunk)] == tagOf(received) -> assert(payload[place(chunk)] == 1 + received) };
#endif
        chunk++
     :: chunk == chunksOf(received) -> break
     od;
#ifndef FAULT_EARLY
     giveBack();
#endif
     received++
  od;
  assert(received == MESSAGES);
  done = true
}

/* Every message arrives and the ring ends, whatever the order of what is ready to go. */
ltl arrives { <> done }

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A resident kernel as one translation unit, of the device's own files: who includes this has
// defined RING_TEST_PROGRAM, its namespace and its kernel's name, and the sizes that resident.cuh
// assumes, and defines its Configuration with RING_TEST_CONFIGURATION.
#include "test/Unit/Resident/Cuda.h"
#include "test/Unit/Resident/Messages.h"

#include <initializer_list>

#define RING_WARP_SHARDS 16u
#define RING_SHARDS 17u
#define RING_LANES 2u
#define RING_CLIENTS 4u
#define RING_LANE_STRIDE (RING_LANE_SLOTS * RING_SLOT_CHUNKS + 8u)
#define RING_STAGE_BYTES (((12 + RING_SLOT_CHUNKS * 12 + 15) / 16 | 1) * 16)
#define RING_BLOCK_MESSAGES (RING_SLOT_CHUNKS == 4 ? 32u : 2u) // Program::blockMessages()
#define RING_MAX_SENDS 7u // a Fan's or a Generator's five, and the runtime's two
#define ring_resident RING_TEST_PROGRAM

namespace ring::test::RING_TEST_PROGRAM {
#include "context.cuh"
#include "near.cuh"

#include "test/Unit/Resident/Actors.h"

#include "resident.cuh"
} // namespace ring::test::RING_TEST_PROGRAM

#define RING_TEST_CONFIGURATION(NAME)                                                              \
  {NAME,                                                                                           \
   RING_SLOT_CHUNKS,                                                                               \
   RING_MAILBOX_SLOTS,                                                                             \
   RING_LANE_SLOTS,                                                                                \
   RING_LANE_STRIDE,                                                                               \
   RING_OWN_SLOTS,                                                                                 \
   RING_SHARED_SLOTS,                                                                              \
   RING_NEAR_SLOTS,                                                                                \
   RING_STAGE_BYTES,                                                                               \
   RING_MAX_SENDS,                                                                                 \
   RING_SHARED_SENDS,                                                                              \
   RING_SHARDS,                                                                                    \
   RING_WARP_SHARDS,                                                                               \
   RING_LANES,                                                                                     \
   RING_CLIENTS,                                                                                   \
   RING_TEST_ITEM_WORDS,                                                                           \
   RING_TEST_PROGRAM::ring_kStagedAtOnce,                                                          \
   RING_BLOCK_MESSAGES,                                                                            \
   RING_TEST_PROGRAM::ring_kWaitingBytes,                                                          \
   RING_TEST_PROGRAM::ring_kHeldRoom,                                                              \
   RING_TEST_PROGRAM::ring_kAsideRoom,                                                             \
   &RING_TEST_PROGRAM::ring_table,                                                                 \
   &RING_TEST_PROGRAM::ring_resident}

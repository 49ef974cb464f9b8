// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A slot is two loads of a whole warp, taken one at a time; no near mailboxes, and the first sends
// of most lanes lie in global memory.
#define RING_TEST_PROGRAM residentOfLargeSlots
#define RING_TEST_ITEM_WORDS 150u
#define RING_SLOT_CHUNKS 64u
#define RING_MAILBOX_SLOTS 32u
#define RING_LANE_SLOTS 8u
#define RING_OWN_SLOTS 8u
#define RING_SHARED_SLOTS 8u
#define RING_NEAR_SLOTS 0u
#define RING_SHARED_SENDS 1u
#include "test/Unit/Resident/Program.h"

namespace ring::test {

const Configuration& largeSlots() {
  static const Configuration configuration = RING_TEST_CONFIGURATION("LargeSlots");
  return configuration;
}

} // namespace ring::test

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Eight slots at once and four groups a look; near mailboxes of a cluster of two blocks, shorter
// than a look, so that they are full all the time.
#define RING_TEST_PROGRAM residentOfSmallSlots
#define RING_TEST_ITEM_WORDS 5u
#define RING_SLOT_CHUNKS 4u
#define RING_MAILBOX_SLOTS 32u
#define RING_LANE_SLOTS 32u
#define RING_OWN_SLOTS 32u
#define RING_SHARED_SLOTS 32u
#define RING_NEAR_SLOTS 8u
#define RING_SHARED_SENDS 32u
#include "test/Unit/Resident/Program.h"

namespace ring::test {

const Configuration& smallSlots() {
  static const Configuration configuration = RING_TEST_CONFIGURATION("SmallSlots");
  return configuration;
}

} // namespace ring::test

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// As LargeSlots.cpp with the largest slots: eight loads of a whole warp, messages of 3 KiB.
#define RING_TEST_PROGRAM residentOfHugeSlots
#define RING_TEST_ITEM_WORDS 740u
#define RING_SLOT_CHUNKS 256u
#define RING_MAILBOX_SLOTS 32u
#define RING_LANE_SLOTS 8u
#define RING_OWN_SLOTS 8u
#define RING_SHARED_SLOTS 8u
#define RING_NEAR_SLOTS 0u
#define RING_SHARED_SENDS 1u
#include "test/Unit/Resident/Program.h"

namespace ring::test {

const Configuration& hugeSlots() {
  static const Configuration configuration = RING_TEST_CONFIGURATION("HugeSlots");
  return configuration;
}

} // namespace ring::test

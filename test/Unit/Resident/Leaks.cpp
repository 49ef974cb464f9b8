// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whether a machine at rest has all that it began with: each block of the pool once, in a queue or
// on a stack, and counts of messages that wait at zero.
#include "test/Unit/Resident/Machine.h"

#include <string>

namespace ring::test {

std::string Machine::leaks() const {
  std::vector<uint32_t> users(waiting_.blocks);
  const uint32_t* queue = beginning_.queues.data();
  std::string found;
  for (const abi::ResidentShard& record : records_)
    for (const abi::WaitingQueue& waiting : {record.held, record.aside}) {
      if (waiting.begin != waiting.end)
        found += "messages wait; ";
      for (uint64_t at = waiting.begin / waiting_.blockMessages * waiting_.blockMessages;
           at != waiting.ready; at += waiting_.blockMessages)
        ++users.at(queue[at / waiting_.blockMessages % waiting_.queueBlocks]);
      queue += waiting_.queueBlocks;
    }
  const uint32_t* const next = beginning_.links.data() + cuda::WaitingLayout::kTopsBytes / 4;
  for (uint32_t stack = 0; stack < abi::kBlockStacks; ++stack)
    for (uint32_t block = beginning_.links[stack * abi::kBlockStackWords * 2];
         block != abi::kNoBlock && users.at(block) < 2; block = next[block])
      ++users[block];
  for (uint32_t block = 0; block < waiting_.blocks; ++block)
    if (users[block] != 1)
      found +=
          "block " + std::to_string(block) + " has " + std::to_string(users[block]) + " users; ";
  if (told_.held != 0)
    found += std::to_string(told_.held) + " messages are said to be held; ";
  for (const abi::ResidentEntry& entry : directory_)
    if (entry.life >> abi::kLifeBits != 0)
      found += "messages are said to be put aside; ";
  return found;
}

} // namespace ring::test

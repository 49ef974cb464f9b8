// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is compared with what: a group is queues that do the same work in the same run.
#ifndef RINGKERNEL_BENCH_RINGS_GROUPS_H
#define RINGKERNEL_BENCH_RINGS_GROUPS_H

#include "Placement.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace bench {

enum class Side { Ours, Peer, Limit };

struct Entry {
  std::string name;
  Side side = Side::Ours;
  std::size_t atOnce = 1;    ///< messages a call
  std::function<bool()> run; ///< false where a message was wrong
};

struct Group {
  std::string name;
  std::string definition;
  std::uint64_t messages = 0; ///< of one run; there and back counts as one
  std::size_t bytes = 0;      ///< of a message
  double target = 0;          ///< ours / best peer as rates, at least; 0: none
  bool isLatency = false;     ///< given as nanoseconds a message, not as a rate
  std::vector<Entry> entries;
};

/// `scale` multiplies the number of messages.
std::vector<Group> spscGroups(const Placement& placement, double scale);
std::vector<Group> sharedGroups(const Placement& placement, double scale);
std::vector<Group> latencyGroups(const Placement& placement, double scale);

} // namespace bench

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the rings' model checks have in common: threads that push and pop numbered cells, and what
// must hold of what came out. Producer p's values are 10 p, 10 p + 1, ...
#ifndef RINGKERNEL_TEST_UNIT_QUEUE_MODEL_RINGCASES_H
#define RINGKERNEL_TEST_UNIT_QUEUE_MODEL_RINGCASES_H

#include "Model.h"

#include <ringkernel/queue/RingResult.h>

#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <vector>

namespace cases {

using model::Access;
using model::Case;
using model::Cell;
using model::Fault;
using model::Result;
using ring::RingResult;

/// What the consumers of one run got.
struct Received {
  std::vector<int> values;
  bool closed = false;
};

/// `values` are those of `all` that one producer's (the tens digit) in order without a gap.
inline void requireInOrder(const std::vector<int>& values, int producers) {
  for (int producer = 1; producer <= producers; ++producer) {
    int next = 10 * producer;
    for (const int value : values)
      if (value / 10 == producer)
        model::require(value == next++, "lost, twice, or out of order");
  }
}
inline void requireGrowing(const std::vector<int>& values, int producers) {
  for (int producer = 1; producer <= producers; ++producer) {
    int last = -1;
    for (const int value : values)
      if (value / 10 == producer) {
        model::require(value > last, "twice or out of order");
        last = value;
      }
  }
}

template <class Producer> int pushAll(Producer& producer, int number, int count) {
  int pushed = 0;
  for (int i = 0; i < count; ++i) {
    const RingResult result = producer.tryPush(Cell(10 * number + pushed));
    pushed += result == RingResult::Ok;
    model::require(result == RingResult::Ok || result == RingResult::Full, "neither Ok nor Full");
  }
  return pushed;
}
template <class Consumer> void popSome(Consumer& consumer, Received& received, int looks) {
  for (int i = 0; i < looks && !received.closed; ++i) {
    Cell cell(0);
    const RingResult result = consumer.tryPop(cell);
    if (result == RingResult::Ok)
      received.values.push_back(cell.get());
    received.closed = result == RingResult::Closed;
  }
}
/// After all threads: what is left comes out, and nothing is missing.
template <class Consumer>
void drain(Consumer& consumer, std::vector<int>& values, std::size_t expected) {
  Cell cell(0);
  RingResult result;
  while ((result = consumer.tryPop(cell)) == RingResult::Ok)
    values.push_back(cell.get());
  model::require(values.size() == expected, "not as many came out as went in");
}

inline void expectRight(const Result& result, std::uint64_t leastRuns = 1) {
  EXPECT_EQ(result.violation, "");
  EXPECT_TRUE(result.complete);
  EXPECT_GE(result.runs, leastRuns);
  testing::Test::RecordProperty("runs", std::to_string(result.runs));
  std::printf("             %lu interleavings\n", static_cast<unsigned long>(result.runs));
}
inline void expectFound(const Result& result) {
  EXPECT_NE(result.violation, "") << "not found in " << result.runs << " interleavings";
}
inline Fault relaxed(int location, Access access) {
  return {Fault::Kind::Relax, location, location, access};
}
inline Fault ahead(int location) { return {Fault::Kind::Skew, location, location, Access::Load}; }
inline Fault torn(int location) { return {Fault::Kind::Tear, location, location, Access::Modify}; }

// Locations in the order of construction: the state's flags and its four words for waiting come
// first.
inline constexpr int kFlags = 0, kTail = 5;

} // namespace cases

#endif

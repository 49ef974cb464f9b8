// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The number of items grows while a cycle takes a small part of the time: backends differ in speed
// by a thousand.
#include "SelfTest.h"

#include "doctor.ring.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <vector>

namespace ring::tool {

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;
using namespace doctor;

constexpr std::uint32_t kAuditors = 4, kRelays = kAuditors * (kSenders - 1);
constexpr std::uint32_t kMaxItems = 1 << 16;
constexpr std::uint32_t kMaxQuestions = 2000, kWarmUp = 10; ///< of a cycle
constexpr auto kPatience = 10s;                             ///< for one answer

/// What is not as it should be; ends the test.
class Fault : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

void require(const Status& status, const char* what) {
  if (!status)
    throw Fault(fmt::format("{}: {} ({})", what, status.message(), toString(status.code())));
}
template <class Value> Value require(Result<Value> result, const char* what) {
  require(result.status(), what);
  return *std::move(result);
}

class SelfTest {
public:
  SelfTest(Backend backend, Clock::duration duration, const TellStep& tell)
      : duration_(duration), tell_(tell) {
    options_.backend = backend;
    options_.maxActors = 1024;
    options_.stateBytes = 1 << 20;
  }
  Json run();

private:
  void cycle();
  void step(const char* what) { tell_(fmt::format("{} (start {})", what, starts_)); }
  void questions(Runtime& runtime, Clock::time_point until);
  void items(Runtime& runtime);
  void audit(Runtime& runtime, const std::vector<ActorRef<Auditor>>& auditors);
  void endings(Runtime& runtime);
  Json percentile(double part);

  const Clock::duration duration_;
  const TellStep& tell_;
  RuntimeOptions options_;
  std::string backendName_;
  std::uint32_t starts_ = 0, items_ = 16;
  std::uint64_t checked_ = 0;
  std::vector<double> roundTripsUs_;
};

void SelfTest::questions(Runtime& runtime, Clock::time_point until) {
  step("asking");
  const auto echo = require(runtime.spawn<Echo>(), "cannot spawn an actor");
  for (std::uint32_t i = 1; i <= kMaxQuestions && (i <= 2 * kWarmUp || Clock::now() < until); ++i) {
    const Clock::time_point before = Clock::now();
    const Answer answer =
        require(runtime.ask<Answer>(echo, Question{i}).get(kPatience), "a question got no answer");
    const std::chrono::duration<double, std::micro> took = Clock::now() - before;
    if (answer.value != scramble(i) || answer.answered != i)
      throw Fault(fmt::format("question {} was answered with {} and count {}, not with {} and {}",
                              i, answer.value, answer.answered, scramble(i), i));
    ++checked_;
    if (i > kWarmUp)
      roundTripsUs_.push_back(took.count());
  }
}

void SelfTest::items(Runtime& runtime) {
  step("sending");
  std::vector<ActorRef<Auditor>> auditors;
  std::vector<ActorRef<Relay>> relays;
  for (std::uint32_t i = 0; i < kAuditors; ++i)
    auditors.push_back(require(runtime.spawn<Auditor>(), "cannot spawn an actor"));
  for (std::uint32_t i = 0; i < kRelays; ++i)
    relays.push_back(
        require(runtime.spawn<Relay>(auditors[i % kAuditors]), "cannot spawn a relay"));
  for (std::uint32_t number = 0; number < items_; ++number) {
    const auto itemOf = [&](std::uint32_t sender) {
      Item item{sender, number, {}};
      for (std::uint32_t i = 0; i < kWords; ++i)
        item.words[i] = wordOf(sender, number, i);
      return item;
    };
    for (std::uint32_t i = 0; i < kRelays; ++i)
      require(runtime.send(relays[i], itemOf(i / kAuditors)), "cannot send to a relay");
    for (const ActorRef<Auditor> auditor : auditors)
      require(runtime.send(auditor, itemOf(kSenders - 1)), "cannot send");
  }
  step("draining");
  require(runtime.drain(), "cannot drain");
  audit(runtime, auditors);
}

void SelfTest::audit(Runtime& runtime, const std::vector<ActorRef<Auditor>>& auditors) {
  step("auditing");
  for (std::size_t i = 0; i < auditors.size(); ++i) {
    const Totals totals = require(runtime.ask<Totals>(auditors[i], Report{}).get(kPatience),
                                  "an auditor gave no report");
    const std::uint32_t sent = items_ * kSenders;
    if (totals.received != sent || totals.disordered != 0 || totals.damaged != 0)
      throw Fault(fmt::format("auditor {} got {} of {} messages, {} out of order, {} damaged", i,
                              totals.received, sent, totals.disordered, totals.damaged));
    checked_ += sent;
  }
}

/// An actor that fails or stops ends alone, and who asks is told.
void SelfTest::endings(Runtime& runtime) {
  step("ending actors");
  constexpr std::uint32_t kCode = 7;
  const auto failing = require(runtime.spawn<Mortal>(), "cannot spawn an actor");
  const auto leaving = require(runtime.spawn<Mortal>(), "cannot spawn an actor");
  const auto staying = require(runtime.spawn<Mortal>(), "cannot spawn an actor");
  const Status failed = runtime.ask<Answer>(failing, Fail{kCode}).get(kPatience).status();
  if (failed.code() != StatusCode::Failed || failed.failCode() != kCode)
    throw Fault(fmt::format("an actor that fails with code {} was reported as {}, code {}", kCode,
                            toString(failed.code()), failed.failCode()));
  require(runtime.ask<Answer>(leaving, Leave{}).get(kPatience).status(), "an actor that leaves");
  for (const ActorRef<Mortal> gone : {failing, leaving}) {
    const Status status = runtime.ask<Answer>(gone, Question{1}).get(kPatience).status();
    if (status.code() != StatusCode::Closed)
      throw Fault(fmt::format("an actor that is gone was reported as {}", toString(status.code())));
  }
  require(runtime.ask<Answer>(staying, Question{1}).get(kPatience).status(),
          "the actor beside those that ended");
  require(runtime.drain(), "cannot drain"); // from then on counts are exact
  const Statistics counts = runtime.statistics();
  if (counts.failed != 1 || counts.stopped != 1)
    throw Fault(fmt::format("one actor failed and one stopped; {} and {} were counted",
                            counts.failed, counts.stopped));
}

void SelfTest::cycle() {
  ++starts_;
  const Clock::time_point begin = Clock::now();
  step("starting");
  Runtime runtime = require(Runtime::create(options_), "cannot start");
  backendName_ = runtime.backendName();
  questions(runtime, Clock::now() + duration_ / 10);
  items(runtime);
  endings(runtime);
  step("stopping");
  require(runtime.stop(kPatience), "cannot stop");
  if (Clock::now() - begin < duration_ / 8)
    items_ = std::min(items_ * 4, kMaxItems);
}

Json SelfTest::percentile(double part) {
  if (roundTripsUs_.empty())
    return nullptr;
  const auto at =
      roundTripsUs_.begin() + static_cast<std::ptrdiff_t>(part * double(roundTripsUs_.size() - 1));
  std::nth_element(roundTripsUs_.begin(), at, roundTripsUs_.end());
  return *at;
}

Json SelfTest::run() {
  const Clock::time_point begin = Clock::now();
  Json problem;
  try {
    while (starts_ < 2 || Clock::now() - begin < duration_)
      cycle();
  } catch (const Fault& fault) {
    problem = fmt::format("{} (start {})", fault.what(), starts_);
  }
  const std::chrono::duration<double> took = Clock::now() - begin;
  return {{"state", problem.is_null() ? "works" : "broken"},
          {"problem", problem},
          {"backend", backendName_.empty() ? Json() : Json(backendName_)},
          {"starts", starts_},
          {"roundTrips", roundTripsUs_.size()},
          {"roundTripP50Us", percentile(0.5)},
          {"roundTripP99Us", percentile(0.99)},
          {"messagesChecked", checked_},
          {"seconds", took.count()}};
}

} // namespace

Json selfTest(Backend backend, unsigned seconds, const TellStep& tell) {
  return SelfTest(backend, std::chrono::seconds(seconds), tell).run();
}

} // namespace ring::tool

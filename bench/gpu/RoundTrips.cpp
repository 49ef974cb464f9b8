// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Question and answer: to an actor near to the thread and to any of 100,000, by both ways of
// waiting, at once and after idleness.
#include "Asking.h"
#include "Makers.h"

#include <fmt/core.h>

namespace bench {
namespace {

constexpr std::size_t kMany = 100000;
constexpr Pause kLong = std::chrono::seconds(1);

/// The rows of actors, in turn with the raw echo and the launches.
Group asking(const Settings& settings, std::string name, std::uint32_t count, Pause pause) {
  Group group{std::move(name), "us", "", {rawEchoRow(settings, count, pause)}};
  const struct {
    const char *name, *definition;
    bool isDirect;
    How how;
  } rows[] = {
      {"direct, get()",
       "ask(...).get() to an actor on a warp that polls this thread's ring, until the answer was "
       "taken",
       true, How::Get},
      {"direct, co_await", "the same with co_await, resumed in poll()", true, How::Await},
      {"any of 100,000, get()",
       "ask(...).get(), the actors in an order without pattern: a hop through L2 for nearly all",
       false, How::Get},
      {"any of 100,000, co_await", "the same with co_await", false, How::Await}};
  for (const auto& row : rows)
    group.rows.push_back({row.name, row.definition, [=] {
                            ring::Runtime runtime = makeRuntime();
                            const Echoes echoes =
                                row.isDirect ? directEcho(runtime) : spawnEchoes(runtime, kMany);
                            return ask(runtime, echoes, count, row.how, pause);
                          }});
  if (pause < kLong) // it takes long, and idleness does little to a launch
    addLaunched(group, settings, count, pause);
  return group;
}

} // namespace

void roundTrips(const Settings& settings, const Groups& add) {
  const auto count = static_cast<std::uint32_t>(20000 * settings.scale);
  Group busy = asking(settings, "question and answer", count, {});
  busy.target = "direct 1.10 of the first, p99 / p50 1.3; direct 2.7 x the peer; routed 1.3 tagged "
                "hops more";
  add(std::move(busy));
  Group idle = asking(settings, "question and answer after 1 ms idle", std::max(2u, count / 200),
                      std::chrono::milliseconds(1));
  idle.target = "woken within 25 us";
  add(std::move(idle));
  Group asleep = asking(settings, "question and answer after 1 s idle", 2, kLong);
  asleep.target = "woken within 25 us";
  asleep.mostRounds = 3; // a row takes two seconds
  add(std::move(asleep));
}

} // namespace bench

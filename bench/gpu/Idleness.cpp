// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the GPU draws while nothing is asked of it, in each state that it can be left in, and how
// long the first question then takes.
#include "Asking.h"
#include "Makers.h"

#include <functional>
#include <memory>

namespace bench {
namespace {

/// The state is left alone for a second, so that clocks follow, then watched. `meanwhile` is called
/// again and again.
template <class Meanwhile> double wattsOver(const Settings& settings, Meanwhile&& meanwhile) {
  const auto leave = [&](double seconds) {
    for (const auto begin = Clock::now(); microsecondsSince(begin) < seconds * 1e6;)
      meanwhile();
  };
  leave(1);
  Watch watch(settings.meter, std::chrono::milliseconds(100));
  leave(settings.idle);
  return Meter::wattsOver(watch.stop());
}

void rest() { std::this_thread::sleep_for(std::chrono::milliseconds(20)); }

Figures wattsOf(double watts) { return {watts, 0, true, 1}; }

struct State {
  const char *name, *definition;
  std::function<void(ring::Runtime&, const Echoes&)> meanwhile; ///< again and again
  bool isParked = false;
};

/// `watch` while the kernel is in that state.
void in(const State& state, ring::Runtime& runtime, const std::function<void()>& watch) {
  if (state.isParked)
    require("park", runtime.withParked(watch));
  else
    watch();
}

/// The first questions after `state` was left alone for a while; a parked kernel's way back is in
/// them.
Figures wake(ring::Runtime& runtime, const Echoes& echo, const State& state) {
  std::vector<double> times;
  bool isRight = true;
  for (int i = 0; i < 5; ++i) {
    Clock::time_point end;
    in(state, runtime, [&] {
      for (const auto begin = Clock::now(); microsecondsSince(begin) < 200e3;)
        state.meanwhile(runtime, echo);
      end = Clock::now();
    });
    isRight &= ask(runtime, echo, 1).isRight;
    times.push_back(microsecondsSince(end));
  }
  return timesOf(std::move(times), isRight);
}

std::vector<State> states() {
  const auto alone = [](ring::Runtime&, const Echoes&) { rest(); };
  return {{"warm", "the resident kernel, nothing sent: warps look less and less often", alone},
          {"hot",
           "the resident kernel with a question every millisecond, so that it never rests long",
           [](ring::Runtime& runtime, const Echoes& echo) {
             std::this_thread::sleep_for(std::chrono::milliseconds(1));
             static_cast<void>(ask(runtime, echo, 1));
           }},
          {"parked", "within withParked(): the kernel has left the GPU and comes back behind it",
           alone, true}};
}

} // namespace

void idleness(const Settings& settings, const Groups& add) {
  const auto wakes = std::make_shared<std::vector<Row>>();
  Group power{"power while idle", "W", "parked 1.05 of the open context", {}};
  power.mostRounds = 1;
  power.rows.push_back({"open context, no kernel", "the process has a context and memory",
                        [&settings] { return wattsOf(wattsOver(settings, rest)); }});
  for (const State& state : states())
    power.rows.push_back({state.name, state.definition, [&settings, state, wakes] {
                            ring::Runtime runtime = makeRuntime();
                            const Echoes echo = directEcho(runtime);
                            static_cast<void>(ask(runtime, echo, 1000));
                            double watts = 0;
                            in(state, runtime, [&] {
                              watts = wattsOver(settings, [&] { state.meanwhile(runtime, echo); });
                            });
                            Row row{state.name,
                                    "until the first question to an actor near to the thread was "
                                    "answered, after 0.2 s of that state, five times",
                                    nullptr};
                            row.rounds.push_back(wake(runtime, echo, state));
                            wakes->push_back(std::move(row));
                            return wattsOf(watts);
                          }});
  add(std::move(power));
  if (!wakes->empty())
    add({"question after idleness, by state", "us", "25 warm, 30 parked", std::move(*wakes)});
}

} // namespace bench

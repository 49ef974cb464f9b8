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

/// Whether a program can send the kernel to sleep, as RuntimeOptions' reader would ask.
template <class Runtime>
concept Parks = requires(Runtime& runtime) { runtime.park(); };

template <class Runtime> void park(Runtime& runtime) {
  if constexpr (Parks<Runtime>)
    require("park", runtime.park());
}

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

using Prepare = std::function<void(ring::Runtime&)>;

struct State {
  const char *name, *definition;
  Prepare prepare;                                              ///< brings the kernel there
  std::function<void(ring::Runtime&, const Echoes&)> meanwhile; ///< again and again
};

/// The first questions after `state` was left alone for a while.
Figures wake(ring::Runtime& runtime, const Echoes& echo, const State& state) {
  std::vector<double> times;
  bool isRight = true;
  for (int i = 0; i < 5; ++i) {
    state.prepare(runtime);
    for (const auto begin = Clock::now(); microsecondsSince(begin) < 200e3;)
      state.meanwhile(runtime, echo);
    const Figures one = ask(runtime, echo, 1);
    times.push_back(one.value);
    isRight &= one.isRight;
  }
  return timesOf(std::move(times), isRight);
}

std::vector<State> states() {
  const Prepare leave = [](ring::Runtime&) {};
  const auto alone = [](ring::Runtime&, const Echoes&) { rest(); };
  std::vector<State> made = {
      {"warm", "the resident kernel, nothing sent: warps look less and less often", leave, alone},
      {"hot", "the resident kernel with a question every millisecond, so that it never rests long",
       leave, [](ring::Runtime& runtime, const Echoes& echo) {
         std::this_thread::sleep_for(std::chrono::milliseconds(1));
         static_cast<void>(ask(runtime, echo, 1));
       }}};
  if (Parks<ring::Runtime>)
    made.push_back({"parked", "the kernel has left the GPU; the next message brings it back",
                    [](ring::Runtime& runtime) { park(runtime); }, alone});
  return made;
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
                            state.prepare(runtime);
                            const double watts =
                                wattsOver(settings, [&] { state.meanwhile(runtime, echo); });
                            Row row{state.name,
                                    "the first question to an actor near to the thread after 0.2 s "
                                    "of that state, five times",
                                    nullptr};
                            row.rounds.push_back(wake(runtime, echo, state));
                            wakes->push_back(std::move(row));
                            return wattsOf(watts);
                          }});
  if (!Parks<ring::Runtime>)
    power.log = "no row for a parked kernel: the runtime offers no way to park it";
  add(std::move(power));
  if (!wakes->empty())
    add({"question after idleness, by state", "us", "25 warm, 30 parked", std::move(*wakes)});
}

} // namespace bench

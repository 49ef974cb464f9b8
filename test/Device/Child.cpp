// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A process with a runtime of its own, for tests that end it: device-child cpu|cuda
// ask|stream|stay. Says `ready` on standard output once an actor has answered; `stream` then sends
// 40,000 checked messages, `stay` goes on asking until it is killed. Ends by itself after two
// minutes, whatever its test does.
#include "AuditSmall.ring.h"

#include <ringkernel/runtime.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <unistd.h>

namespace {

using namespace ring;

constexpr unsigned kLimitS = 120;

void require(const Status& status) {
  if (status)
    return;
  std::fprintf(stderr, "device-child: %s\n", status.message().c_str());
  std::exit(1);
}
template <class T> T require(Result<T> result) {
  require(result.status());
  return *std::move(result);
}

void ask(Runtime& runtime, ActorRef<audit::Mortal> actor) {
  const audit::Poke poke{audit::Deed::Nothing, 42};
  if (require(runtime.ask<audit::Poke>(actor, poke).get()).number != poke.number)
    std::exit(1);
}

void stream(Runtime& runtime) {
  const auto tally = require(runtime.spawn<audit::SmallTally>(0u));
  constexpr std::uint32_t kCount = 40000;
  for (std::uint32_t i = 0; i < kCount; ++i) {
    audit::SmallItem item{3, i, {}};
    for (std::uint32_t w = 0; w < 5; ++w)
      item.words[w] = audit::wordOf(3, i, w);
    require(runtime.send(tally, item));
  }
  require(runtime.drain());
  const auto count = require(runtime.state(tally)).count;
  if (count.received != kCount || count.lost + count.outOfOrder + count.damaged != 0) {
    std::fprintf(stderr, "device-child: %u received, %u lost, %u out of order, %u damaged\n",
                 count.received, count.lost, count.outOfOrder, count.damaged);
    std::exit(1);
  }
}

} // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc == 3 ? argv[2] : "";
  const std::optional<Backend> backend = argc == 3 ? parseBackend(argv[1]) : std::nullopt;
  if (!backend || (what != "ask" && what != "stream" && what != "stay")) {
    std::fprintf(stderr, "usage: device-child cpu|cuda ask|stream|stay\n");
    return 2;
  }
  alarm(kLimitS);
  RuntimeOptions options;
  options.backend = *backend;
  options.workers = 2;
  options.pinWorkers = false;
  Runtime runtime = require(Runtime::create(options));
  const auto actor = require(runtime.spawn<audit::Mortal>());
  ask(runtime, actor);
  std::puts("ready");
  std::fflush(stdout);
  if (what == "stream")
    stream(runtime);
  while (what == "stay")
    ask(runtime, actor);
  return 0;
}

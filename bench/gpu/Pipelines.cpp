// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Four stages, each an actor, fed from the host or by actors on the GPU; the peers are the same
// four stages as kernels in a graph, on batches. None may be dropped; counts and sums are checked.
#include "Actors.ring.h"
#include "Makers.h"
#include "Rows.h"

#include <fmt/core.h>

#include <algorithm>
#include <memory>

namespace bench {
namespace {

constexpr std::uint32_t kStages = 4;
constexpr std::size_t kChains = 1024; ///< a thread

struct Chain {
  ring::ActorRef<Stage> first, last;
};

/// By the actors' numbers, which are those of their shards in turn: the stages of a chain on warps
/// side by side, nearly all in one block; or as they come, each on the emptiest.
enum class Place { SideBySide, Anywhere };

std::vector<Chain> spawnChains(ring::Runtime& runtime, std::size_t count, Place place) {
  auto stages = require("spawn", runtime.spawnMany<Stage>(count * kStages));
  const bool isSorted = place == Place::SideBySide;
  if (isSorted)
    std::ranges::sort(stages, {}, [](const auto& stage) { return stage.id.index; });
  const std::size_t toNext = isSorted ? 1 : count, toNextChain = isSorted ? kStages : 1;
  std::vector<Chain> chains;
  for (std::size_t c = 0; c < count; ++c) {
    const auto* const first = stages.data() + c * toNextChain;
    for (std::uint32_t i = 0; i + 1 < kStages; ++i)
      require("send", runtime.send(first[i * toNext], Partner{first[(i + 1) * toNext].id}));
    chains.push_back({*first, first[(kStages - 1) * toNext]});
  }
  return chains;
}

/// How often mailboxes were full, and what that cost.
std::string remarkOn(ring::Runtime& runtime) {
  const ring::Statistics counts = runtime.statistics();
  return fmt::format("{} of {} messages waited outside full mailboxes, {} were given up",
                     counts.spilled, counts.sent, counts.deadLetters);
}

/// Whether `events` events with the numbers from 0 on came to the end of each chain.
bool isWhole(ring::Runtime& runtime, std::span<const Chain> chains, std::uint64_t events,
             std::size_t step) {
  const std::uint64_t sum = events * (events - 1) / 2 + events * (kStages - 1);
  bool isRight = runtime.statistics().deadLetters == 0;
  for (std::size_t i = 0; i < chains.size(); i += step) {
    const Stage last = require("state", runtime.state(chains[i].last));
    isRight &= last.passed == events && last.sum == sum;
  }
  return isRight;
}

Figures fedFromHost(unsigned threads, std::uint32_t turns) {
  ring::Runtime runtime = makeRuntime();
  std::vector<std::vector<Chain>> all(threads);
  std::vector<std::vector<ring::ActorRef<Stage>>> firsts(threads);
  const auto prepare = [&](unsigned t) {
    all[t] = spawnChains(runtime, kChains, Place::Anywhere);
    for (const Chain& chain : all[t])
      firsts[t].push_back(chain.first);
    require("drain", runtime.drain());
  };
  const auto run = [&](unsigned t) {
    std::vector<Event> events(256);
    const std::span<const ring::ActorRef<Stage>> to(firsts[t]);
    for (std::uint32_t turn = 0; turn < turns; ++turn)
      for (std::size_t at = 0; at < kChains; at += events.size()) {
        std::ranges::fill(events, Event{turn, {turn, turn ^ 9, turn + 1, kStages - 1}});
        require("send",
                runtime.sendBatch(to.subspan(at, events.size()), std::span<const Event>(events)));
      }
  };
  const double time = together(threads, prepare, run, [&] { require("drain", runtime.drain()); });
  bool isRight = true;
  for (const std::vector<Chain>& chains : all)
    isRight &= isWhole(runtime, chains, turns, kChains / 16);
  Figures figures = rateOf(double(threads) * kChains * turns, time, isRight);
  figures.remark = remarkOn(runtime);
  return figures;
}

Figures madeOnDevice(std::size_t count, Place place, std::uint32_t events) {
  ring::Runtime runtime = makeRuntime();
  const std::vector<Chain> chains = spawnChains(runtime, count, place);
  std::vector<ring::ActorRef<Generator>> generators;
  for (const Chain& chain : chains) {
    generators.push_back(require("spawn", runtime.spawn<Generator>()));
    require("send", runtime.send(generators.back(), Partner{chain.first.id}));
  }
  require("drain", runtime.drain());
  const std::vector<Generate> orders(count, Generate{events});
  const auto begin = Clock::now();
  require("send", runtime.sendBatch(std::span<const ring::ActorRef<Generator>>(generators),
                                    std::span<const Generate>(orders)));
  require("drain", runtime.drain());
  const double time = microsecondsSince(begin);
  Figures figures = rateOf(double(count) * events, time,
                           isWhole(runtime, chains, events, std::max<std::size_t>(1, count / 64)));
  figures.remark = remarkOn(runtime);
  return figures;
}

/// A thread's batches on their way through a graph of four kernels: one is filled while another is
/// under way.
class GraphPipeline {
public:
  static constexpr unsigned kBatch = 1u << 16, kThreads = 256;

  GraphPipeline(const Settings& settings, unsigned batch, bool isFedFromHost)
      : batch_(batch), driver_(settings.driver), make_(settings.limits.function("makeEvents")),
        stage_(settings.limits.function("stageEvents")),
        end_(settings.limits.function("endEvents")), totals_(driver_.zeroed(64)) {
    for (Half& half : halves_) {
      half.device = driver_.memory(cuda::GpuMemory::Kind::Device, batch * sizeof(Event));
      half.host = driver_.memory(cuda::GpuMemory::Kind::Pinned,
                                 isFedFromHost ? batch * sizeof(Event) : 4096);
      half.work = std::make_unique<Work>(driver_);
      half.work->start(make_, 1, kThreads, half.device.device<Event>(), 0u, 0u); // loads them
      startStages(half, 0);
      half.work->wait();
      half.work->capture([&] {
        if (isFedFromHost)
          driver_.check("cannot copy",
                        driver_.api().MemcpyHtoDAsync(half.device.address(), half.host.host<void>(),
                                                      batch_ * sizeof(Event), half.work->stream()));
        startStages(half, batch_);
      });
    }
  }

  /// `turns` batches of events that the host makes, numbered by the batch.
  void feed(std::uint32_t turns) {
    halves_[0].work->enter();
    for (std::uint32_t turn = 0; turn < turns; ++turn) {
      Half& half = halves_[turn % 2];
      half.work->wait();
      std::fill_n(half.host.host<Event>(), batch_,
                  Event{turn, {turn, turn ^ 9, turn + 1, kStages - 1}});
      half.work->replay();
    }
    wait();
  }
  /// The same made on the device: a kernel before the graph, since what it makes changes.
  void make(std::uint32_t turns) {
    for (std::uint32_t turn = 0; turn < turns; ++turn) {
      Half& half = halves_[turn % 2];
      half.work->start(make_, blocks(), kThreads, half.device.device<Event>(), batch_, turn);
      half.work->replay();
    }
    wait();
  }
  bool isWhole(std::uint64_t turns) {
    std::uint64_t told[2] = {};
    driver_.check("cannot copy",
                  driver_.api().MemcpyDtoHAsync(told, totals_.address(), sizeof(told),
                                                halves_[0].work->stream()));
    wait();
    return told[0] == turns * batch_ &&
           told[1] == (turns * (turns - 1) / 2 + turns * (kStages - 1)) * batch_;
  }

private:
  struct Half {
    cuda::GpuMemory device, host;
    std::unique_ptr<Work> work; // goes first: it waits
  };

  unsigned blocks() const { return (batch_ + kThreads - 1) / kThreads; }
  void wait() {
    for (const Half& half : halves_)
      half.work->wait();
  }
  void startStages(Half& half, unsigned count) {
    auto* const events = half.device.device<Event>();
    for (std::uint32_t i = 0; i + 1 < kStages; ++i)
      half.work->start(stage_, blocks(), kThreads, events, count);
    half.work->start(end_, blocks(), kThreads, events, count, totals_.device<unsigned long long>());
  }

  const unsigned batch_;
  Driver& driver_;
  cuda::FunctionImpl *const make_, *const stage_, *const end_;
  cuda::GpuMemory totals_;
  Half halves_[2];
};

Figures graphFed(const Settings& settings, unsigned threads, std::uint32_t turns) {
  std::vector<std::unique_ptr<GraphPipeline>> all;
  for (unsigned t = 0; t < threads; ++t)
    all.push_back(std::make_unique<GraphPipeline>(settings, GraphPipeline::kBatch, true));
  const double time =
      together(threads, [](unsigned) {}, [&](unsigned t) { all[t]->feed(turns); }, [] {});
  const bool isRight = std::ranges::all_of(all, [&](auto& one) { return one->isWhole(turns); });
  return rateOf(double(threads) * turns * GraphPipeline::kBatch, time, isRight);
}

Figures graphMade(const Settings& settings, unsigned batch, std::uint32_t turns) {
  GraphPipeline pipeline(settings, batch, false);
  const auto begin = Clock::now();
  pipeline.make(turns);
  const double time = microsecondsSince(begin);
  return rateOf(double(batch) * turns, time, pipeline.isWhole(turns));
}

} // namespace

void pipelines(const Settings& settings, const Groups& add) {
  const auto turns = static_cast<std::uint32_t>(std::max(4.0, 2500 * settings.scale));
  const unsigned threads = settings.threads;
  Group fed{"pipeline of four stages, fed from the host", "Mevent/s", "200", {}};
  for (const unsigned count : {1u, threads})
    fed.rows.push_back(
        {fmt::format("actors, {} threads", count),
         "1,024 chains a thread, anywhere; events of 24 bytes by sendBatch() of 256; "
         "from the first until all came to the end",
         [=] { return fedFromHost(count, turns); }, sizeof(Event), 64});
  if (settings.driver.hasGraphs()) {
    fed.peer = fmt::format("graph of kernels, {} threads", threads);
    for (const unsigned count : {1u, threads})
      fed.rows.push_back(
          {fmt::format("graph of kernels, {} threads", count),
           "65,536 events at once, made by the thread, a copy and four kernels in a graph; two "
           "batches a thread under way; a result comes when its whole batch is through",
           [&settings, count, turns] {
             return graphFed(settings, count, std::max(4u, turns / 16));
           },
           sizeof(Event), sizeof(Event)});
  }
  add(std::move(fed));

  Group made{"pipeline of four stages, events made on the GPU",
             "Mevent/s",
             "750 across blocks, 2000 in one",
             {}};
  for (const Place place : {Place::Anywhere, Place::SideBySide})
    for (const std::size_t chains : {4096u, 16384u})
      made.rows.push_back(
          {fmt::format("actors, {} chains, {}", chains,
                       place == Place::Anywhere ? "anywhere" : "side by side"),
           "a chain of four stages and a generator, which makes four events a call; side by side: "
           "the stages on neighbouring warps, nearly all in one block, the generator anywhere",
           [=] { return madeOnDevice(chains, place, std::max(8u, turns)); }});
  if (settings.driver.hasGraphs()) {
    for (const unsigned shift : {16u, 22u})
      made.rows.push_back(
          {fmt::format("graph of kernels, {} events at once", 1u << shift),
           "a kernel that makes them, and the graph of four kernels", [&settings, shift, turns] {
             return graphMade(settings, 1u << shift, std::max(4u, turns >> (shift - 16)));
           }});
    made.peer = made.rows.back().name;
  }
  add(std::move(made));
}

} // namespace bench

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Feeding the actors. The series take turns in blocks: so that several workers have work, and a
// worker does not fetch another actor's window for every value.
#include "Detect.h"

#include "anomaly32.ring.h"
#include "anomaly64.ring.h"
#include "common/Failure.h"
#include "common/Program.h"

#include <fmt/core.h>

#include <algorithm>

namespace anomaly {

namespace {

constexpr std::size_t kBlock = 128; ///< values of one series in a row

template <class Real> class Feeder {
public:
  Feeder(ring::Runtime& runtime, const DataSet& data) : runtime_(runtime), data_(data) {
    auto actors = runtime.spawnMany<Gaussian<Real>>(data.series.size());
    example::require(actors.status());
    actors_ = *std::move(actors);
    for (const Series& series : data.series)
      scores_.emplace_back(series.values.size());
  }

  Scores run(const Watcher& watcher) {
    std::size_t longest = 0;
    for (const Series& series : data_.series)
      longest = std::max(longest, series.values.size());
    for (std::size_t first = 0; first < longest; first += kBlock)
      for (std::size_t i = 0; i < data_.series.size(); ++i) {
        sendBlock(i, first);
        collect();
        watcher(received_);
      }
    example::require(runtime_.drain());
    collect();
    if (received_ != data_.rows())
      throw example::Failure(
          fmt::format("{} values were sent and {} scores came back", data_.rows(), received_));
    return std::move(scores_);
  }

private:
  void sendBlock(std::size_t series, std::size_t first) {
    const std::vector<double>& values = data_.series[series].values;
    const std::size_t end = std::min(first + kBlock, values.size());
    for (std::size_t i = first; i < end; ++i) {
      const Sample<Real> sample{std::uint32_t(series), std::uint32_t(i), Real(values[i])};
      ring::Status sent = runtime_.send(actors_[series], sample);
      while (sent.code() == ring::StatusCode::Exhausted) { // answers first, then there is room
        collect();
        sent = runtime_.send(actors_[series], sample);
      }
      example::require(sent);
    }
  }

  void collect() {
    received_ += runtime_.replies().template drain<Score<Real>>([&](const Score<Real>& score) {
      scores_[score.series][score.index] = double(score.score);
    });
  }

  ring::Runtime& runtime_;
  const DataSet& data_;
  std::vector<ring::ActorRef<Gaussian<Real>>> actors_;
  Scores scores_;
  std::uint64_t received_ = 0;
};

} // namespace

template <class Real> ring::RuntimeOptions runtimeOptions(const DataSet& data) {
  ring::RuntimeOptions options;
  options.maxActors = std::uint32_t(std::max<std::size_t>(options.maxActors, data.series.size()));
  // A backend may keep the state that all begin with beside theirs, and round each up.
  constexpr std::size_t kEach = sizeof(Gaussian<Real>) + 64;
  options.stateBytes = std::max<std::size_t>(options.stateBytes, (data.series.size() + 1) * kEach);
  return options;
}

template <class Real>
Scores detect(ring::Runtime& runtime, const DataSet& data, const Watcher& watcher) {
  return Feeder<Real>(runtime, data).run(watcher);
}

template ring::RuntimeOptions runtimeOptions<float>(const DataSet&);
template ring::RuntimeOptions runtimeOptions<double>(const DataSet&);
template Scores detect<float>(ring::Runtime&, const DataSet&, const Watcher&);
template Scores detect<double>(ring::Runtime&, const DataSet&, const Watcher&);

} // namespace anomaly

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Streams, events and graphs: on every device what they give on the CPU, and what the same work
// gives without them.
#include "Demo.ring.h"
#include "Kernels.ring.h"
#include "Stencils.ring.h"
#include "test/Execution/OnDevice.h"

#include <numeric>

namespace ring::test {
namespace {

constexpr std::size_t kSize = 4099;

std::vector<float> ramp(float from, float step) {
  std::vector<float> values(kSize);
  for (std::size_t i = 0; i < kSize; ++i)
    values[i] = from + step * float(i % 257);
  return values;
}

/// What a test needs of a runtime; ends the process where it is refused.
template <class T> T must(Result<T> result) {
  if (!result) {
    ADD_FAILURE() << result.status().message();
    std::abort();
  }
  return *std::move(result);
}

TEST_P(OnDevice, AStreamIsInOrder) {
  expectSame([](Runtime& runtime) {
    auto x = must(runtime.buffer<float>(kSize)), y = must(runtime.buffer<float>(kSize));
    Stream stream = must(runtime.stream());
    const std::vector<float> first = ramp(1, 0.5f), second = ramp(-3, 0.25f);
    std::vector<float> early(kSize), late(kSize);
    EXPECT_OK(stream.upload(x, first));
    EXPECT_OK(stream.upload(y, second));
    EXPECT_OK(stream.launch<saxpy>(Grid{3}, x, y, 2.0f));
    EXPECT_OK(stream.download(y, early));
    EXPECT_OK(stream.upload(x, second));
    for (int i = 0; i < 20; ++i)
      EXPECT_OK(stream.launch<saxpy>(Grid{7}, x, y, 0.5f));
    EXPECT_OK(stream.download(y, late));
    EXPECT_OK(stream.finish());
    EXPECT_TRUE(must(stream.isDone()));
    early.insert(early.end(), late.begin(), late.end());
    return early;
  });
}

TEST_P(OnDevice, EventsOrderStreams) {
  expectSame([](Runtime& runtime) {
    auto x = must(runtime.buffer<float>(kSize)), y = must(runtime.buffer<float>(kSize));
    EXPECT_OK(x.upload(ramp(1, 0.125f)));
    Stream left = must(runtime.stream()), right = must(runtime.stream());
    Event leftDone = must(runtime.event()), rightDone = must(runtime.event());
    EXPECT_TRUE(must(leftDone.isDone())) << "there was no record";
    EXPECT_OK(right.wait(leftDone));
    // Each adds to what the other left: any other order gives other sums.
    for (int i = 0; i < 10; ++i) {
      EXPECT_OK(left.launch<saxpy>(Grid{2}, x, y, 0.5f));
      EXPECT_OK(left.record(leftDone));
      EXPECT_OK(right.wait(leftDone));
      EXPECT_OK(right.launch<saxpy>(Grid{5}, y, x, 0.25f));
      EXPECT_OK(right.record(rightDone));
      EXPECT_OK(left.wait(rightDone));
    }
    EXPECT_OK(rightDone.wait());
    EXPECT_TRUE(must(leftDone.isDone()));
    EXPECT_OK(left.finish());
    EXPECT_OK(right.finish());
    std::vector<float> all(kSize), rest(kSize);
    EXPECT_OK(x.download(all));
    EXPECT_OK(y.download(rest));
    all.insert(all.end(), rest.begin(), rest.end());
    return all;
  });
}

TEST_P(OnDevice, AGraphGivesWhatItsWorkGives) {
  expectSame([](Runtime& runtime) {
    std::vector<float> results[2];
    std::vector<float> in = ramp(2, 0.5f);
    for (const bool asGraph : {false, true}) {
      auto x = must(runtime.buffer<float>(kSize)), y = must(runtime.buffer<float>(kSize));
      auto p = must(runtime.field<float>({61, 43})), q = must(runtime.field<float>({61, 43}));
      EXPECT_OK(p.upload(std::vector<float>(61 * 43, 1.5f)));
      EXPECT_OK(q.upload(std::vector<float>(61 * 43, -0.5f)));
      Stream stream = must(runtime.stream());
      std::vector<float>& out = results[asGraph];
      out.resize(kSize);
      float scale = 0.5f;
      const auto work = [&](Stream& to) {
        EXPECT_OK(to.upload(x, in));
        EXPECT_OK(to.launch<saxpy>(Grid{4}, x, y, scale));
        EXPECT_OK(to.sweep<wave>(p, q, 0.11f));
        EXPECT_OK(to.sweep<wave>(Range{{5, 5, 0}, {9, 20, 1}}, q, p, 0.11f));
        EXPECT_OK(to.download(y, out));
      };
      std::optional<Graph> graph;
      if (asGraph)
        graph.emplace(must(runtime.capture(work)));
      scale = asGraph ? 100.0f : scale;                    // was copied
      auto later = must(runtime.field<float>({300, 300})); // fields may move for it
      for (int i = 0; i < 5; ++i) {
        in[7] = float(i); // is looked at anew
        if (graph)
          EXPECT_OK(graph->launch(stream));
        else
          work(stream);
        EXPECT_OK(stream.finish());
      }
      std::vector<float> cells(61 * 43);
      EXPECT_OK(p.download(cells));
      out.insert(out.end(), cells.begin(), cells.end());
    }
    EXPECT_EQ(results[0], results[1]);
    return results[1];
  });
}

TEST_P(OnDevice, AGraphKeepsWhatItUses) {
  expectSame([](Runtime& runtime) {
    std::vector<float> in = ramp(1, 1), out(kSize);
    std::optional<Graph> graph;
    {
      auto x = must(runtime.buffer<float>(kSize)), y = must(runtime.buffer<float>(kSize));
      Event event = must(runtime.event());
      graph.emplace(must(runtime.capture([&](Stream& stream) -> Status {
        EXPECT_OK(stream.upload(x, in));
        EXPECT_OK(stream.record(event));
        EXPECT_OK(stream.launch<saxpy>(Grid{4}, x, y, 3.0f));
        EXPECT_OK(stream.wait(event));
        return stream.download(y, out);
      })));
    }
    auto others = must(runtime.buffer<float>(kSize)); // would lie where those were
    EXPECT_OK(others.upload(ramp(-100, -1)));
    Stream stream = must(runtime.stream());
    for (int i = 0; i < 3; ++i)
      EXPECT_OK(graph->launch(stream));
    graph.reset(); // may be under way
    EXPECT_OK(stream.finish());
    return out;
  });
}

TEST_P(OnDevice, GraphsHoldGraphsAndEvents) {
  expectSame([](Runtime& runtime) {
    auto x = must(runtime.buffer<float>(kSize)), y = must(runtime.buffer<float>(kSize));
    EXPECT_OK(x.upload(ramp(1, 0.5f)));
    Event begin = must(runtime.event()), end = must(runtime.event());
    const Graph inner = must(
        runtime.capture([&](Stream& stream) { return stream.launch<saxpy>(Grid{4}, x, y, 0.5f); }));
    const Graph outer = must(runtime.capture([&](Stream& stream) {
      // A capture within a capture is one of its own.
      const Graph other = must(runtime.capture(
          [&](Stream& beside) { EXPECT_OK(beside.launch<saxpy>(Grid{1}, x, y, 1000.0f)); }));
      EXPECT_OK(stream.record(begin));
      for (int i = 0; i < 3; ++i)
        EXPECT_OK(inner.launch(stream));
      EXPECT_OK(stream.record(end));
    }));
    EXPECT_EQ(end.since(begin).status().code(), StatusCode::InvalidArgument) << "nothing has run";
    Stream stream = must(runtime.stream());
    EXPECT_OK(outer.launch(stream));
    EXPECT_OK(outer.launch(stream));
    EXPECT_OK(end.wait());
    EXPECT_GE(must(end.since(begin)).count(), 0);
    std::vector<float> out(kSize);
    EXPECT_OK(stream.download(y, out));
    EXPECT_OK(stream.finish());
    return out;
  });
}

TEST_P(OnDevice, PinnedMemoryIsCopiedLikeAnyOther) {
  expectSame([](Runtime& runtime) {
    auto in = must(runtime.pinned<std::uint32_t>(5000));
    auto out = must(runtime.pinned<std::uint32_t>(13));
    EXPECT_EQ(in[4999], 0u);
    std::iota(in.values().begin(), in.values().end(), 11u);
    auto values = must(runtime.buffer<std::uint32_t>(5000));
    auto sums = must(runtime.buffer<std::uint32_t>(13));
    Stream stream = must(runtime.stream());
    EXPECT_OK(stream.upload(values, in.values()));
    EXPECT_OK(stream.launch<kernels::blockSum>(Grid{13}, values, sums));
    EXPECT_OK(stream.download(sums, out.values()));
    EXPECT_OK(stream.finish());
    return std::vector<std::uint32_t>(out.values().begin(), out.values().end());
  });
}

TEST_P(OnDevice, LengthsThatAreNoWords) {
  expectSame([](Runtime& runtime) {
    auto buffer = must(runtime.buffer<std::uint8_t>(7));
    const std::vector<std::uint8_t> in{1, 2, 3, 4, 5, 6, 7};
    std::vector<std::uint8_t> out(7);
    Stream stream = must(runtime.stream());
    EXPECT_OK(stream.upload(buffer, in));
    EXPECT_OK(stream.download(buffer, out));
    EXPECT_OK(stream.finish());
    return out;
  });
}

TEST_P(OnDevice, ManyStreamsBesideActors) {
  expectSame([](Runtime& runtime) {
    const auto monitor = must(runtime.spawn<FraudMonitor>(2.0f));
    const auto ask = [&] {
      return runtime.ask<Alert>(monitor, Transfer{1, 2, 3, 4.0f}).get().status().code();
    };
    const StatusCode before = ask();
    constexpr std::size_t kStreams = 40;
    std::vector<Stream> streams;
    std::vector<Buffer<float>> buffers;
    auto x = must(runtime.buffer<float>(kSize));
    EXPECT_OK(x.upload(ramp(1, 1)));
    for (std::size_t i = 0; i < kStreams; ++i) {
      streams.push_back(must(runtime.stream()));
      buffers.push_back(must(runtime.buffer<float>(kSize)));
    }
    std::vector<float> all;
    for (int turn = 0; turn < 3; ++turn)
      for (std::size_t i = 0; i < kStreams; ++i)
        EXPECT_OK(streams[i].launch<saxpy>(Grid{2}, x, buffers[i], float(i)));
    EXPECT_EQ(ask(), before) << "actors answer meanwhile";
    for (std::size_t i = 0; i < kStreams; ++i) {
      std::vector<float> out(kSize);
      EXPECT_OK(streams[i].download(buffers[i], out));
      EXPECT_OK(streams[i].finish());
      all.push_back(std::accumulate(out.begin(), out.end(), 0.0f));
    }
    return all;
  });
}

} // namespace
} // namespace ring::test

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// transport-bench: ring::Transport in both modes beside a raw ring, both directions, several sizes
// and numbers of host threads, in interleaved rounds of one run. Prints a table, writes JSON;
// asserts nothing, but says WRONG where a record was lost or changed.
#include "Measurement.h"
#include "Streams.h"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <fstream>

namespace {

using ring::TransportDirection;
using ring::TransportMode;

struct Options {
  int rounds = 11;
  double scale = 1;
  unsigned pushWarps = 0, popWarps = 0;
  std::vector<std::uint32_t> sizes = {64, 256, 1024, 4096};
  std::vector<unsigned> threads = {1, 4, 8, 14};
  std::string direction = "both";
  std::string kernels = RINGKERNEL_BENCH_KERNELS;
  std::string out = "transport-bench.json";
};

const char* const kDefinition =
    "from the kernel's launch until all host threads are done and the kernel has ended; one ring a "
    "host thread; every word of every record written and checked, order and count too";

/// One ring wants many warps; many rings with as many would have more under way than the link
/// takes well, some 250 KB.
unsigned warpsFor(TransportDirection direction, unsigned threads) {
  if (direction == TransportDirection::ToHost)
    return threads == 1 ? 32 : 16;
  return threads <= 4 ? 32 : threads <= 8 ? 16 : 8;
}

bench::StreamShape shapeOf(const Options& options, TransportDirection direction,
                           std::uint32_t slotBytes, unsigned threads) {
  bench::StreamShape shape{};
  shape.direction = direction;
  shape.slotBytes = slotBytes;
  shape.slots = std::clamp((4u << 20) / slotBytes, 1024u, 1u << 14);
  shape.threads = threads;
  const unsigned given =
      direction == TransportDirection::ToHost ? options.pushWarps : options.popWarps;
  shape.warps = given != 0 ? given : warpsFor(direction, threads);
  // 512 MiB a ring; a multiple of what all warps take in turn.
  const auto messages = static_cast<std::uint32_t>((512 << 20) * options.scale / slotBytes);
  const std::uint32_t turn = shape.warps * ring::abi::kReaderBlock;
  shape.messages = std::max(messages / turn, 1u) * turn;
  return shape;
}

nlohmann::json runGroup(ring::test::CudaKernels& kernels, const Options& options,
                        const bench::StreamShape& shape) {
  struct Row {
    const char* name;
    std::unique_ptr<bench::Stream> stream;
    bool isRight = true;
  };
  std::vector<Row> rows;
  rows.push_back({"raw", bench::rawStream(kernels, shape)});
  if (shape.slotBytes <= ring::abi::kMaxLatencySlot)
    rows.push_back({"latency", bench::transportStream(kernels, shape, TransportMode::Latency)});
  rows.push_back({"throughput", bench::transportStream(kernels, shape, TransportMode::Throughput)});
  std::vector<bench::Contestant> contestants;
  for (Row& row : rows)
    contestants.push_back(
        {row.name, kDefinition, [&row] { row.isRight = row.stream->run() && row.isRight; }});
  bench::measure(contestants, options.rounds);
  const bool toHost = shape.direction == TransportDirection::ToHost;
  nlohmann::json group = {{"direction", toHost ? "GPU to host" : "host to GPU"},
                          {"slot_bytes", shape.slotBytes},
                          {"slots", shape.slots},
                          {"threads", shape.threads},
                          {"messages_a_ring", shape.messages},
                          {"warps_a_ring", shape.warps}};
  const double messages = double(shape.messages) * shape.threads;
  const double raw = messages / bench::quantile(contestants[0].seconds, 0.5);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double rate = messages / bench::quantile(contestants[i].seconds, 0.5);
    const std::uint32_t user = rows[i].stream->userBytes();
    group["rows"].push_back(
        {{"name", rows[i].name},
         {"messages_per_s", rate},
         {"messages_per_s_p99", messages / bench::quantile(contestants[i].seconds, 0.99)},
         {"user_bytes", user},
         {"user_gb_per_s", rate * user / 1e9},
         {"over_raw", rate / raw},
         {"user_bytes_over_raw", rate * user / (raw * rows[0].stream->userBytes())},
         {"runs", contestants[i].seconds.size()},
         {"right", rows[i].isRight}});
    fmt::print("{} {:>5} B {:>3} threads  {:<10} {:>8.2f} Mmsg/s  {:>6.2f} GB/s of the user  "
               "{:>5.2f} raw{}\n",
               toHost ? "GPU->host" : "host->GPU", shape.slotBytes, shape.threads, rows[i].name,
               rate / 1e6, rate * user / 1e9, rate / raw, rows[i].isRight ? "" : "  WRONG");
  }
  std::fflush(stdout);
  return group;
}

int runBench(const Options& options) {
  const auto gpu = ring::test::CudaKernels::find();
  if (!gpu) {
    fmt::print("transport-bench: {}\n", gpu.status().message());
    return 77;
  }
  ring::test::CudaKernels kernels(*gpu, options.kernels);
  fmt::print("{}\n", kernels.gpu().description());
  nlohmann::json report = bench::report("transport", {{"none", "", nullptr, {1.0}}});
  report.erase("contestants");
  report["gpu"] = kernels.gpu().description();
  report["definition"] = {
      {"all", kDefinition},
      {"raw", "a tag in every chunk of 16 bytes, 12 bytes of payload a chunk, no lengths and no "
              "tickets, a block a ring, 8 warps that write or 32 that read; credits eight times "
              "a lap, of the host every 256"},
      {"latency", "ring::Transport, TransportMode::Latency: 3/4 of the slot less 4 bytes are the "
                  "record; pushed and popped in batches of up to 32, by the host 64"},
      {"throughput", "ring::Transport, TransportMode::Throughput: the record is as long as the "
                     "slot; the same batches, at most 8 KiB a warp"},
      {"rate", "records of all rings over the median of the rounds' times"}};
  for (const TransportDirection direction :
       {TransportDirection::ToHost, TransportDirection::ToDevice}) {
    if (options.direction == (direction == TransportDirection::ToHost ? "to-device" : "to-host"))
      continue;
    for (const std::uint32_t size : options.sizes)
      for (const unsigned threads : options.threads)
        report["groups"].push_back(
            runGroup(kernels, options, shapeOf(options, direction, size, threads)));
  }
  std::ofstream file(options.out);
  file << report.dump(1) << "\n";
  return file ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("ring::Transport beside a raw ring, on a GPU");
  app.add_option("--rounds", options.rounds, "interleaved rounds of each group");
  app.add_option("--scale", options.scale, "part of 512 MiB a ring and run")
      ->check(CLI::Range(0.0001, 4.0));
  app.add_option("--push-warps", options.pushWarps,
                 "warps that push into a ring, a multiple of 16; 0: by the number of rings");
  app.add_option("--pop-warps", options.popWarps,
                 "warps that read a ring: a power of two from 8 to 64; 0: by the number of rings");
  app.add_option("--sizes", options.sizes, "bytes of a slot")->delimiter(',');
  app.add_option("--threads", options.threads, "host threads, a ring each")
      ->delimiter(',')
      ->check(CLI::Range(1, 16));
  app.add_option("--direction", options.direction)
      ->check(CLI::IsMember({"both", "to-host", "to-device"}));
  app.add_option("--kernels", options.kernels, "the .cu file to run");
  app.add_option("--out", options.out, "JSON file to write");
  CLI11_PARSE(app, argc, argv);
  return runBench(options);
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The rings are made by a row's first run and kept for the next: their memory is large, and freeing
// it is not for while a kernel is resident.
#include "RawRows.h"

#include <algorithm>
#include <memory>

namespace bench {
namespace {

StreamShape shapeOf(ring::TransportDirection direction, unsigned threads, std::uint32_t slotBytes,
                    std::uint64_t messages) {
  StreamShape shape{};
  shape.direction = direction;
  shape.slotBytes = slotBytes;
  shape.slots = std::clamp((1u << 22) / slotBytes, 1024u, 1u << 14); // as transport-bench
  shape.threads = threads;
  shape.messages = static_cast<std::uint32_t>(messages);
  return shape;
}

template <class Make> std::function<Figures()> streaming(Make make, double messages) {
  const auto stream = std::make_shared<std::unique_ptr<Stream>>();
  return [stream, make, messages] {
    if (!*stream)
      *stream = make();
    const auto begin = Clock::now();
    const bool isRight = (*stream)->run();
    return rateOf(messages, microsecondsSince(begin), isRight);
  };
}

} // namespace

Row rawRow(const Settings& settings, ring::TransportDirection direction, unsigned threads,
           std::uint32_t slotBytes, std::uint64_t messages) {
  const StreamShape shape = shapeOf(direction, threads, slotBytes, messages);
  return {
      "raw ring",
      "transport-bench's raw ring, a ring a thread: a tag in every chunk of 16 bytes and twelve "
      "bytes of the user; from the kernel's launch until it has ended",
      streaming([&settings, shape] { return rawStream(settings.kernels, shape); },
                double(messages) * threads),
      slotBytes / 16 * 12, slotBytes};
}

Row rawRelayRow(const Settings& settings, unsigned threads, std::uint32_t slotBytes,
                std::uint64_t messages) {
  const StreamShape shape =
      shapeOf(ring::TransportDirection::ToDevice, threads, slotBytes, messages);
  return {"raw relay", "half of the threads write, half read; a message each way",
          streaming([&settings, shape] { return rawRelay(settings.kernels, shape); },
                    double(messages) * (threads / 2)),
          slotBytes / 16 * 12, slotBytes};
}

} // namespace bench

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the machine copies: the roofs of the rows that move bytes.
#include "Makers.h"
#include "Rows.h"

namespace bench {
namespace {

constexpr std::size_t kAcross = std::size_t(256) << 20, kWithin = std::size_t(1) << 30;
constexpr unsigned kTimes = 5;

/// Gigabytes a second of `kTimes` copies in a row of `bytes`; those that pass a memory twice count
/// twice.
template <class Copy> Figures rate(Work& work, double bytes, Copy&& copy) {
  copy(); // the first touches the pages
  work.wait();
  const auto begin = Clock::now();
  for (unsigned i = 0; i < kTimes; ++i)
    copy();
  work.wait();
  return {bytes * kTimes / microsecondsSince(begin) / 1e3, 0, true, kTimes};
}

Figures across(const Settings& settings, bool isToDevice) {
  const auto host = settings.driver.memory(cuda::GpuMemory::Kind::Pinned, kAcross);
  const auto device = settings.driver.memory(cuda::GpuMemory::Kind::Device, kAcross);
  Work work(settings.driver);
  const cuda::DriverApi& api = settings.driver.api();
  return rate(work, kAcross, [&] {
    settings.driver.check(
        "cannot copy",
        isToDevice
            ? api.MemcpyHtoDAsync(device.address(), host.host<void>(), kAcross, work.stream())
            : api.MemcpyDtoHAsync(host.host<void>(), device.address(), kAcross, work.stream()));
  });
}

Figures within(const Settings& settings, bool isKernel) {
  const auto from = settings.driver.zeroed(kWithin);
  const auto to = settings.driver.memory(cuda::GpuMemory::Kind::Device, kWithin);
  cuda::FunctionImpl* const function = settings.limits.function("copyPieces");
  Work work(settings.driver);
  constexpr unsigned kThreads = 512;
  constexpr unsigned long long kPieces = kWithin / 16;
  return rate(work, 2.0 * kWithin, [&] {
    if (isKernel)
      work.start(function, unsigned(kPieces / (4 * kThreads)), kThreads,
                 from.device<ring::abi::Chunk>(), to.device<ring::abi::Chunk>(), kPieces);
    else
      settings.driver.copyOnDevice(to.address(), from.address(), kWithin, work.stream());
  });
}

} // namespace

void copies(const Settings& settings, const Groups& add) {
  Group group{"copies", "GB/s", "", {}};
  group.mostRounds = 3;
  group.rows.push_back({"copy engine, host to device", "256 MiB of pinned memory, five in a row",
                        [&settings] { return across(settings, true); }});
  group.rows.push_back({"copy engine, device to host", "the same back",
                        [&settings] { return across(settings, false); }});
  if (settings.driver.hasDeviceCopies())
    group.rows.push_back({"copy engine, on the device", "1 GiB, read and write counted",
                          [&settings] { return within(settings, false); }});
  group.rows.push_back({"kernel, on the device",
                        "four times 16 bytes a thread, streaming; 1 GiB, "
                        "read and write counted",
                        [&settings] { return within(settings, true); }});
  add(std::move(group));
}

} // namespace bench

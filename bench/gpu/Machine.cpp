// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// NVML by dlopen, declared here: the functions that runtime/backend/cuda/Nvml.h has no use for.
#include "Machine.h"

#include "runtime/backend/cuda/Nvml.h"

#include <fmt/core.h>

#include <cmath>
#include <cstdlib>
#include <dlfcn.h>

namespace bench {

namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
constexpr unsigned kClockSm = 1, kClockMemory = 2, kSensorGpu = 0;

struct MemoryOfNvml {
  unsigned long long total, free, used;
};

std::string busIdOf(ring::runtime::cuda::Gpu& gpu) {
  using ring::runtime::cuda::DeviceAttribute;
  std::uint32_t domain = 0, bus = 0, device = 0;
  if (!gpu.ask(DeviceAttribute::PciDomain, domain) || !gpu.ask(DeviceAttribute::PciBus, bus) ||
      !gpu.ask(DeviceAttribute::PciDevice, device))
    return "";
  return fmt::format("{:04x}:{:02x}:{:02x}.0", domain, bus, device);
}

} // namespace

struct Meter::Functions {
  int (*power)(void*, unsigned*) = nullptr;
  int (*powerLimit)(void*, unsigned*) = nullptr;
  int (*energy)(void*, unsigned long long*) = nullptr;
  int (*clock)(void*, unsigned, unsigned*) = nullptr;
  int (*maxClock)(void*, unsigned, unsigned*) = nullptr;
  int (*temperature)(void*, unsigned, unsigned*) = nullptr;
  int (*memory)(void*, MemoryOfNvml*) = nullptr;
  int (*throttle)(void*, unsigned long long*) = nullptr;
  int (*persistence)(void*, unsigned*) = nullptr;
  int (*shutdown)() = nullptr;
  std::string driver;
  ring::runtime::cuda::PcieLink link;

  /// A value, or not known.
  template <class T, class... Given>
  static double ask(int (*question)(Given..., T*), Given... given) {
    T value{};
    return question && question(given..., &value) == 0 ? double(value) : kUnknown;
  }
};

Meter::Meter(ring::runtime::cuda::Gpu& gpu) : functions_(std::make_unique<Functions>()) {
  Functions& f = *functions_;
  const std::string busId = busIdOf(gpu);
  if (const auto nvml = ring::runtime::cuda::Nvml::open()) {
    f.driver = nvml->driverVersion();
    f.link = nvml->pcieLink(busId);
  }
  const char* named = std::getenv(ring::runtime::cuda::kNvmlVariable);
  void* library = dlopen(named && *named ? named : "libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL);
  if (!library)
    return;
  const auto find = [library]<class F>(const char* name, F*& to) {
    to = reinterpret_cast<F*>(dlsym(library, name));
  };
  int (*init)() = nullptr;
  int (*byBusId)(const char*, void**) = nullptr;
  find("nvmlInit_v2", init);
  find("nvmlDeviceGetHandleByPciBusId_v2", byBusId);
  if (!init || !byBusId || init() != 0)
    return;
  find("nvmlShutdown", f.shutdown);
  if (byBusId(busId.c_str(), &device_) != 0) {
    device_ = nullptr;
    return;
  }
  find("nvmlDeviceGetPowerUsage", f.power);
  find("nvmlDeviceGetEnforcedPowerLimit", f.powerLimit);
  find("nvmlDeviceGetTotalEnergyConsumption", f.energy);
  find("nvmlDeviceGetClockInfo", f.clock);
  find("nvmlDeviceGetMaxClockInfo", f.maxClock);
  find("nvmlDeviceGetTemperature", f.temperature);
  find("nvmlDeviceGetMemoryInfo", f.memory);
  find("nvmlDeviceGetCurrentClocksThrottleReasons", f.throttle);
  find("nvmlDeviceGetPersistenceMode", f.persistence);
}

Meter::~Meter() {
  if (functions_->shutdown)
    functions_->shutdown();
}

Reading Meter::read() const {
  const Functions& f = *functions_;
  MemoryOfNvml memory{};
  const bool hasMemory = f.memory && f.memory(device_, &memory) == 0;
  unsigned long long reasons = 0;
  if (f.throttle && f.throttle(device_, &reasons) != 0)
    reasons = 0;
  const std::chrono::duration<double> since = std::chrono::steady_clock::now() - begin_;
  return {since.count(),
          Functions::ask<unsigned, void*>(f.power, device_) / 1e3,
          Functions::ask<unsigned long long, void*>(f.energy, device_) / 1e3,
          Functions::ask<unsigned, void*, unsigned>(f.clock, device_, kClockSm),
          Functions::ask<unsigned, void*, unsigned>(f.clock, device_, kClockMemory),
          Functions::ask<unsigned, void*, unsigned>(f.temperature, device_, kSensorGpu),
          hasMemory ? double(memory.used) / (1 << 20) : kUnknown,
          reasons};
}

nlohmann::json Meter::describe() const {
  const Functions& f = *functions_;
  return {{"driver", f.driver},
          {"sm_mhz_max", Functions::ask<unsigned, void*, unsigned>(f.maxClock, device_, kClockSm)},
          {"memory_mhz_max",
           Functions::ask<unsigned, void*, unsigned>(f.maxClock, device_, kClockMemory)},
          {"power_limit_w", Functions::ask<unsigned, void*>(f.powerLimit, device_) / 1e3},
          {"persistence_mode", Functions::ask<unsigned, void*>(f.persistence, device_)},
          {"pcie_generation", f.link.maxGeneration},
          {"pcie_lanes", f.link.maxWidth},
          {"at_start", toJson(read())}};
}

double Meter::wattsOver(const std::vector<Reading>& looks) {
  if (looks.empty())
    return kUnknown;
  const Reading &first = looks.front(), &last = looks.back();
  const double watts = (last.joules - first.joules) / (last.seconds - first.seconds);
  if (std::isfinite(watts) && watts > 0)
    return watts;
  double sum = 0;
  for (const Reading& look : looks)
    sum += look.watts;
  return sum / double(looks.size());
}

Watch::Watch(const Meter& meter, std::chrono::milliseconds period)
    : thread_([this, &meter, period] {
        auto next = std::chrono::steady_clock::now();
        while (!isOver_) {
          looks_.push_back(meter.read());
          std::this_thread::sleep_until(next += period); // between looks; nothing is timed by it
        }
      }) {}

std::vector<Reading> Watch::stop() {
  isOver_ = true;
  if (thread_.joinable())
    thread_.join();
  return looks_;
}

nlohmann::json toJson(const Reading& reading) {
  return {{"s", reading.seconds},
          {"w", reading.watts},
          {"j", reading.joules},
          {"sm_mhz", reading.smMhz},
          {"memory_mhz", reading.memoryMhz},
          {"celsius", reading.celsius},
          {"used_mib", reading.usedMiB},
          {"throttle_reasons", reading.throttleReasons}};
}

} // namespace bench

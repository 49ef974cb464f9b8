// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// PCIe comes from NVML or from sysfs, MIG from NVML or from the device's name, MPS from the driver
// or from the daemon's pipe: containers often have one and not the other.
#include "runtime/backend/cuda/Probe.h"

#include "runtime/backend/cuda/Loader.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace ring::runtime::cuda {

namespace {

bool isSet(const char* variable) {
  const char* value = std::getenv(variable);
  return value && *value;
}

std::string dotted(int major, int minor) {
  return std::to_string(major) + "." + std::to_string(minor);
}

std::string firstLine(const std::string& path) {
  std::string line;
  std::ifstream file(path);
  std::getline(file, line);
  return line;
}

/// 5 for `32.0 GT/s PCIe`; 0 for what is no speed of PCIe.
unsigned generationOf(const std::string& speed) {
  const double giga = std::atof(speed.c_str());
  unsigned generation = 0;
  for (const double least : {2.5, 5.0, 8.0, 16.0, 32.0, 64.0})
    generation += giga >= least;
  return generation;
}

PcieLink linkInSysfs(const std::string& pciBusId) {
  const std::string folder = "/sys/bus/pci/devices/" + pciBusId + "/";
  const auto lanes = [&](const char* file) {
    return static_cast<unsigned>(std::atoi(firstLine(folder + file).c_str()));
  };
  return {.generation = generationOf(firstLine(folder + "current_link_speed")),
          .maxGeneration = generationOf(firstLine(folder + "max_link_speed")),
          .width = lanes("current_link_width"),
          .maxWidth = lanes("max_link_width")};
}

unsigned countOnBus() {
  namespace fs = std::filesystem;
  constexpr const char* kNvidia = "0x10de";
  constexpr const char* kDisplay = "0x03"; // the class of graphics and of compute adapters
  unsigned count = 0;
  std::error_code error;
  for (fs::directory_iterator at("/sys/bus/pci/devices", error), end; !error && at != end;
       at.increment(error))
    count += firstLine(at->path() / "vendor") == kNvidia &&
             firstLine(at->path() / "class").starts_with(kDisplay);
  return count;
}

MpsProbe findMps() {
  MpsProbe mps;
  mps.isNamed = isSet("CUDA_MPS_PIPE_DIRECTORY");
  mps.pipeDirectory = mps.isNamed ? std::getenv("CUDA_MPS_PIPE_DIRECTORY") : "/tmp/nvidia-mps";
  std::error_code ignored;
  mps.hasDaemon = std::filesystem::exists(mps.pipeDirectory + "/control", ignored);
  return mps;
}

class GpuQuestions {
public:
  GpuQuestions(const DriverApi& api, Device device) : api_(api), device_(device) {}

  /// Nothing where the driver does not know it.
  std::optional<int> attribute(DeviceAttribute which) const {
    int value = 0;
    if (api_.DeviceGetAttribute(&value, which, device_) != CuResult::Success)
      return std::nullopt;
    return value;
  }
  GpuProbe answers() const;

private:
  std::string busId() const;

  const DriverApi& api_;
  const Device device_;
};

std::string GpuQuestions::busId() const {
  char text[32];
  std::snprintf(text, sizeof(text), "%04x:%02x:%02x.0",
                static_cast<unsigned>(attribute(DeviceAttribute::PciDomain).value_or(0)),
                static_cast<unsigned>(attribute(DeviceAttribute::PciBus).value_or(0)),
                static_cast<unsigned>(attribute(DeviceAttribute::PciDevice).value_or(0)));
  return text;
}

GpuProbe GpuQuestions::answers() const {
  GpuProbe gpu;
  char name[256] = {};
  std::size_t bytes = 0;
  api_.DeviceGetName(name, sizeof(name) - 1, device_);
  api_.DeviceTotalMem(&bytes, device_);
  gpu.name = name;
  gpu.memoryBytes = bytes;
  gpu.pciBusId = busId();
  gpu.capability = attribute(DeviceAttribute::ComputeCapabilityMajor).value_or(0) * 10 +
                   attribute(DeviceAttribute::ComputeCapabilityMinor).value_or(0);
  gpu.multiprocessors =
      static_cast<std::uint32_t>(attribute(DeviceAttribute::MultiprocessorCount).value_or(0));
  gpu.hasCooperativeLaunch = attribute(DeviceAttribute::CooperativeLaunch).value_or(0) != 0;
  gpu.computeMode = static_cast<ComputeMode>(attribute(DeviceAttribute::ComputeMode).value_or(0));
  if (const std::optional<int> mps = attribute(DeviceAttribute::MpsEnabled))
    gpu.usesMps = *mps != 0;
  if (gpu.name.find(" MIG ") != std::string::npos) {
    gpu.hasMig = true;
    gpu.migSource = "the device's name";
  }
  if (gpu.capability < kMinCapability)
    gpu.status = {StatusCode::Unsupported, "compute capability " +
                                               dotted(gpu.capability / 10, gpu.capability % 10) +
                                               "; 7.5 is needed"};
  else if (!gpu.hasCooperativeLaunch)
    gpu.status = {StatusCode::Unsupported,
                  "no cooperative launch, which the resident kernel needs"};
  else if (gpu.computeMode == ComputeMode::Prohibited)
    gpu.status = {StatusCode::Unsupported, "its compute mode is Prohibited: an administrator "
                                           "allows it with `nvidia-smi -c DEFAULT`"};
  return gpu;
}

void askNvml(CudaProbe& probe) {
  const Result<Nvml> nvml = Nvml::open();
  probe.nvml.status = nvml.status();
  if (nvml) {
    probe.nvml.path = nvml->path();
    probe.nvml.version = nvml->driverVersion();
  }
  for (GpuProbe& gpu : probe.gpus) {
    if (nvml) {
      gpu.link = nvml->pcieLink(gpu.pciBusId);
      if (const std::optional<bool> mig = nvml->migMode(gpu.pciBusId)) {
        gpu.hasMig = mig;
        gpu.migSource = "NVML";
      }
    }
    if (gpu.link.generation == 0)
      gpu.link = linkInSysfs(gpu.pciBusId);
  }
}

Status askDriver(CudaProbe& probe) {
  const Result<Loaded<DriverApi>> driver = findDriver();
  probe.driver.status = driver.status();
  if (!driver)
    return driver.status();
  const DriverApi& api = driver->api;
  probe.driver.path = driver->path;
  if (int version = 0; api.DriverGetVersion(&version) == CuResult::Success)
    probe.driver.version = dotted(version / 1000, version % 1000 / 10);
  probe.status = startDriver(api);
  int count = 0;
  if (!probe.status || api.DeviceGetCount(&count) != CuResult::Success)
    return probe.status;
  for (int i = 0; i < count; ++i) {
    Device device = 0;
    if (const CuResult result = api.DeviceGet(&device, i); result != CuResult::Success)
      return {StatusCode::NotFound, describe(api, "cannot open a GPU", result)};
    probe.gpus.push_back(GpuQuestions(api, device).answers());
  }
  return Status::ok();
}

void askNvrtc(LibraryProbe& probe) {
  const Result<Loaded<NvrtcApi>> nvrtc = findNvrtc();
  probe.status = nvrtc.status();
  if (!nvrtc)
    return;
  probe.path = nvrtc->path;
  int major = 0, minor = 0;
  if (nvrtc->api.Version(&major, &minor) == NvrtcResult::Success)
    probe.version = dotted(major, minor);
  probe.status = checkNvrtcVersion(major, minor);
}

} // namespace

CudaProbe probe() {
  CudaProbe probe;
  probe.isDriverNamed = isSet(kDriverVariable);
  probe.isNvrtcNamed = isSet(kNvrtcVariable);
  probe.mps = findMps();
  probe.gpusOnBus = countOnBus();
  probe.status = askDriver(probe);
  askNvrtc(probe.nvrtc);
  askNvml(probe);
  return probe;
}

} // namespace ring::runtime::cuda

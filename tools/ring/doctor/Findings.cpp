// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One function an aspect. A part that gave no result has only `state` and `problem`, so every other
// member is asked for with care.
#include "Findings.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <string>

namespace ring::tool {

namespace {

/// The member, or null.
const Json& at(const Json& value, const char* name) {
  static const Json nothing;
  const auto found = value.find(name);
  return value.is_object() && found != value.end() ? *found : nothing;
}
bool isTrue(const Json& value) { return value.is_boolean() && value.get<bool>(); }
std::string text(const Json& value) {
  return value.is_string() ? value.get<std::string>() : std::string();
}
/// 13 for `13.0`; 0 where it is not known.
int majorOf(const Json& version) { return std::atoi(text(version).c_str()); }

class Collector {
public:
  explicit Collector(const Json& report) : report_(report) {}

  Json findings() {
    compilers();
    host();
    cuda();
    webgpu();
    cache();
    tearing();
    selfTests();
    return std::move(findings_);
  }

private:
  void add(const char* severity, const char* about, std::string what, std::string wayOut) {
    findings_.push_back(
        {{"severity", severity}, {"about", about}, {"what", what}, {"wayOut", wayOut}});
  }
  void compilers();
  void host();
  void cuda();
  void noCuda(const Json& cuda);
  void gpus(const Json& cuda);
  void webgpu();
  void cache();
  void tearing();
  void selfTests();

  const Json& report_;
  Json findings_ = Json::array();
};

void Collector::compilers() {
  bool hasHostCompiler = false;
  for (const Json& compiler : at(report_, "compilers")) {
    const std::string name = text(at(compiler, "name"));
    const bool isFound = !at(compiler, "path").is_null();
    hasHostCompiler |= isFound && (name.starts_with("clang") || name == "g++");
    if (isFound && at(compiler, "version").is_null())
      add("broken", "compilers",
          fmt::format("`{}` does not tell its version", text(at(compiler, "path"))),
          "run it with --version and see; reinstall it");
    if (name != "ringc")
      continue;
    const std::string version = text(at(compiler, "version"));
    const std::string ours = text(at(report_, "ringkernel"));
    if (!isFound)
      add("missing", "compilers", "no ringc, neither beside this program nor in PATH",
          "build with RINGKERNEL_BUILD_COMPILER=ON, or give the path of one to CMake as "
          "RINGKERNEL_RINGC");
    else if (!version.empty() && !version.starts_with("ringc " + ours + " "))
      add("warning", "compilers",
          fmt::format("`{}` is `{}`, this is ring {}", text(at(compiler, "path")), version, ours),
          "use ringc and runtime of one version: what ringc emits is checked against the "
          "runtime's");
  }
  if (!hasHostCompiler)
    add("missing", "compilers", "no C++ compiler: none of clang++-19, clang++, g++ is in PATH",
        "install clang++ 19 or g++ 12 or newer: handlers are compiled for the host too");
}

void Collector::host() {
  if (!isTrue(at(at(report_, "processor"), "wideAccess")))
    add("warning", "processor", "this processor has no 16-byte access (AVX, LSE2)",
        "the cuda backend cannot run here: take another machine or another backend");
  const Json& shared = at(at(report_, "memory"), "sharedMemory");
  if (!isTrue(at(shared, "exists")) || !isTrue(at(shared, "writable")))
    add("warning", "memory", "nothing can be put into /dev/shm: no rings between processes",
        "mount a tmpfs there that you may write to");
}

void Collector::noCuda(const Json& cuda) {
  const Json& driver = at(cuda, "driver");
  const std::string state = text(at(cuda, "state"));
  std::string wayOut;
  if (driver.is_null())
    wayOut = "run `ring doctor --part=cuda` to see it alone; reinstall the NVIDIA driver";
  else if (state == "missing" && !isTrue(at(driver, "found")))
    wayOut = "install NVIDIA's driver (libcuda comes with it); start a container with its GPUs "
             "(`--gpus all`)";
  else if (!isTrue(at(driver, "found")))
    wayOut = "correct or unset RINGKERNEL_CUDA_LIBRARY; else install NVIDIA's driver for the GPU";
  else if (state == "missing")
    wayOut = "look what `nvidia-smi` sees, whether CUDA_VISIBLE_DEVICES hides it, and whether the "
             "container is given it (`--gpus all`)";
  else if (state == "unsupported")
    wayOut = "name a newer GPU first in CUDA_VISIBLE_DEVICES, or take another backend";
  else if (at(cuda, "gpus").empty())
    wayOut = "install a driver for CUDA 12.0 or newer, of the version of the loaded kernel module "
             "(`nvidia-smi` says it), and restart";
  else if (!isTrue(at(at(cuda, "nvrtc"), "usable")))
    wayOut = "install NVRTC of CUDA 12.4 or newer (NVIDIA's package cuda-nvrtc-13-0, or the "
             "toolkit), or name its file in RINGKERNEL_NVRTC_LIBRARY";
  else
    wayOut = "see the GPU's line above";
  const bool isAbsent = state == "missing" || state == "unsupported";
  std::string what = text(at(cuda, "problem"));
  if (const Json& bus = at(cuda, "gpusOnBus");
      bus.is_number() && bus.get<unsigned>() > 0 && !isTrue(at(driver, "found")))
    what += fmt::format("; {} NVIDIA GPU(s) on the PCI bus", bus.get<unsigned>());
  add(isAbsent ? "missing" : "broken", "cuda", what, wayOut);
}

void Collector::gpus(const Json& cuda) {
  if (isTrue(at(at(cuda, "mps"), "daemon")))
    add("note", "cuda",
        fmt::format("MPS: its control pipe is in `{}`", text(at(at(cuda, "mps"), "pipeDirectory"))),
        "the resident kernel shares the GPU with other clients, and a fault of one may end all: "
        "run without MPS where that matters");
  for (const Json& gpu : at(cuda, "gpus")) {
    const std::string name =
        fmt::format("{} ({})", text(at(gpu, "name")), text(at(gpu, "pciBusId")));
    if (isTrue(at(gpu, "mig")))
      add("note", "cuda", fmt::format("{}: MIG is on", name),
          "the resident kernel gets the instance that CUDA_VISIBLE_DEVICES names, else the first");
    if (text(at(gpu, "computeMode")) == "exclusive process")
      add("note", "cuda", fmt::format("{}: compute mode exclusive process", name),
          "one program at a time can use it");
    const Json& width = at(at(gpu, "pcie"), "width");
    const Json& most = at(at(gpu, "pcie"), "maxWidth");
    if (width.is_number() && most.is_number() && width < most)
      add("warning", "cuda",
          fmt::format("{}: {} of {} PCIe lanes are in use", name, width.get<unsigned>(),
                      most.get<unsigned>()),
          "streams are as much slower: see how the card sits in its slot, or ask the machine's "
          "owner");
  }
}

void Collector::cuda() {
  const Json& cuda = at(report_, "cuda");
  if (at(cuda, "state") != "works")
    noCuda(cuda);
  const int driver = majorOf(at(at(cuda, "driver"), "version"));
  const int nvrtc = majorOf(at(at(cuda, "nvrtc"), "version"));
  if (driver != 0 && nvrtc > driver)
    add("warning", "cuda",
        fmt::format("NVRTC is of CUDA {}, the driver of CUDA {}: it may refuse what NVRTC makes",
                    nvrtc, driver),
        fmt::format("update the driver, or name an NVRTC of CUDA {} in RINGKERNEL_NVRTC_LIBRARY",
                    driver));
  gpus(cuda);
}

void Collector::webgpu() {
  const Json& webgpu = at(report_, "webgpu");
  const std::string state = text(at(webgpu, "state"));
  if (state == "missing")
    add("missing", "webgpu", "no WebGPU library: neither libwebgpu_dawn.so nor libwebgpu.so",
        "install Dawn and name its file in RINGKERNEL_WEBGPU_LIBRARY (./bootstrap --with=webgpu "
        "fetches one)");
  if (state == "broken")
    add("broken", "webgpu", text(at(webgpu, "problem")),
        "correct or unset RINGKERNEL_WEBGPU_LIBRARY; install a Vulkan driver, or name one in "
        "VK_ICD_FILENAMES");
  if (state != "works")
    return;
  const Json& adapter = at(webgpu, "libraries").front().at("adapters").front();
  if (isTrue(at(adapter, "software")))
    add("note", "webgpu", fmt::format("`{}` computes on the CPU", text(at(adapter, "name"))),
        "Backend::Auto passes it by; install the GPU's Vulkan driver for a faster one");
}

void Collector::cache() {
  const Json& cache = at(report_, "cache");
  const std::string path = text(at(cache, "path"));
  // Only CUDA has a use for it.
  const char* severity = at(at(report_, "cuda"), "state") == "works" ? "broken" : "warning";
  if (path.empty()) {
    const bool isOff = !at(cache, "namedBy").is_null();
    add(isOff ? "note" : "warning", "cache",
        isOff ? "RINGKERNEL_CACHE_DIR is empty: no cache of compiled kernels"
              : "no folder for compiled kernels: HOME and XDG_CACHE_HOME are not set",
        "each start compiles its kernel; name a folder in RINGKERNEL_CACHE_DIR");
    return;
  }
  if (!isTrue(at(cache, "writable")))
    add(severity, "cache",
        fmt::format("nothing can be written to `{}` ({}): {}", path, text(at(cache, "namedBy")),
                    text(at(cache, "writeProblem"))),
        "each start compiles its kernel; make it writable, or name another folder in "
        "RINGKERNEL_CACHE_DIR");
  if (isTrue(at(cache, "exists")) && !isTrue(at(cache, "private")))
    add(severity, "cache",
        fmt::format("others own `{}` or may write there: they could put in kernels that you run",
                    path),
        fmt::format("chmod 700 '{}', or name a folder of your own in RINGKERNEL_CACHE_DIR", path));
  if (const Json& garbage = at(cache, "garbage"); garbage.is_number() && garbage > 0)
    add("warning", "cache",
        fmt::format("{} file(s) in `{}` are damaged or none of ours; they are never taken for "
                    "kernels",
                    garbage.get<unsigned>(), path),
        fmt::format("rm -r '{}': what is needed is compiled again", path));
}

void Collector::tearing() {
  const Json& tearing = at(report_, "tearing");
  for (const char* name : {"threads", "cuda"}) {
    const Json& trial = at(tearing, name);
    const std::string state = text(at(trial, "state"));
    const std::string what =
        fmt::format("16-byte accesses ({}): {}", name, text(at(trial, "problem")));
    if (state == "broken" && at(trial, "threads").is_null() && at(trial, "hostToGpu").is_null())
      add("broken", "tearing", what,
          fmt::format("run `ring doctor --part=tearing-{}` to see it alone", name));
    else if (state == "broken")
      add("broken", "tearing", what,
          "do not use Backend::Cuda here: its rings would take halves of messages for whole ones; "
          "take Backend::WebGpu or Backend::Cpu");
    else if (state == "inconclusive")
      add("warning", "tearing", what,
          "nothing was shown: run it again with two cores or more that nobody else uses");
  }
}

void Collector::selfTests() {
  for (const auto& [name, test] : at(report_, "selfTests").items())
    if (text(at(test, "state")) != "works")
      add("broken", name.c_str(), fmt::format("self-test: {}", text(at(test, "problem"))),
          fmt::format("run `ring doctor --part=self-test-{}` to see it alone, under a debugger "
                      "where it crashes; report it with the output of `ring doctor --json`",
                      name));
}

} // namespace

Json findingsOf(const Json& report) { return Collector(report).findings(); }

Json backendsOf(const Json& report) {
  Json backends;
  for (const char* name : {"cpu", "cuda", "webgpu", "metal"}) {
    const bool isCpu = std::string(name) == "cpu";
    if (!isCpu && at(report, name).is_null())
      continue;
    const std::string state = isCpu ? "works" : text(at(at(report, name), "state"));
    const Json& test = at(at(report, "selfTests"), name);
    backends[name] =
        state != "works" ? state : (test.is_null() ? "untested" : text(at(test, "state")));
  }
  return backends;
}

int exitCodeOf(const Json& findings) {
  return std::ranges::any_of(
      findings, [](const Json& finding) { return at(finding, "severity") == "broken"; });
}

} // namespace ring::tool

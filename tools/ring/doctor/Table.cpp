// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Three columns: what, which, and what about it. A member that a part did not give is left out.
#include "Table.h"

#include <fmt/core.h>

namespace ring::tool {

namespace {

/// A member of a member, ..., or null.
template <class... Names> Json get(const Json& value, const char* name, const Names*... names) {
  const auto found = value.find(name);
  if (!value.is_object() || found == value.end())
    return nullptr;
  if constexpr (sizeof...(names) == 0)
    return *found;
  else
    return get(*found, names...);
}

/// As a person reads it; `?` for what is not known.
std::string show(const Json& value) {
  if (value.is_null())
    return "?";
  if (value.is_boolean())
    return value.get<bool>() ? "yes" : "no";
  std::string text = value.is_string() ? value.get<std::string>() : asText(value);
  for (char& c : text)
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) // a terminal obeys them
      c = ' ';
  return text;
}

std::string showBytes(const Json& value) {
  if (!value.is_number())
    return "?";
  double bytes = value.get<double>();
  const char* const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  for (; bytes >= 1024 && unit + 1 < std::size(units); ++unit)
    bytes /= 1024;
  return fmt::format("{:.{}f} {}", bytes, unit == 0 ? 0 : 1, units[unit]);
}

bool isTrue(const Json& value) { return value.is_boolean() && value.get<bool>(); }

class Table {
public:
  std::string of(const Json& report);

private:
  void row(const std::string& group, const std::string& name, const std::string& facts) {
    text_ += fmt::format("{:<11} {:<12} {}\n", group == group_ ? "" : group, name, facts);
    group_ = group;
  }
  void host(const Json& report);
  void cuda(const Json& cuda);
  void library(const char* name, const Json& library);
  void gpu(std::size_t index, const Json& gpu);
  void webgpu(const Json& webgpu);
  void cache(const Json& cache);
  void tearing(const Json& tearing);
  void selfTests(const Json& tests);
  void findings(const Json& findings);

  std::string text_, group_;
};

void Table::host(const Json& report) {
  const Json& cpu = report["processor"];
  std::string features;
  for (const Json& feature : get(cpu, "features"))
    features += " " + show(feature);
  row("processor", "",
      fmt::format("{}, {} of {} cores{}{}", show(get(cpu, "model")), show(get(cpu, "usableCores")),
                  show(get(cpu, "cores")), features.empty() ? "" : "," + features,
                  isTrue(get(cpu, "wideAccess")) ? ", 16-byte accesses" : ""));
  const Json shared = get(report, "memory", "sharedMemory");
  row("memory", "/dev/shm",
      !isTrue(get(shared, "exists"))
          ? "is not there"
          : fmt::format("{} of {} free, {}, {}", showBytes(get(shared, "freeBytes")),
                        showBytes(get(shared, "bytes")),
                        isTrue(get(shared, "writable")) ? "writable" : "not writable",
                        isTrue(get(shared, "inMemory")) ? "in memory: gone after a restart"
                                                        : "on a disk"));
  const Json limit = get(report, "memory", "memlockLimitBytes");
  row("memory", "memlock", limit.is_null() ? "no limit" : "at most " + showBytes(limit));
  for (const Json& compiler : report["compilers"]) {
    const bool isFound = !get(compiler, "path").is_null();
    row("compilers", show(get(compiler, "name")),
        isFound ? show(get(compiler, "path")) + ": " + show(get(compiler, "version")) : "none");
  }
}

void Table::library(const char* name, const Json& library) {
  if (library.is_null())
    return;
  std::string facts;
  if (isTrue(get(library, "found")))
    facts =
        fmt::format("{}, version {}", show(get(library, "path")), show(get(library, "version")));
  if (!isTrue(get(library, "usable")))
    facts += (facts.empty() ? "" : "; ") + show(get(library, "problem"));
  row("cuda", name, facts);
}

void Table::gpu(std::size_t index, const Json& gpu) {
  const std::string name = fmt::format("gpu {}", index);
  row("cuda", name,
      fmt::format("{}, compute capability {}, {} multiprocessors, {}, at {}",
                  show(get(gpu, "name")), show(get(gpu, "computeCapability")),
                  show(get(gpu, "multiprocessors")), showBytes(get(gpu, "memoryBytes")),
                  show(get(gpu, "pciBusId"))));
  row("cuda", "",
      fmt::format("PCIe {} x{} (at most {} x{}), cooperative launch: {}, compute mode {}",
                  show(get(gpu, "pcie", "generation")), show(get(gpu, "pcie", "width")),
                  show(get(gpu, "pcie", "maxGeneration")), show(get(gpu, "pcie", "maxWidth")),
                  show(get(gpu, "cooperativeLaunch")), show(get(gpu, "computeMode"))));
  const Json mig = get(gpu, "mig");
  row("cuda", "",
      fmt::format("MIG: {}; contexts shared by MPS, says the driver: {}",
                  mig.is_null() ? "not known (no NVML)"
                                : show(mig) + ", says " + show(get(gpu, "migSource")),
                  show(get(gpu, "mps"))));
  if (!isTrue(get(gpu, "usable")))
    row("cuda", "", "cannot be used: " + show(get(gpu, "problem")));
}

void Table::cuda(const Json& cuda) {
  row("cuda", "",
      show(get(cuda, "state")) +
          (get(cuda, "problem").is_null() ? "" : ": " + show(get(cuda, "problem"))));
  library("driver", get(cuda, "driver"));
  library("nvrtc", get(cuda, "nvrtc"));
  library("nvml", get(cuda, "nvml"));
  if (const Json mps = get(cuda, "mps"); !mps.is_null())
    row("cuda", "mps",
        fmt::format("{} (looked for `control` in {}, {})",
                    isTrue(get(mps, "daemon")) ? "a daemon is there" : "no daemon",
                    show(get(mps, "pipeDirectory")),
                    isTrue(get(mps, "named")) ? "as CUDA_MPS_PIPE_DIRECTORY says"
                                              : "where it is by default"));
  const Json gpus = get(cuda, "gpus");
  for (std::size_t i = 0; i < gpus.size(); ++i)
    gpu(i, gpus[i]);
}

void Table::webgpu(const Json& webgpu) {
  row("webgpu", "", show(get(webgpu, "state")));
  for (const Json& library : get(webgpu, "libraries")) {
    row("webgpu", "library", show(get(library, "path")));
    for (const Json& adapter : get(library, "adapters"))
      row("webgpu", "adapter",
          fmt::format("{}, {}{}", show(get(adapter, "name")), show(get(adapter, "driver")),
                      isTrue(get(adapter, "null"))       ? ", computes nothing"
                      : isTrue(get(adapter, "software")) ? ", software"
                                                         : ""));
    if (!isTrue(get(library, "usable")))
      row("webgpu", "", "cannot be used: " + show(get(library, "problem")));
  }
  if (get(webgpu, "libraries").empty() && !get(webgpu, "problem").is_null())
    row("webgpu", "", show(get(webgpu, "problem")));
}

void Table::cache(const Json& cache) {
  if (get(cache, "path").is_null())
    return row("cache", "", "none");
  row("cache", "", fmt::format("{} ({})", show(get(cache, "path")), show(get(cache, "namedBy"))));
  if (isTrue(get(cache, "exists")))
    row("cache", "",
        fmt::format("{} kernels, {} of at most {}; {} other files, {}", show(get(cache, "kernels")),
                    showBytes(get(cache, "kernelBytes")), showBytes(get(cache, "maxBytes")),
                    show(get(cache, "garbage")), showBytes(get(cache, "garbageBytes"))));
  row("cache", "",
      fmt::format("{}, {}", isTrue(get(cache, "writable")) ? "writable" : "not writable",
                  !isTrue(get(cache, "exists"))        ? "made when it is needed"
                  : !isTrue(get(cache, "private"))     ? "others may write"
                  : isTrue(get(cache, "readByOthers")) ? "others may read"
                                                       : "private"));
}

void Table::tearing(const Json& tearing) {
  for (const auto& [name, trial] : tearing.items())
    for (const char* way : {"threads", "hostToGpu", "gpuToHost"})
      if (const Json counts = get(trial, way); !counts.is_null())
        row("16 bytes", way,
            fmt::format("{} reads, {} changes seen, {} torn", show(get(counts, "reads")),
                        show(get(counts, "changes")), show(get(counts, "torn"))));
}

void Table::selfTests(const Json& tests) {
  for (const auto& [name, test] : tests.items()) {
    const bool isFine = get(test, "state") == "works";
    row("self-test", name,
        show(get(test, "state")) + (isFine ? "" : ": " + show(get(test, "problem"))));
    if (!get(test, "roundTripP50Us").is_number())
      continue;
    row("self-test", "",
        fmt::format("there and back p50 {:.2f} us, p99 {:.2f} us; {} messages checked, {} starts, "
                    "{:.1f} s",
                    get(test, "roundTripP50Us").get<double>(),
                    get(test, "roundTripP99Us").get<double>(), show(get(test, "messagesChecked")),
                    show(get(test, "starts")), get(test, "seconds").get<double>()));
  }
}

void Table::findings(const Json& findings) {
  for (const Json& finding : findings)
    text_ += fmt::format("{:<11} {}: {}\n{:<11} -> {}\n", show(get(finding, "severity")),
                         show(get(finding, "about")), show(get(finding, "what")), "",
                         show(get(finding, "wayOut")));
}

std::string Table::of(const Json& report) {
  text_ =
      fmt::format("RingKernel {} on {}\n\n", show(report["ringkernel"]), show(report["system"]));
  host(report);
  cuda(report["cuda"]);
  webgpu(report["webgpu"]);
  if (const Json metal = get(report, "metal"); !metal.is_null())
    row("metal", "", show(get(metal, "state")) + ": " + show(get(metal, "problem")));
  cache(report["cache"]);
  tearing(get(report, "tearing"));
  selfTests(get(report, "selfTests"));
  text_ += "\n";
  findings(report["findings"]);
  std::string summary;
  for (const auto& [name, state] : report["backends"].items())
    summary += fmt::format("{}{}: {}", summary.empty() ? "" : ", ", name, show(state));
  return text_ + "\n" + summary + "\n";
}

} // namespace

std::string tableOf(const Json& report) { return Table().of(report); }

} // namespace ring::tool

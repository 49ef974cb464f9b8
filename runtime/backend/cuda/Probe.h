// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What CUDA is on this machine, for reports: libraries, GPUs, MPS and MIG. Only asks: makes no
// context, changes no setting. A broken driver may crash or hang the process that asks.
#ifndef RINGKERNEL_RUNTIME_BACKEND_CUDA_PROBE_H
#define RINGKERNEL_RUNTIME_BACKEND_CUDA_PROBE_H

#include "runtime/backend/cuda/Api.h"
#include "runtime/backend/cuda/Nvml.h"

#include <ringkernel/status.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ring::runtime::cuda {

/// A library; where `status` is not ok it says why it cannot be used.
struct LibraryProbe {
  Status status = Status::ok();
  std::string path;
  std::string version; ///< the CUDA that it is of, as `13.0`; of NVML the driver's, `580.65.06`
};

struct GpuProbe {
  /// Whether the backend takes it.
  Status status = Status::ok();
  std::string name;
  std::string pciBusId; ///< `0000:17:00.0`
  int capability = 0;   ///< 90 for sm_90
  std::uint64_t memoryBytes = 0;
  std::uint32_t multiprocessors = 0;
  bool hasCooperativeLaunch = false;
  ComputeMode computeMode = ComputeMode::Default;
  std::optional<bool> usesMps; ///< as the driver says, where it knows
  std::optional<bool> hasMig;  ///< MIG is on; nothing: no one can say
  std::string migSource;       ///< who said it
  PcieLink link;
};

/// The control daemon of MPS, found by its files.
struct MpsProbe {
  std::string pipeDirectory; ///< CUDA_MPS_PIPE_DIRECTORY, else /tmp/nvidia-mps
  bool isNamed = false;      ///< by the variable
  bool hasDaemon = false;    ///< its control pipe is there
};

struct CudaProbe {
  /// NotFound: no driver or no GPU. Unsupported: it does not start or is too old. Its words are for
  /// the user.
  Status status = Status::ok();
  LibraryProbe driver, nvrtc, nvml;
  /// Its library was named in the environment (Loader.h).
  bool isDriverNamed = false, isNvrtcNamed = false;
  std::vector<GpuProbe> gpus; ///< the runtime takes the first
  unsigned gpusOnBus = 0;     ///< NVIDIA's, as Linux lists them, whether a driver sees them or not
  MpsProbe mps;
};

CudaProbe probe();

} // namespace ring::runtime::cuda

#endif // RINGKERNEL_RUNTIME_BACKEND_CUDA_PROBE_H

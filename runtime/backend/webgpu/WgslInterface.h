// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What WGSL source says of itself to the outside: its compute entry points and the storage buffers
// that each of them can reach. webgpu.h has no reflection, and an explicit bind group layout needs
// this.
//
// Reads declarations and names only; it checks nothing (Tint does) and must accept every valid
// module. It may claim too many buffers for an entry point (a local name that hides a buffer's),
// never too few.

#ifndef RINGKERNEL_RUNTIME_BACKEND_WEBGPU_WGSLINTERFACE_H
#define RINGKERNEL_RUNTIME_BACKEND_WEBGPU_WGSLINTERFACE_H

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ring::runtime::webgpu {

struct StorageBinding {
  std::string name;
  std::uint32_t group = 0;
  std::uint32_t slot = 0;
  bool readOnly = false;
};

struct EntryPoint {
  std::string name;
  /// Unset where the module computes it.
  std::optional<std::array<std::uint32_t, 3>> workgroupSize;
  /// By slot, each slot once.
  std::vector<StorageBinding> bindings;
};

/// The `@compute` functions of `source`, in its order.
std::vector<EntryPoint> computeEntryPoints(std::string_view source);

} // namespace ring::runtime::webgpu

#endif // RINGKERNEL_RUNTIME_BACKEND_WEBGPU_WGSLINTERFACE_H

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// CUDA source to PTX or cubin through NVRTC, which is looked for at run time: ringc needs neither
// the CUDA toolkit to be built nor, for anything else, to run. No GPU and no driver is needed.
#ifndef RINGC_LIB_DRIVER_NVRTC_H
#define RINGC_LIB_DRIVER_NVRTC_H

#include "ringc/Support/Diagnostics.h"
#include <memory>
#include <optional>

namespace ringc {

class Nvrtc {
public:
  /// Nothing where there is no usable library, which is reported with every name looked for.
  static std::unique_ptr<Nvrtc> load(DiagnosticEngine& diagnostics);
  ~Nvrtc();

  enum class Output : uint8_t { Ptx, Cubin };
  /// Nothing where this NVRTC does not know `arch`, which is reported. Source that NVRTC refuses is
  /// an error in ringc and ends the program with NVRTC's log.
  std::optional<std::string> compile(const std::string& source, const std::string& fileName,
                                     llvm::StringRef arch, Output output,
                                     DiagnosticEngine& diagnostics) const;

private:
  struct Api;
  explicit Nvrtc(std::unique_ptr<Api> api);
  std::unique_ptr<Api> api_;
};

} // namespace ringc

#endif

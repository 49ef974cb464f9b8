// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A Runtime over a core that somebody has opened by other means than RuntimeOptions.
#ifndef RINGKERNEL_RUNTIME_CORE_RUNTIMEACCESS_H
#define RINGKERNEL_RUNTIME_CORE_RUNTIMEACCESS_H

#include <ringkernel/runtime.h>

namespace ring::detail {

struct RuntimeAccess {
  static Runtime over(std::shared_ptr<RuntimeCore> core) { return Runtime(std::move(core)); }
};

} // namespace ring::detail

#endif // RINGKERNEL_RUNTIME_CORE_RUNTIMEACCESS_H

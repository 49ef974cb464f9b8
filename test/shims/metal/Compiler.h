// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs clang over .metal source with one of the two shims: `check` has true address spaces and only
// judges, `execute` makes a shared library of the kernels. Neither is Apple's compiler; together
// they are what can be had without it.

#ifndef RINGKERNEL_TEST_SHIMS_METAL_COMPILER_H
#define RINGKERNEL_TEST_SHIMS_METAL_COMPILER_H

#include "test/shims/metal/Source.h"

#include <string>
#include <string_view>

namespace ring::msl {

struct Outcome {
  bool fine = false;
  /// clang's and ours, each line as it is to be shown; may hold warnings where all is fine.
  std::string messages;
  std::string library; ///< path of what compile() made
};

/// Judges `text`; messages name `file` where the source has no #line of its own.
Outcome check(std::string_view text, const std::string& file);

/// Makes a library, or finds it made before: by its content, in a folder of this user's under the
/// system's for temporary files.
Outcome compile(const Source& source, const std::string& file);

} // namespace ring::msl

#endif // RINGKERNEL_TEST_SHIMS_METAL_COMPILER_H

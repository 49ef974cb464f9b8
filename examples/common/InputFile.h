// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A file read whole.
#ifndef RINGKERNEL_EXAMPLES_COMMON_INPUTFILE_H
#define RINGKERNEL_EXAMPLES_COMMON_INPUTFILE_H

#include <filesystem>
#include <string>

namespace example {

/// The bytes of `path`. Throws Failure.
std::string readFile(const std::filesystem::path& path);

} // namespace example

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A file read whole.
#ifndef RINGKERNEL_EXAMPLES_COMMON_INPUTFILE_H
#define RINGKERNEL_EXAMPLES_COMMON_INPUTFILE_H

#include <cstddef>
#include <filesystem>
#include <string>

namespace example {

/// The bytes of `path`. Throws Failure, also where there are more than `maxBytes`.
std::string readFile(const std::filesystem::path& path, std::size_t maxBytes = std::size_t(1)
                                                                               << 30);

} // namespace example

#endif

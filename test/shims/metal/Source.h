// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A .metal source as the shims need it: the few words that mean two things to a macro told apart,
// the kernels' signatures read, and what clang would let pass but Metal would not found. Knows
// tokens, not grammar: clang judges the rest.

#ifndef RINGKERNEL_TEST_SHIMS_METAL_SOURCE_H
#define RINGKERNEL_TEST_SHIMS_METAL_SOURCE_H

#include <string>
#include <string_view>
#include <vector>

namespace ring::msl {

struct Parameter {
  int slot = -1;       ///< of a buffer, -1 for a built-in
  std::string builtIn; ///< e.g. `thread_position_in_grid`, empty for a buffer
};

struct Kernel {
  std::string name;
  std::vector<Parameter> parameters;
};

struct Source {
  /// The text with `threadgroup` and `constant` of variables replaced by ring_threadgroup_variable
  /// and ring_program_constant; every line stays where it was.
  std::string text;
  std::vector<Kernel> kernels;
  /// Whether lanes may have to wait for one another.
  bool synchronises = false;
  /// Refusals, one a line, as `LINE:COLUMN: error: ...`; the line is that of the file.
  std::string errors;
};

Source readSource(std::string_view text);

/// C++ to stand behind `source.text`: the exported function of each kernel (see Abi.h).
std::string kernelFunctions(const Source& source);

} // namespace ring::msl

#endif // RINGKERNEL_TEST_SHIMS_METAL_SOURCE_H

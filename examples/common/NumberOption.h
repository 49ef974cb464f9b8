// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Options that take a number, with their limits in the help and in the refusal. CLI11's own give
// NaN through and cut what is too large.
#ifndef RINGKERNEL_EXAMPLES_COMMON_NUMBEROPTION_H
#define RINGKERNEL_EXAMPLES_COMMON_NUMBEROPTION_H

#include <cstddef>
#include <string>

namespace CLI {
class App;
class Option;
} // namespace CLI

namespace example {

/// Adds the option `name` for a whole number from `least` to `most`; `value` is its default.
CLI::Option* addWholeNumber(CLI::App& app, const std::string& name, std::size_t& value,
                            std::size_t least, std::size_t most, const std::string& description);

/// The same for a decimal number. A `value` of NaN is no default: left as it is where the option is
/// not given.
CLI::Option* addDecimalNumber(CLI::App& app, const std::string& name, double& value, double least,
                              double most, const std::string& description);

} // namespace example

#endif

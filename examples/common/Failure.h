// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How the examples give up: thrown where something is wrong, caught once in main.
#ifndef RINGKERNEL_EXAMPLES_COMMON_FAILURE_H
#define RINGKERNEL_EXAMPLES_COMMON_FAILURE_H

#include <stdexcept>
#include <string>
#include <string_view>

namespace example {

/// The user's input or machine is not right. Exit code 1.
class Failure : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// What was asked for is not in this build or not possible in this combination. Exit code 2.
class Unavailable : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// `text` from a file as a message may show it: in quotes, its first 60 bytes, what is not ASCII as
/// `\xHH`.
std::string inQuotes(std::string_view text);

} // namespace example

#endif

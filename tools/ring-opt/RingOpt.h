// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What ring-opt does with one file.
#ifndef RINGC_TOOLS_RINGOPT_H
#define RINGC_TOOLS_RINGOPT_H

#include <string>
#include <vector>

namespace ringc {

enum class OptExit : int {
  Fine = 0,
  Refused = 1, ///< the text or the IR is wrong, or a file cannot be read or written
  Misuse = 2,  ///< the command line makes no sense
};

struct OptOptions {
  std::string input;  ///< '-': standard input
  std::string output; ///< '-': standard output
  std::vector<std::string> passes;
  std::string analysis; ///< empty: print the IR
  bool listPasses = false;
  bool verifyRoundtrip = false;
};

OptExit runOpt(const OptOptions& options);

} // namespace ringc

#endif

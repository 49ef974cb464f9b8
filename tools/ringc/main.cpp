// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// ringc: options, one call of the driver, exit code. Everything else is in lib/Driver.

#include "ringc/Driver/Driver.h"

int main(int argc, char** argv) {
  llvm::ArrayRef<const char*> args(argv, static_cast<size_t>(argc));
  return static_cast<int>(ringc::runDriver(args.drop_front(), llvm::outs(), llvm::errs()));
}

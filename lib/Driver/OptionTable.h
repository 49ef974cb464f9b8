// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The options of ringc as a table.
#ifndef RINGC_LIB_DRIVER_OPTIONTABLE_H
#define RINGC_LIB_DRIVER_OPTIONTABLE_H

#include "ringc/Driver/Options.h"

namespace ringc {

/// Where an option's value goes; false where the value is refused (and reported).
using Apply = bool (*)(DriverOptions&, llvm::StringRef value, DiagnosticEngine&);

struct OptionInfo {
  llvm::StringLiteral name;
  llvm::StringLiteral valueName; ///< empty: a switch
  llvm::StringLiteral help;      ///< lines after the first are indented by --help
  Apply apply;
};

/// In the order of --help.
llvm::ArrayRef<OptionInfo> optionTable();
llvm::ArrayRef<TargetKind> allTargets();

} // namespace ringc

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A scan as loops, in one lane.
#ifndef RINGC_LIB_TRANSFORMS_SCANROWS_H
#define RINGC_LIB_TRANSFORMS_SCANROWS_H

#include "Build.h"

namespace ringc::transforms {

/// The statements that do what `scan` does, behind `out`; its result is declared there.
void appendSerialScan(ir::Module& module, ir::ReduceStmt& scan, std::vector<ir::Stmt*>& out);

} // namespace ringc::transforms

#endif

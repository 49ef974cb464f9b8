// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which fields of what its reference parameters refer to a function reads and writes. Private to
// the analysis library; Effects.h is what others see.
#ifndef RINGC_LIB_ANALYSIS_STATEUSE_H
#define RINGC_LIB_ANALYSIS_STATEUSE_H

#include "ringc/Analysis/Effects.h"
#include "llvm/ADT/DenseMap.h"

namespace ringc::analysis {

/// By field of the struct that a parameter refers to; one entry for anything else.
using FieldUses = std::vector<Access>;

/// Uses of each reference parameter of `function` and of all that it calls.
llvm::DenseMap<const ir::Local*, FieldUses> parameterUses(const ir::Function& function);

} // namespace ringc::analysis

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How CUDA spells what the shared C++ printing asks for.
#ifndef RINGC_LIB_TARGET_CUDA_DIALECT_H
#define RINGC_LIB_TARGET_CUDA_DIALECT_H

#include "../Common/CxxDialect.h"

namespace ringc::cuda {

extern const target::CxxDialect kDialect;

} // namespace ringc::cuda

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How MSL spells what the shared C++ printing asks for.
#ifndef RINGC_LIB_TARGET_MSL_DIALECT_H
#define RINGC_LIB_TARGET_MSL_DIALECT_H

#include "../Common/CxxDialect.h"

namespace ringc::msl {

extern const target::CxxDialect kDialect;

} // namespace ringc::msl

#endif

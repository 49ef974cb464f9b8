// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The one header of a host program: start a runtime, spawn actors, talk to them, run kernels and
// stencils. Nothing here throws; what may fail gives a Status or a Result.
#ifndef RINGKERNEL_RUNTIME_H
#define RINGKERNEL_RUNTIME_H

#include <ringkernel/registration.h>
#include <ringkernel/status.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <ringkernel/detail/Ask.h>
#include <ringkernel/detail/Fields.h>
#include <ringkernel/detail/RuntimeApi.h>

#endif

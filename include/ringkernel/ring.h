// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The one header of a handler file. To a host compiler it is ordinary C++ with a host meaning for
// everything; ringc knows these names and gives them each target's meaning. It includes little on
// purpose: handler files are parsed often.
#ifndef RINGKERNEL_RING_H
#define RINGKERNEL_RING_H

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <ringkernel/abi/Faults.h>
#include <ringkernel/abi/Launch.h>
#include <ringkernel/abi/Message.h>
#include <ringkernel/abi/Rounds.h>
#include <ringkernel/abi/Version.h>

// Host compilers need not know the ring:: attributes; ringc must, so that a misspelling is seen.
#ifndef __RINGC__
#if defined(__clang__)
#pragma clang diagnostic ignored "-Wunknown-attributes"
#elif defined(__GNUC__)
#pragma GCC diagnostic ignored_attributes "ring::"
#endif
#endif

#include <ringkernel/detail/ActorContext.h>
#include <ringkernel/detail/Array.h>
#include <ringkernel/detail/Cells.h>
#include <ringkernel/detail/KernelThread.h>
#include <ringkernel/detail/Math.h>

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The device that the rounds launcher drives, which is all that it knows of a backend. Its contract
// is installed, for devices that users bring; backend/ and test/Execution hold ours.
#ifndef RINGKERNEL_RUNTIME_CORE_COMPUTEDEVICE_H
#define RINGKERNEL_RUNTIME_CORE_COMPUTEDEVICE_H

#include <ringkernel/device.h> // IWYU pragma: export

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Audits of the largest messages that a slot of the resident kernel carries, 3036 bytes.
#ifndef RINGKERNEL_TEST_DEVICE_AUDITHUGE_RING_H
#define RINGKERNEL_TEST_DEVICE_AUDITHUGE_RING_H

#include "audit.h"

template struct audit::Item<757>;
template class audit::OnThread<757>;
template class audit::OnWarp<757>;
template class audit::OnBlock<757>;

#endif

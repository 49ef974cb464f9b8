// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Audits of messages that need slots of 512 bytes: of many chunks, each with a tag of its own.
#ifndef RINGKERNEL_TEST_DEVICE_AUDITLARGE_RING_H
#define RINGKERNEL_TEST_DEVICE_AUDITLARGE_RING_H

#include "audit.h"

template struct audit::Item<70>;
template class audit::OnThread<70>;
template class audit::OnWarp<70>;
template class audit::OnBlock<70>;

#endif

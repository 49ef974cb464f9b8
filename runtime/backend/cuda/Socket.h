// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Packets over sockets that keep their borders, with descriptors beside them. False where the other
// end is gone; no signal is raised.
#ifndef RINGKERNEL_RUNTIME_BACKEND_CUDA_SOCKET_H
#define RINGKERNEL_RUNTIME_BACKEND_CUDA_SOCKET_H

#include "runtime/backend/cuda/Packet.h"

#include <ringkernel/status.h>

#include <chrono>
#include <initializer_list>
#include <vector>

namespace ring::runtime::cuda {

/// Unsupported, with what the system says of errno.
Status errorStatus(const char* what);

bool sendPacket(int socket, Packet& packet, std::initializer_list<int> files);
/// Waits for a packet or the end of the other side.
bool awaitPacket(int socket, std::chrono::nanoseconds limit);
/// The next packet, into an empty one. Descriptors that came are the caller's; where `files` is
/// null they are closed.
bool receivePacket(int socket, Packet& packet, std::vector<int>* files = nullptr);

} // namespace ring::runtime::cuda

#endif // RINGKERNEL_RUNTIME_BACKEND_CUDA_SOCKET_H

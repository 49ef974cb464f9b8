// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The process that has the CUDA context where RuntimeOptions::isolation is Process. It does what it
// is asked over its sockets and ends with the process that started it: at the end of its first
// socket, or by the signal that the system sends for a parent that died. It runs no code of the
// host's and reads none of its memory but what both share.
#include "runtime/backend/cuda/Loader.h"
#include "runtime/backend/cuda/Marshal.h"
#include "runtime/backend/cuda/Socket.h"
#include "runtime/process/Services.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <thread>

using namespace ring;
using namespace ring::runtime::cuda;

namespace {

/// Nothing to take down: the system does that, faster and whatever state the driver is in.
[[noreturn]] void leave(int code) { _exit(code); }

void closeAll(const std::vector<int>& files) {
  for (const int file : files)
    close(file);
}

void serveConnection(Shared& shared, int socket, std::byte* staging) {
  Services services(shared, staging);
  for (;;) {
    Packet request, reply;
    std::vector<int> files;
    if (!receivePacket(socket, request, &files))
      break;
    const bool isRequest = services.serve(request, reply, files);
    closeAll(files);
    if (!isRequest || !sendPacket(socket, reply, {}))
      break;
  }
  munmap(staging, kStagingPiece);
  close(socket);
}

/// Loads the driver, where the caller is of this build.
void start(Shared& shared, Packet& request, Packet& reply) {
  reply.put(protocolVersion());
  if (request.get<std::uint64_t>() != protocolVersion()) {
    reply.put(StatusCode::Internal);
    return;
  }
  const Result<DriverApi> api = loadDriver();
  if (api)
    shared.api = *api;
  reply.put(api.status().code());
  reply.putText(api.status().message());
}

/// A socket and staging memory: a thread of their own.
bool open(Shared& shared, const std::vector<int>& files) {
  if (files.size() != 2)
    return false;
  void* const staging =
      mmap(nullptr, kStagingPiece, PROT_READ | PROT_WRITE, MAP_SHARED, files[1], 0);
  close(files[1]);
  if (staging == MAP_FAILED)
    return false;
  std::thread(serveConnection, std::ref(shared), files[0], static_cast<std::byte*>(staging))
      .detach();
  return true;
}

} // namespace

int main(int count, char** arguments) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_NAME, "ringkernel-gpu");
  // It may have died before; and who starts this by hand is no parent.
  if (count != 2 || getppid() != std::atoi(arguments[1]))
    leave(2);
  // What the host had open and not marked is not for us to keep open.
  close_range(kFirstSocket + 1, ~0u, 0);
  static Shared shared;
  for (;;) {
    Packet request, reply;
    std::vector<int> files;
    if (!receivePacket(kFirstSocket, request, &files))
      leave(0); // the host is gone
    switch (request.get<Request>()) {
    case Request::Start:
      start(shared, request, reply);
      break;
    case Request::Open:
      if (!open(shared, files))
        leave(3);
      files.clear();
      reply.put(Request::Open);
      break;
    case Request::Ping:
      reply.put(Request::Ping);
      break;
    }
    closeAll(files);
    if (!sendPacket(kFirstSocket, reply, {}))
      leave(0);
  }
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// sendmsg and recvmsg, which nothing else here calls.
#include "runtime/backend/cuda/Socket.h"

#include "runtime/backend/cuda/Marshal.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace ring::runtime::cuda {

namespace {

constexpr std::size_t kMostFiles = 2;

struct alignas(cmsghdr) Control {
  char bytes[CMSG_SPACE(sizeof(int) * kMostFiles)] = {};
};

} // namespace

Status errorStatus(const char* what) {
  return {StatusCode::Unsupported, std::string(what) + ": " + std::strerror(errno)};
}

bool sendPacket(int socket, Packet& packet, std::initializer_list<int> files) {
  if (packet.bytes().size() > kMaxPacket)
    return false;
  iovec bytes{packet.bytes().data(), packet.bytes().size()};
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  Control control;
  if (files.size() != 0) {
    message.msg_control = control.bytes;
    message.msg_controllen = CMSG_SPACE(sizeof(int) * files.size());
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * files.size());
    std::memcpy(CMSG_DATA(header), std::data(files), sizeof(int) * files.size());
  }
  ssize_t sent = 0;
  do
    sent = sendmsg(socket, &message, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(packet.bytes().size());
}

bool awaitPacket(int socket, std::chrono::nanoseconds limit) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point begin = Clock::now();
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(limit - (Clock::now() - begin));
    pollfd waited{socket, POLLIN, 0};
    const int ready =
        poll(&waited, 1, static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 1 << 30)));
    if (ready > 0)
      return true;
    if (ready == 0 || errno != EINTR)
      return false;
  }
}

bool receivePacket(int socket, Packet& packet, std::vector<int>* files) {
  packet.bytes().resize(kMaxPacket);
  iovec bytes{packet.bytes().data(), packet.bytes().size()};
  Control control;
  msghdr message{};
  ssize_t count = 0;
  do {
    message.msg_iov = &bytes;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof(control.bytes);
    count = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  } while (count < 0 && errno == EINTR);
  packet.bytes().resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); count > 0 && header;
       header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
      continue;
    for (std::size_t at = 0; CMSG_LEN(at + sizeof(int)) <= header->cmsg_len; at += sizeof(int)) {
      int file = -1;
      std::memcpy(&file, CMSG_DATA(header) + at, sizeof(int));
      if (files)
        files->push_back(file);
      else
        close(file);
    }
  }
  return count > 0 && (message.msg_flags & MSG_TRUNC) == 0;
}

} // namespace ring::runtime::cuda

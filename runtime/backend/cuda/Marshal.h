// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How calls of the driver go to another process: by the types of their parameters. Values and
// handles go there, what plain pointers point to comes back, text goes there. A function with any
// other parameter does not compile until both ends (RemoteApi.cpp, runtime/process/Services.cpp)
// have their own code for it. Handles and addresses are those of the other process and mean nothing
// here.
#ifndef RINGKERNEL_RUNTIME_BACKEND_CUDA_MARSHAL_H
#define RINGKERNEL_RUNTIME_BACKEND_CUDA_MARSHAL_H

#include "runtime/backend/cuda/Api.h"
#include "runtime/backend/cuda/Packet.h"

#include <string>
#include <type_traits>

namespace ring::runtime::cuda {

/// What is asked of the GPU's process beside the driver's functions.
enum class Request : std::uint32_t {
  Start = 0x10000, ///< on the first socket: which build calls; loads and starts the driver
  Open,            ///< on the first socket, with a socket and staging memory: serve it too
  Ping,            ///< on the first socket
};

/// Of the memory that each connection has for copies of memory that the two do not share.
inline constexpr std::size_t kStagingPiece = std::size_t(1) << 20;
/// The longest packet.
inline constexpr std::size_t kMaxPacket = std::size_t(64) << 10;
/// The descriptor of the first socket in the GPU's process.
inline constexpr int kFirstSocket = 3;

/// Of what the hash below does not see: the order of packets' words that either end writes by hand.
inline constexpr std::uint64_t kProtocol = 1;

/// Differs where two builds would not understand each other.
consteval std::uint64_t protocolVersion() {
  std::uint64_t hash = 14695981039346656037u;
#define RINGKERNEL_CUDA_HASH(Name, Exported, Params)                                               \
  for (const char c : #Name #Params)                                                               \
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  RINGKERNEL_CUDA_FUNCTIONS(RINGKERNEL_CUDA_HASH)
#undef RINGKERNEL_CUDA_HASH
  for (const std::uint64_t word :
       {kProtocol, std::uint64_t(kStagingPiece), std::uint64_t(sizeof(LaunchConfig)),
        std::uint64_t(sizeof(LaunchAttribute)), std::uint64_t(sizeof(Request))})
    hash = (hash ^ word) * 1099511628211u;
  return hash;
}

namespace marshal {

template <class T>
concept Complete = requires { sizeof(T); };
/// A pointer to what only the driver knows.
template <class T>
concept Handle = std::is_pointer_v<T> && std::is_class_v<std::remove_pointer_t<T>> &&
                 !Complete<std::remove_pointer_t<T>>;
template <class T>
concept In = std::is_arithmetic_v<T> || std::is_enum_v<T> || Handle<T>;
template <class T>
concept Out = std::is_pointer_v<T> && !Handle<T> && !std::is_const_v<std::remove_pointer_t<T>> &&
              !std::is_same_v<T, char*> && In<std::remove_pointer_t<T>>;
template <class T>
concept Text = std::is_same_v<T, const char*>;
template <class T>
concept Plain = In<T> || Out<T> || Text<T>;

// The caller's side.
template <class T> void ask(Packet& request, T value) {
  if constexpr (Text<T>)
    request.putText(value);
  else if constexpr (In<T>)
    request.put(value);
}
template <class T> void answer(Packet& reply, T value) {
  if constexpr (Out<T>)
    *value = reply.get<std::remove_pointer_t<T>>();
}

/// The other side: a parameter while it is served.
template <class T> struct Held {
  std::conditional_t<Out<T>, std::remove_pointer_t<T>, std::conditional_t<Text<T>, std::string, T>>
      value{};

  void read(Packet& request) {
    if constexpr (Text<T>)
      value = request.getText();
    else if constexpr (In<T>)
      value = request.get<T>();
  }
  T argument() {
    if constexpr (Out<T>)
      return &value;
    else if constexpr (Text<T>)
      return value.c_str();
    else
      return value;
  }
  void write(Packet& reply) const {
    if constexpr (Out<T>)
      reply.put(value);
  }
};

} // namespace marshal
} // namespace ring::runtime::cuda

#endif // RINGKERNEL_RUNTIME_BACKEND_CUDA_MARSHAL_H

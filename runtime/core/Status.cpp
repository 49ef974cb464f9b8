// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Names of status codes and backends.
#include <ringkernel/runtime.h>

namespace ring {

const char* toString(StatusCode code) {
  switch (code) {
  case StatusCode::Ok:
    return "Ok";
  case StatusCode::InvalidArgument:
    return "InvalidArgument";
  case StatusCode::NotFound:
    return "NotFound";
  case StatusCode::Exhausted:
    return "Exhausted";
  case StatusCode::NoReply:
    return "NoReply";
  case StatusCode::Failed:
    return "Failed";
  case StatusCode::Timeout:
    return "Timeout";
  case StatusCode::Closed:
    return "Closed";
  case StatusCode::WrongType:
    return "WrongType";
  case StatusCode::Unsupported:
    return "Unsupported";
  case StatusCode::DeviceLost:
    return "DeviceLost";
  case StatusCode::Internal:
    return "Internal";
  }
  return "StatusCode out of range";
}

std::optional<Backend> parseBackend(std::string_view name) {
  constexpr struct {
    std::string_view name;
    Backend backend;
  } kNames[] = {{"auto", Backend::Auto},
                {"cuda", Backend::Cuda},
                {"metal", Backend::Metal},
                {"webgpu", Backend::WebGpu},
                {"cpu", Backend::Cpu}};
  for (const auto& entry : kNames)
    if (entry.name == name)
      return entry.backend;
  return std::nullopt;
}

} // namespace ring

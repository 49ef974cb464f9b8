// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Making and splitting a transport, the end of the device, and the files for NVRTC.
#include <ringkernel/transport.h>

#include "runtime/core/Embedded.h"
#include "runtime/transport/TransportBody.h"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace ring {

namespace detail {

/// Makes the handles.
template <class Body> struct TransportAccess {
  template <class Handle> static Handle make(std::shared_ptr<Body> body) {
    return Handle(std::move(body));
  }
};

} // namespace detail

const char* name(TransportResult result) {
  switch (result) {
  case TransportResult::Ok:
    return "Ok";
  case TransportResult::Full:
    return "Full";
  case TransportResult::Empty:
    return "Empty";
  case TransportResult::Closed:
    return "Closed";
  case TransportResult::TooLarge:
    return "TooLarge";
  case TransportResult::Corrupt:
    return "Corrupt";
  }
  return "no TransportResult";
}

const abi::TransportRing& TransportDevice::ring() const { return body_->device(); }

void TransportDevice::close() {
  if (body_->direction() != TransportDirection::ToHost) {
    std::fprintf(stderr,
                 "ringkernel: transport: `TransportDevice::close` is for those to the host; "
                 "readers close in their kernel\n");
    std::abort();
  }
  // The kernels' writes came before: their stream was synchronised. Pairs with the consumer's look.
  body_->isDeviceDone.store(true, std::memory_order_release);
}

template <TransportDirection direction>
Result<Transport<direction>> Transport<direction>::create(const TransportOptions& options) {
  Result<std::shared_ptr<detail::TransportBody>> body =
      detail::TransportBody::create(direction, options);
  if (!body)
    return body.status();
  return Transport(std::move(*body));
}

template <TransportDirection direction>
std::size_t Transport<direction>::bytesFor(const TransportOptions& options) {
  return detail::TransportBody::bytesFor(direction, options);
}

template <TransportDirection direction>
typename Transport<direction>::Ends Transport<direction>::split() && {
  using Access = detail::TransportAccess<detail::TransportBody>;
  return {Access::make<TransportDevice>(body_), Access::make<HostEnd>(std::move(body_))};
}

template class Transport<TransportDirection::ToHost>;
template class Transport<TransportDirection::ToDevice>;

std::span<const TransportHeader> transportHeaders() {
  static const std::vector<TransportHeader> headers = [] {
    static std::vector<std::string> names;
    const auto files = runtime::transportFiles();
    names.reserve(files.size());
    std::vector<TransportHeader> made;
    for (const runtime::EmbeddedFile& file : files) {
      // As includes name them: the user's, and those of the first file.
      names.emplace_back(file.path);
      for (const std::string_view root :
           {"include/", "runtime/device/cuda/nvrtc/", "runtime/device/cuda/"})
        if (file.path.starts_with(root)) {
          names.back() = file.path.substr(root.size());
          break;
        }
      if (names.back() == "transport.cuh")
        names.back() = "ringkernel/cuda/transport.cuh";
      made.push_back({names.back().c_str(), file.contents.data()});
    }
    return made;
  }();
  return headers;
}

} // namespace ring

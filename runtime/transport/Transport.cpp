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

namespace {

/// What a handle or a transport that is to be split holds; moved from or split, it holds nothing.
const std::shared_ptr<detail::TransportBody>&
held(const std::shared_ptr<detail::TransportBody>& body, const char* what) {
  if (body)
    return body;
  std::fprintf(stderr, "ringkernel: transport: %s\n", what);
  std::abort();
}
constexpr const char* kMovedFrom =
    "an end was used after it was moved from; use the one that it was moved to";

} // namespace

const abi::TransportRing& TransportDevice::ring() const {
  return held(body_, kMovedFrom)->device();
}

void TransportDevice::close() {
  (void)held(body_, kMovedFrom);
  if (body_->direction() != TransportDirection::ToHost) {
    std::fprintf(stderr,
                 "ringkernel: transport: `TransportDevice::close` is for those to the host; "
                 "readers close in their kernel\n");
    std::abort();
  }
  const std::lock_guard lock(body_->closing);
  if (body_->isDeviceDone.load(std::memory_order_relaxed))
    return; // a second one has nothing to add
  // Where the GPU does not say, no count: half of all away.
  body_->lastTicket = body_->nextTicket().value_or(body_->start() + (std::uint64_t(1) << 63));
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
  const std::shared_ptr<detail::TransportBody> body =
      held(body_, "`split` of a transport that was split or moved from before; it has one pair of "
                  "ends: make another transport");
  body_.reset();
  return {Access::make<TransportDevice>(body), Access::make<HostEnd>(body)};
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

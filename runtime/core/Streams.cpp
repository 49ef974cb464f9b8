// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The half of CoreBase for streams: threads of the host do the work unless a backend says
// otherwise, and a capture is a list on every backend.
#include "runtime/core/CoreBase.h"
#include "runtime/core/HostStream.h"

#include <cstdlib>
#include <cstring>
#include <string>

namespace ring::runtime {

Result<std::shared_ptr<detail::StreamCore>> CoreBase::makeStream() {
  return std::shared_ptr<detail::StreamCore>(std::make_shared<HostStream>(*this));
}

Result<std::shared_ptr<detail::EventCore>> CoreBase::makeEvent() {
  return std::shared_ptr<detail::EventCore>(std::make_shared<HostEvent>());
}

std::shared_ptr<detail::StreamCore> CoreBase::beginCapture() {
  return std::make_shared<RecordingStream>(*this);
}

Result<std::shared_ptr<detail::GraphCore>> CoreBase::endCapture(detail::StreamCore& stream) {
  Result<std::vector<SharedWork>> work = static_cast<RecordingStream&>(stream).end();
  return work ? makeGraph(*std::move(work)) : work.status();
}

Result<std::shared_ptr<detail::GraphCore>> CoreBase::makeGraph(std::vector<SharedWork> work) {
  return std::shared_ptr<detail::GraphCore>(std::make_shared<RecordedGraph>(std::move(work)));
}

Result<void*> CoreBase::allocatePinned(std::size_t bytes) {
  constexpr std::size_t kLine = 64;
  void* memory = nullptr;
  if (bytes <= SIZE_MAX - kLine)
    memory = std::aligned_alloc(kLine, (bytes + kLine - 1) / kLine * kLine);
  if (!memory)
    return Status(StatusCode::Exhausted,
                  "there is no memory for " + std::to_string(bytes) + " bytes");
  std::memset(memory, 0, bytes);
  return memory;
}

void CoreBase::releasePinned(void* memory) { std::free(memory); }

} // namespace ring::runtime

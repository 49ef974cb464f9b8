// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A runtime on the project's own device: memory goes through it, and so does the emitted source.
#include "OwnDevice.h"
#include "meter.ring.h"

#include <cstdio>
#include <ringkernel/runtime.h>

namespace {

int failed(const ring::Status& status) {
  std::fprintf(stderr, "own-device: %s\n", status.message().c_str());
  return 1;
}

} // namespace

int main() {
  auto runtime =
      ring::Runtime::create({}, std::make_unique<OwnDevice>(), ring::ShaderLanguage::Wgsl);
  if (!runtime)
    return failed(runtime.status());
  const std::vector<std::uint32_t> given = {1, 2, 3, 5};
  std::vector<std::uint32_t> back(given.size());
  auto buffer = runtime->buffer<std::uint32_t>(given.size());
  if (!buffer)
    return failed(buffer.status());
  if (ring::Status status = buffer->upload(given); !status)
    return failed(status);
  if (ring::Status status = buffer->download(back); !status || back != given)
    return failed(status);
  // Spawning compiles the actor's source, which this device refuses.
  const ring::Status spawned = runtime->spawn<Meter>().status();
  std::printf("%s: %s\n", runtime->backendName().c_str(), spawned.message().c_str());
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A transport of somebody else's program, in its own memory; the kernels' side is there to be
// included.
#include <ringkernel/transport.h>

#include <cstdio>
#include <cstdlib>

#if !__has_include(<ringkernel/cuda/transport.cuh>)
#error "the package lacks what kernels include"
#endif

int main() {
  using ToHost = ring::Transport<ring::TransportDirection::ToHost>;
  ring::TransportOptions options{.slots = 64};
  const std::size_t bytes = ToHost::bytesFor(options);
  void* memory = std::aligned_alloc(128, (bytes + 127) / 128 * 128);
  options.memory = {static_cast<std::byte*>(memory), bytes};
  {
    auto ends = std::move(*ToHost::create(options)).split();
    ring::TransportConsumer::Record record;
    std::printf("%s", ring::name(ends.host.tryPeek(record)));
    ends.device.close();
    std::printf(" %s, %zu headers\n", ring::name(ends.host.tryPeek(record)),
                ring::transportHeaders().size());
  }
  std::free(memory);
}

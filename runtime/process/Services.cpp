// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The other end of runtime/backend/cuda/RemoteApi.cpp: most functions by the types of their
// parameters, the others here.
#include "runtime/process/Services.h"

#include "runtime/backend/cuda/KernelArguments.h"
#include "runtime/backend/cuda/Marshal.h"

#include <sys/mman.h>

#include <cstring>
#include <tuple>
#include <utility>

namespace ring::runtime::cuda {

namespace {

using Files = const std::vector<int>&;

/// Calls `function` with what `request` holds for parameters P; the outcome is `reply`.
template <class... P>
CuResult call(const DriverFunction<CuResult(P...)>& function, Packet& request, Packet& reply) {
  static_assert((marshal::Plain<P> && ...),
                "this function needs a Service of its own here and a Remote in RemoteApi.cpp");
  std::tuple<marshal::Held<P>...> held;
  std::apply([&](auto&... each) { (each.read(request), ...); }, held);
  const CuResult result =
      std::apply([&](auto&... each) { return function(each.argument()...); }, held);
  reply.put(result);
  std::apply([&](auto&... each) { (each.write(reply), ...); }, held);
  return result;
}

template <FunctionId id> struct Service {
  template <class F>
  static CuResult serve(Services&, const F& function, Packet& in, Packet& out, Files) {
    return call(function, in, out);
  }
};

CuResult finish(Packet& out, CuResult result) {
  out.put(result);
  return result;
}

template <> struct Service<FunctionId::DevicePrimaryCtxRetain> {
  template <class F>
  static CuResult serve(Services& services, const F& function, Packet& in, Packet& out, Files) {
    ContextImpl* context = nullptr;
    const CuResult result = function(&context, in.get<Device>());
    if (result == CuResult::Success)
      services.useContext(context);
    out.put(result);
    out.put(context);
    return result;
  }
};

template <> struct Service<FunctionId::CtxSetCurrent> { // the caller does not ask
  template <class F> static CuResult serve(Services&, const F&, Packet&, Packet& out, Files) {
    return finish(out, CuResult::Success);
  }
};

template <> struct Service<FunctionId::DeviceGetName> {
  template <class F>
  static CuResult serve(Services&, const F& function, Packet& in, Packet& out, Files) {
    char name[256] = {};
    const CuResult result = function(name, sizeof(name) - 1, in.get<Device>());
    out.put(result);
    out.putText(name);
    return result;
  }
};

/// Maps `bytes` of the file that came with the request; null where that is not possible.
void* mapFile(Files files, std::size_t bytes) {
  if (files.empty())
    return nullptr;
  void* at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, files[0], 0);
  return at == MAP_FAILED ? nullptr : at;
}

template <> struct Service<FunctionId::MemHostAlloc> {
  template <class F>
  static CuResult serve(Services& services, const F&, Packet& in, Packet& out, Files files) {
    const auto bytes = in.get<std::uint64_t>();
    void* const at = mapFile(files, bytes);
    if (!at)
      return finish(out, CuResult::OutOfMemory);
    const CuResult result = services.api().MemHostRegister(at, bytes, in.get<unsigned>());
    if (result != CuResult::Success)
      munmap(at, bytes);
    out.put(result);
    out.put(reinterpret_cast<std::uint64_t>(at));
    return result;
  }
};
template <> struct Service<FunctionId::MemFreeHost> {
  template <class F>
  static CuResult serve(Services& services, const F&, Packet& in, Packet& out, Files) {
    auto* const at = reinterpret_cast<void*>(in.get<std::uint64_t>());
    const CuResult result = services.api().MemHostUnregister(at);
    munmap(at, in.get<std::uint64_t>());
    return finish(out, result);
  }
};
template <> struct Service<FunctionId::MemHostGetDevicePointer> {
  template <class F>
  static CuResult serve(Services&, const F& function, Packet& in, Packet& out, Files) {
    auto* const at = reinterpret_cast<void*>(in.get<std::uint64_t>());
    DevicePointer device = 0;
    const CuResult result = function(&device, at, in.get<unsigned>());
    out.put(result);
    out.put(device);
    return result;
  }
};
template <> struct Service<FunctionId::MemHostRegister> { // the caller refuses
  template <class F> static CuResult serve(Services&, const F&, Packet&, Packet& out, Files) {
    return finish(out, CuResult::NotSupported);
  }
};
template <> struct Service<FunctionId::MemHostUnregister> : Service<FunctionId::MemHostRegister> {};

/// A copy whose host's side is shared, or in the staging memory. The driver may still read or write
/// that when it returns, and the caller uses it again: it is waited for.
template <class Copy> CuResult copy(Services& services, Packet& in, Packet& out, Copy&& run) {
  const auto device = in.get<DevicePointer>();
  const auto there = in.get<std::uint64_t>();
  const auto bytes = in.get<std::uint64_t>();
  auto* const stream = in.get<StreamImpl*>();
  CuResult result =
      run(device, there ? reinterpret_cast<void*>(there) : services.staging(), bytes, stream);
  if (result == CuResult::Success && there == 0)
    result = services.api().StreamSynchronize(stream);
  return finish(out, result);
}
template <> struct Service<FunctionId::MemcpyHtoDAsync> {
  template <class F>
  static CuResult serve(Services& services, const F& function, Packet& in, Packet& out, Files) {
    return copy(services, in, out,
                [&](DevicePointer device, void* host, std::size_t bytes, StreamImpl* stream) {
                  return function(device, host, bytes, stream);
                });
  }
};
template <> struct Service<FunctionId::MemcpyDtoHAsync> {
  template <class F>
  static CuResult serve(Services& services, const F& function, Packet& in, Packet& out, Files) {
    return copy(services, in, out,
                [&](DevicePointer device, void* host, std::size_t bytes, StreamImpl* stream) {
                  return function(host, device, bytes, stream);
                });
  }
};

template <> struct Service<FunctionId::ModuleLoadData> {
  template <class F>
  static CuResult serve(Services&, const F& function, Packet& in, Packet& out, Files files) {
    const auto bytes = in.get<std::uint64_t>();
    void* const image = mapFile(files, bytes);
    ModuleImpl* module = nullptr;
    const CuResult result = image ? function(&module, image) : CuResult::OutOfMemory;
    if (image)
      munmap(image, bytes);
    out.put(result);
    out.put(module);
    return result;
  }
};

/// What a launch is given, each value aligned as the strictest type is.
class Values {
public:
  explicit Values(Packet& in) {
    values_.resize(in.get<std::uint16_t>());
    for (std::vector<Unit>& value : values_) {
      const std::span<const std::byte> bytes = in.getBytes();
      value.resize(bytes.size() / sizeof(Unit) + 1);
      std::memcpy(value.data(), bytes.data(), bytes.size());
      arguments_.add(value.data(), bytes.size());
    }
  }
  ArgumentList list() { return arguments_.list(); }

private:
  struct alignas(16) Unit {
    std::byte bytes[16];
  };
  std::vector<std::vector<Unit>> values_;
  KernelArguments arguments_;
};

/// A configuration and its attributes.
struct Configured {
  explicit Configured(Packet& in) : config(in.get<LaunchConfig>()) {
    constexpr unsigned kMost = 64; // more than the driver knows
    for (unsigned i = 0; i < config.count && i < kMost; ++i)
      attributes.push_back(in.get<LaunchAttribute>());
    config.attributes = attributes.data();
    config.count = static_cast<unsigned>(attributes.size());
  }
  LaunchConfig config;
  std::vector<LaunchAttribute> attributes;
};

template <> struct Service<FunctionId::LaunchKernel> {
  template <class F>
  static CuResult serve(Services&, const F& function, Packet& in, Packet& out, Files) {
    auto* const kernel = in.get<FunctionImpl*>();
    unsigned sizes[7]; // grid, block, shared memory
    for (unsigned& size : sizes)
      size = in.get<unsigned>();
    auto* const stream = in.get<StreamImpl*>();
    Values values(in);
    return finish(out, function(kernel, sizes[0], sizes[1], sizes[2], sizes[3], sizes[4], sizes[5],
                                sizes[6], stream, values.list(), nullptr));
  }
};
template <> struct Service<FunctionId::LaunchKernelEx> {
  template <class F>
  static CuResult serve(Services&, const F& function, Packet& in, Packet& out, Files) {
    const Configured launch(in);
    auto* const kernel = in.get<FunctionImpl*>();
    Values values(in);
    return finish(out, function(&launch.config, kernel, values.list(), nullptr));
  }
};
template <> struct Service<FunctionId::OccupancyMaxActiveClusters> {
  template <class F>
  static CuResult serve(Services&, const F& function, Packet& in, Packet& out, Files) {
    const Configured launch(in);
    int clusters = 0;
    const CuResult result = function(&clusters, in.get<FunctionImpl*>(), &launch.config);
    out.put(result);
    out.put(clusters);
    return result;
  }
};

// Errors are told with the call that had them.
template <> struct Service<FunctionId::GetErrorName> : Service<FunctionId::MemHostRegister> {};
template <> struct Service<FunctionId::GetErrorString> : Service<FunctionId::MemHostRegister> {};

CuResult dispatch(Services& services, FunctionId id, Packet& in, Packet& out, Files files) {
  switch (id) {
#define RINGKERNEL_CUDA_SERVE(Name, Exported, Params)                                              \
  case FunctionId::Name:                                                                           \
    return Service<FunctionId::Name>::serve(services, services.api().Name, in, out, files);
    RINGKERNEL_CUDA_FUNCTIONS(RINGKERNEL_CUDA_SERVE)
#undef RINGKERNEL_CUDA_SERVE
  }
  return finish(out, CuResult::NotSupported); // no function
}

} // namespace

bool Services::serve(Packet& request, Packet& reply, const std::vector<int>& files) {
  // acquire: pairs with useContext(); a context is the thread's own to set.
  if (ContextImpl* const context = shared_.context.load(std::memory_order_acquire);
      context != current_) {
    static_cast<void>(shared_.api.CtxSetCurrent(context));
    current_ = context;
  }
  const auto id = request.get<FunctionId>();
  const CuResult result = dispatch(*this, id, request, reply, files);
  if (result != CuResult::Success && result != CuResult::NotReady) {
    const char* name = nullptr;
    const char* text = nullptr;
    shared_.api.GetErrorName(result, &name);
    shared_.api.GetErrorString(result, &text);
    Packet told; // before what the function gives, which is of no use
    told.put(result);
    told.putText(name ? name : "unknown error");
    told.putText(text ? text : "no description");
    reply = std::move(told);
  }
  return request.isWhole();
}

} // namespace ring::runtime::cuda

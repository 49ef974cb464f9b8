// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The driver's functions for a caller whose context is in another process. Most go there by the
// types of their parameters (Marshal.h); the others are here. What answers them is in
// runtime/process/Services.cpp.
#include "runtime/backend/cuda/GpuProcess.h"

#include <elf.h>

#include <algorithm>
#include <cstring>

namespace ring::runtime::cuda {

namespace {

template <FunctionId id> struct Remote {
  template <class... P> static CuResult call(GpuProcess& process, P... parameters) {
    static_assert((marshal::Plain<P> && ...),
                  "this function needs a Remote of its own here and a Service in runtime/process");
    GpuProcess::Call call(process, id);
    (marshal::ask(call.request, parameters), ...);
    const CuResult result = call.run();
    if (result != CuResult::ProcessLost)
      (marshal::answer(call.reply, parameters), ...);
    return result;
  }
};

/// Every thread of the child that serves us has the context already.
template <> struct Remote<FunctionId::CtxSetCurrent> {
  static CuResult call(GpuProcess& process, ContextImpl* /*context*/) {
    return process.isAlive() ? CuResult::Success : CuResult::ProcessLost;
  }
};

template <> struct Remote<FunctionId::DeviceGetName> {
  static CuResult call(GpuProcess& process, char* name, int length, Device device) {
    GpuProcess::Call call(process, FunctionId::DeviceGetName);
    call.request.put(device);
    const CuResult result = call.run();
    if (result == CuResult::Success && length > 0) {
      const std::string text = call.reply.getText();
      const std::size_t count = std::min(text.size(), static_cast<std::size_t>(length) - 1);
      std::memcpy(name, text.data(), count);
      name[count] = 0;
    }
    return result;
  }
};

template <> struct Remote<FunctionId::MemHostAlloc> {
  static CuResult call(GpuProcess& process, void** memory, std::size_t bytes, unsigned flags) {
    return process.shareMemory(memory, bytes, flags);
  }
};
template <> struct Remote<FunctionId::MemFreeHost> {
  static CuResult call(GpuProcess& process, void* memory) { return process.unshareMemory(memory); }
};
template <> struct Remote<FunctionId::MemHostGetDevicePointer> {
  static CuResult call(GpuProcess& process, DevicePointer* device, void* memory, unsigned flags) {
    GpuProcess::Call call(process, FunctionId::MemHostGetDevicePointer);
    call.request.put(process.addressThere(memory, 1));
    call.request.put(flags);
    const CuResult result = call.run();
    *device = call.reply.get<DevicePointer>();
    return result;
  }
};
// Memory of this process that the child does not have cannot be registered there.
template <> struct Remote<FunctionId::MemHostRegister> {
  static CuResult call(GpuProcess&, void*, std::size_t, unsigned) { return CuResult::NotSupported; }
};
template <> struct Remote<FunctionId::MemHostUnregister> {
  static CuResult call(GpuProcess&, void*) { return CuResult::NotSupported; }
};

/// One piece of a copy: `at` is where the child has the host's side.
CuResult copyPiece(GpuProcess::Call& call, DevicePointer device, std::uint64_t at,
                   std::size_t bytes, StreamImpl* stream) {
  call.request.put(device);
  call.request.put(at);
  call.request.put(static_cast<std::uint64_t>(bytes));
  call.request.put(stream);
  return call.run();
}

// Between shared memory and the device as the driver does it; other memory goes through the
// connection's staging memory, and the copy is done when the call returns.
template <> struct Remote<FunctionId::MemcpyHtoDAsync> {
  static CuResult call(GpuProcess& process, DevicePointer to, const void* from, std::size_t bytes,
                       StreamImpl* stream) {
    if (const std::uint64_t there = process.addressThere(from, bytes)) {
      GpuProcess::Call call(process, FunctionId::MemcpyHtoDAsync);
      return copyPiece(call, to, there, bytes, stream);
    }
    for (std::size_t done = 0; done < bytes;) {
      GpuProcess::Call call(process, FunctionId::MemcpyHtoDAsync);
      const std::size_t piece = std::min(bytes - done, kStagingPiece);
      if (!call.staging())
        return CuResult::ProcessLost;
      std::memcpy(call.staging(), static_cast<const std::byte*>(from) + done, piece);
      if (const CuResult result = copyPiece(call, to + done, 0, piece, stream);
          result != CuResult::Success)
        return result;
      done += piece;
    }
    return CuResult::Success;
  }
};
template <> struct Remote<FunctionId::MemcpyDtoHAsync> {
  static CuResult call(GpuProcess& process, void* to, DevicePointer from, std::size_t bytes,
                       StreamImpl* stream) {
    if (const std::uint64_t there = process.addressThere(to, bytes)) {
      GpuProcess::Call call(process, FunctionId::MemcpyDtoHAsync);
      return copyPiece(call, from, there, bytes, stream);
    }
    for (std::size_t done = 0; done < bytes;) {
      GpuProcess::Call call(process, FunctionId::MemcpyDtoHAsync);
      const std::size_t piece = std::min(bytes - done, kStagingPiece);
      if (const CuResult result = copyPiece(call, from + done, 0, piece, stream);
          result != CuResult::Success)
        return result;
      std::memcpy(static_cast<std::byte*>(to) + done, call.staging(), piece);
      done += piece;
    }
    return CuResult::Success;
  }
};

/// The end of a part of an ELF file, where that lies within 32 bits.
std::uint64_t endOf(std::uint64_t offset, std::uint64_t bytes) {
  constexpr std::uint64_t kMost = std::uint64_t(1) << 32;
  return offset > kMost || bytes > kMost ? 0 : offset + bytes;
}

/// Of a cubin, which is an ELF file, or of text, which ends with a NUL.
std::size_t imageBytes(const void* image) {
  const auto* bytes = static_cast<const char*>(image);
  if (std::memcmp(bytes, ELFMAG, std::min<std::size_t>(SELFMAG, std::strlen(bytes) + 1)) != 0)
    return std::strlen(bytes) + 1;
  Elf64_Ehdr header;
  std::memcpy(&header, bytes, sizeof(header));
  std::uint64_t end =
      std::max({std::uint64_t(sizeof(header)),
                endOf(header.e_phoff, std::uint64_t(header.e_phnum) * header.e_phentsize),
                endOf(header.e_shoff, std::uint64_t(header.e_shnum) * header.e_shentsize)});
  for (unsigned i = 0; i < header.e_shnum; ++i) {
    Elf64_Shdr section;
    std::memcpy(&section, bytes + header.e_shoff + std::size_t(i) * header.e_shentsize,
                sizeof(section));
    if (section.sh_type != SHT_NOBITS)
      end = std::max(end, endOf(section.sh_offset, section.sh_size));
  }
  return end;
}

template <> struct Remote<FunctionId::ModuleLoadData> {
  static CuResult call(GpuProcess& process, ModuleImpl** module, const void* image) {
    const std::size_t bytes = imageBytes(image);
    const SharedPages pages(bytes);
    if (!pages.at())
      return CuResult::OutOfMemory;
    std::memcpy(pages.at(), image, bytes);
    GpuProcess::Call call(process, FunctionId::ModuleLoadData);
    call.request.put(static_cast<std::uint64_t>(bytes));
    const CuResult result = call.run(pages.file());
    *module = call.reply.get<ModuleImpl*>();
    return result;
  }
};

void ask(Packet& request, ArgumentList arguments) {
  std::size_t count = 0;
  while (arguments.pointers && arguments.pointers[count])
    ++count;
  request.put(static_cast<std::uint16_t>(count));
  for (std::size_t i = 0; i < count; ++i)
    request.putBytes(arguments.pointers[i],
                     reinterpret_cast<std::size_t>(arguments.pointers[count + 1 + i]));
}
template <> struct Remote<FunctionId::LaunchKernel> {
  static CuResult call(GpuProcess& process, FunctionImpl* function, unsigned gridX, unsigned gridY,
                       unsigned gridZ, unsigned blockX, unsigned blockY, unsigned blockZ,
                       unsigned sharedBytes, StreamImpl* stream, ArgumentList arguments,
                       void** extra) {
    if (extra)
      return CuResult::NotSupported;
    GpuProcess::Call call(process, FunctionId::LaunchKernel);
    call.request.put(function);
    for (const unsigned size : {gridX, gridY, gridZ, blockX, blockY, blockZ, sharedBytes})
      call.request.put(size);
    call.request.put(stream);
    ask(call.request, arguments);
    return call.run();
  }
};

void ask(Packet& request, const LaunchConfig& config) {
  request.put(config);
  for (unsigned i = 0; i < config.count; ++i)
    request.put(config.attributes[i]);
}
template <> struct Remote<FunctionId::LaunchKernelEx> {
  static CuResult call(GpuProcess& process, const LaunchConfig* config, FunctionImpl* function,
                       ArgumentList arguments, void** extra) {
    if (extra)
      return CuResult::NotSupported;
    GpuProcess::Call call(process, FunctionId::LaunchKernelEx);
    ask(call.request, *config);
    call.request.put(function);
    ask(call.request, arguments);
    return call.run();
  }
};
template <> struct Remote<FunctionId::OccupancyMaxActiveClusters> {
  static CuResult call(GpuProcess& process, int* clusters, FunctionImpl* function,
                       const LaunchConfig* config) {
    GpuProcess::Call call(process, FunctionId::OccupancyMaxActiveClusters);
    ask(call.request, *config);
    call.request.put(function);
    const CuResult result = call.run();
    *clusters = call.reply.get<int>();
    return result;
  }
};

/// Calls of one thread here are those of several there.
template <> struct Remote<FunctionId::StreamBeginCapture> {
  static CuResult call(GpuProcess& process, StreamImpl* stream, CaptureMode /*mode*/) {
    GpuProcess::Call call(process, FunctionId::StreamBeginCapture);
    call.request.put(stream);
    call.request.put(CaptureMode::Relaxed);
    return call.run();
  }
};

template <> struct Remote<FunctionId::GetErrorName> {
  static CuResult call(GpuProcess& process, CuResult result, const char** name) {
    *name = process.errorName(result);
    return *name ? CuResult::Success : CuResult::InvalidValue;
  }
};
template <> struct Remote<FunctionId::GetErrorString> {
  static CuResult call(GpuProcess& process, CuResult result, const char** text) {
    *text = process.errorText(result);
    return *text ? CuResult::Success : CuResult::InvalidValue;
  }
};

} // namespace

DriverApi GpuProcess::api() {
  DriverApi made;
#define RINGKERNEL_CUDA_BIND(Name, Exported, Params)                                               \
  made.Name.bind(*this, &Remote<FunctionId::Name>::call);
  RINGKERNEL_CUDA_FUNCTIONS(RINGKERNEL_CUDA_BIND)
#undef RINGKERNEL_CUDA_BIND
  return made;
}

} // namespace ring::runtime::cuda

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which options can be, how the memory is laid out, and what stands in it before the first record.
#include "runtime/transport/TransportBody.h"

#include "runtime/backend/cuda/WideAccess.h"

#include <bit>
#include <cstring>
#include <string>
#include <vector>

namespace ring::detail {

namespace {

using runtime::cuda::GpuMemory;

/// Two lines: what one side writes shares none with what the other writes.
constexpr std::size_t kApart = 128;
constexpr std::uint32_t kMinSlots = 64, kMaxSlots = 1u << 24;
constexpr std::uint32_t kMaxLine = 65536;
constexpr std::uint64_t kMinArena = 4096, kMaxArena = std::uint64_t(1) << 31;
/// Bit 31 of a length says that the record lies in its slot.
constexpr std::uint64_t kMaxRecord = kMaxArena - 1;

std::size_t roundUp(std::size_t bytes) { return (bytes + kApart - 1) / kApart * kApart; }

Status invalid(const char* what, std::uint64_t given, const std::string& limit) {
  return {StatusCode::InvalidArgument, std::string("cannot make a transport: `") + what + "` is " +
                                           std::to_string(given) + "; it must be " + limit};
}

Status checkSlots(TransportDirection direction, const TransportOptions& options) {
  if (options.mode != TransportMode::Latency && options.mode != TransportMode::Throughput)
    return invalid("mode", static_cast<std::uint64_t>(options.mode),
                   "0 (latency) or 1 (throughput)");
  if (!std::has_single_bit(options.slots) || options.slots < kMinSlots || options.slots > kMaxSlots)
    return invalid("slots", options.slots, "a power of two from 64 to 16777216");
  if (options.mode == TransportMode::Latency) {
    if (!std::has_single_bit(options.slotBytes) || options.slotBytes < 64 ||
        options.slotBytes > abi::kMaxLatencySlot)
      return invalid("slotBytes", options.slotBytes,
                     "a power of two from 64 to 2048 in latency mode");
  } else if (options.slotBytes % 64 != 0 || options.slotBytes == 0 ||
             options.slotBytes > kMaxLine) {
    return invalid("slotBytes", options.slotBytes,
                   "a multiple of 64 up to 65536 in throughput mode");
  }
  if (direction == TransportDirection::ToHost)
    return Status::ok();
  if (!std::has_single_bit(options.readers) || options.readers > abi::kMaxTransportReaders)
    return invalid("readers", options.readers, "a power of two up to 64");
  if (options.readers * abi::kReaderBlock > options.slots)
    return invalid("readers", options.readers,
                   "at most " + std::to_string(options.slots / abi::kReaderBlock) + " with " +
                       std::to_string(options.slots) + " slots");
  return Status::ok();
}

/// What the options say, with their defaults filled in.
struct Sizes {
  std::uint32_t inlineBytes, lineBytes, chunkShift, maxBytes, granules;
};

Result<Sizes> sizesOf(TransportDirection direction, const TransportOptions& options) {
  if (Status status = checkSlots(direction, options); !status)
    return status;
  if (options.arenaBytes != 0 && (!std::has_single_bit(options.arenaBytes) ||
                                  options.arenaBytes < kMinArena || options.arenaBytes > kMaxArena))
    return invalid("arenaBytes", options.arenaBytes, "0 or a power of two from 4096 to 2147483648");
  Sizes sizes{};
  if (options.mode == TransportMode::Latency) {
    const std::uint32_t chunks = options.slotBytes / sizeof(abi::Chunk);
    sizes.chunkShift = static_cast<std::uint32_t>(std::countr_zero(chunks));
    sizes.inlineBytes = abi::transportInline(chunks);
  } else {
    sizes.inlineBytes = sizes.lineBytes = options.slotBytes;
  }
  sizes.granules = static_cast<std::uint32_t>(options.arenaBytes / abi::kGranuleBytes);
  const std::uint64_t most =
      std::min(std::max<std::uint64_t>(options.arenaBytes, sizes.inlineBytes), kMaxRecord);
  if (options.maxRecordBytes > most)
    return invalid("maxRecordBytes", options.maxRecordBytes,
                   "at most " + std::to_string(most) +
                       ", the larger of arena and a slot's payload, below 2^31");
  sizes.maxBytes = options.maxRecordBytes != 0 ? options.maxRecordBytes
                                               : static_cast<std::uint32_t>(std::max<std::uint64_t>(
                                                     options.arenaBytes / 4, sizes.inlineBytes));
  return sizes;
}

} // namespace

/// Where what lies, in bytes from the start.
struct TransportBody::Layout {
  Layout(TransportDirection direction, const TransportOptions& options, const Sizes& its)
      : sizes(its), slotCount(options.slots),
        readers(direction == TransportDirection::ToDevice ? options.readers : 0),
        toProducer(kApart),
        slots(toProducer + roundUp(sizeof(abi::TransportMark) * std::max(readers, 1u))),
        lines(slots + roundUp((sizeof(abi::Chunk) * slotCount) << sizes.chunkShift)),
        arena(lines + roundUp(std::size_t(sizes.lineBytes) * slotCount)),
        end(arena +
            (sizes.granules == 0 ? 0 : roundUp(options.arenaBytes) + roundUp(sizes.maxBytes))),
        control(readers == 0 ? sizeof(abi::TransportGate) : sizeof(std::uint64_t) * readers) {}

  Sizes sizes;
  std::uint32_t slotCount, readers;
  std::size_t toProducer, slots, lines, arena, end;
  std::size_t control; ///< bytes of gate or positions
};

Result<std::shared_ptr<TransportBody>> TransportBody::create(TransportDirection direction,
                                                             const TransportOptions& options) {
  const Result<Sizes> sizes = sizesOf(direction, options);
  if (!sizes)
    return sizes.status();
  if (!runtime::cuda::hasWideAccess())
    return Status(StatusCode::Unsupported,
                  "this processor cannot move 16 aligned bytes at once, which a transport needs");
  const Layout layout(direction, options, *sizes);
  std::shared_ptr<TransportBody> body(new TransportBody);
  body->direction_ = direction;
  body->start_ = options.start;
  body->late_ = std::chrono::milliseconds(options.lateMs);
  abi::TransportRing& ring = body->host_;
  ring.version = abi::kTransportVersion;
  ring.slotShift = static_cast<std::uint32_t>(std::countr_zero(options.slots));
  ring.chunkShift = sizes->chunkShift;
  ring.inlineBytes = sizes->inlineBytes;
  ring.lineBytes = sizes->lineBytes;
  ring.maxBytes = sizes->maxBytes;
  ring.granules = sizes->granules;
  ring.readers = layout.readers;
  body->device_ = ring;
  if (Status status = options.memory.data() == nullptr && options.memory.empty()
                          ? body->onGpu(layout)
                          : body->inMemory(layout, options.memory);
      !status)
    return status;
  body->begin();
  return body;
}

std::size_t TransportBody::bytesFor(TransportDirection direction, const TransportOptions& options) {
  const Result<Sizes> sizes = sizesOf(direction, options);
  if (!sizes)
    return 0;
  const Layout layout(direction, options, *sizes);
  return layout.end + layout.control;
}

void TransportBody::place(const Layout& layout, std::byte* host, std::byte* device,
                          std::byte* control) {
  const struct {
    abi::TransportRing& ring;
    std::byte* base;
  } sides[] = {{host_, host}, {device_, device}};
  for (const auto& [ring, base] : sides) {
    ring.toConsumer = reinterpret_cast<abi::TransportMark*>(base);
    ring.toProducer = reinterpret_cast<abi::TransportMark*>(base + layout.toProducer);
    ring.slots = reinterpret_cast<abi::Chunk*>(base + layout.slots);
    ring.lines = reinterpret_cast<std::uint8_t*>(base + layout.lines);
    ring.arena = reinterpret_cast<std::uint8_t*>(base + layout.arena);
    if (direction_ == TransportDirection::ToHost)
      ring.gate = reinterpret_cast<abi::TransportGate*>(control);
    else
      ring.positions = reinterpret_cast<std::uint64_t*>(control);
  }
}

Status TransportBody::inMemory(const Layout& layout, std::span<std::byte> memory) {
  if (memory.data() == nullptr)
    return invalid("memory", 0, "a place of its " + std::to_string(memory.size()) + " bytes");
  if (memory.size() < layout.end + layout.control)
    return invalid("memory", memory.size(),
                   "at least " + std::to_string(layout.end + layout.control) + " bytes");
  const auto address = reinterpret_cast<std::uintptr_t>(memory.data());
  if (address % kApart != 0)
    return invalid("memory", address % kApart, "0 bytes behind a multiple of 128");
  std::memset(memory.data(), 0, layout.end);
  place(layout, memory.data(), memory.data(), memory.data() + layout.end);
  const std::vector<std::byte> control = firstControl(layout);
  std::memcpy(memory.data() + layout.end, control.data(), control.size());
  return Status::ok();
}

Status TransportBody::onGpu(const Layout& layout) {
  Result<std::shared_ptr<runtime::cuda::Gpu>> gpu = runtime::cuda::Gpu::open();
  if (!gpu)
    return gpu.status();
  gpu_ = *gpu;
  Result<GpuMemory> shared =
      GpuMemory::allocate(gpu_, GpuMemory::Kind::Pinned, layout.end, "a transport");
  if (!shared)
    return shared.status();
  shared_ = std::move(*shared);
  Result<GpuMemory> control =
      GpuMemory::allocate(gpu_, GpuMemory::Kind::Device, layout.control, "a transport's tickets");
  if (!control)
    return control.status();
  control_ = std::move(*control);
  place(layout, shared_.host<std::byte>(), shared_.device<std::byte>(),
        control_.device<std::byte>());
  return copyControl(firstControl(layout));
}

Status TransportBody::copyControl(const std::vector<std::byte>& control) {
  const runtime::cuda::DriverApi& api = gpu_->api();
  const char* what = "cannot prepare a transport";
  runtime::cuda::StreamImpl* stream = nullptr;
  if (Status status =
          gpu_->check(what, api.StreamCreate(&stream, runtime::cuda::kStreamNonBlocking));
      !status)
    return status;
  Status status = gpu_->check(
      what, api.MemcpyHtoDAsync(control_.address(), control.data(), control.size(), stream));
  if (status)
    status = gpu_->check(what, api.StreamSynchronize(stream));
  if (gpu_->enterToFree())
    api.StreamDestroy(stream);
  return status;
}

std::optional<std::uint64_t> TransportBody::nextTicket() const {
  abi::TransportGate gate;
  if (!gpu_) {
    std::memcpy(&gate, device_.gate, sizeof(gate));
  } else {
    const runtime::cuda::DriverApi& api = gpu_->api();
    const char* what = "cannot read a transport's tickets";
    runtime::cuda::StreamImpl* stream = nullptr;
    if (!gpu_->enterToFree() ||
        !gpu_->check(what, api.StreamCreate(&stream, runtime::cuda::kStreamNonBlocking)))
      return std::nullopt;
    Status status =
        gpu_->check(what, api.MemcpyDtoHAsync(&gate, control_.address(), sizeof(gate), stream));
    if (status)
      status = gpu_->check(what, api.StreamSynchronize(stream));
    api.StreamDestroy(stream);
    if (!status)
      return std::nullopt;
  }
  // As the producers make it from the low half and what the host gave back.
  return gate.credited + static_cast<std::uint32_t>(static_cast<std::uint32_t>(gate.ticket) -
                                                    static_cast<std::uint32_t>(gate.credited));
}

std::vector<std::byte> TransportBody::firstControl(const Layout& layout) const {
  std::vector<std::byte> bytes(layout.control);
  if (direction_ == TransportDirection::ToHost) {
    abi::TransportGate gate{};
    gate.free = std::uint64_t(host_.granules) << 32 | layout.slotCount;
    gate.credited = start_;
    // The granule of the first ticket is 0.
    gate.ticket = start_ >> 32 << 32 | static_cast<std::uint32_t>(start_);
    std::memcpy(bytes.data(), &gate, sizeof(gate));
    return bytes;
  }
  for (std::uint32_t reader = 0; reader < layout.readers; ++reader) {
    const std::uint64_t first = abi::firstTicket(start_, reader, layout.readers);
    std::memcpy(bytes.data() + reader * sizeof(first), &first, sizeof(first));
  }
  return bytes;
}

/// The marks: nobody has come further than the start.
void TransportBody::begin() {
  if (direction_ == TransportDirection::ToHost) {
    *host_.toProducer = {start_, 0, 0};
    return;
  }
  for (std::uint32_t reader = 0; reader < host_.readers; ++reader)
    host_.toProducer[reader] = {abi::firstTicket(start_, reader, host_.readers), 0, 0};
}

} // namespace ring::detail

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Pinned memory for images and states on their way, a piece for each order that is under way. Not
// thread-safe.
#ifndef RINGKERNEL_RUNTIME_BACKEND_CUDA_STAGEPIECES_H
#define RINGKERNEL_RUNTIME_BACKEND_CUDA_STAGEPIECES_H

#include "runtime/backend/cuda/GpuMemory.h"

#include <map>
#include <optional>
#include <vector>

namespace ring::runtime::cuda {

class StagePieces {
public:
  struct Piece {
    std::byte* host = nullptr;
    std::uint64_t device = 0;
    explicit operator bool() const { return host != nullptr; }
  };

  /// Forgets all pieces and memory; from now on pieces of `first`, which outlives this use.
  void begin(const GpuMemory& first) {
    areas_.clear();
    added_.clear();
    areas_.push_back({first.host<std::byte>(), first.address(), first.bytes()});
  }
  /// More memory, kept until begin().
  void add(GpuMemory memory) {
    areas_.push_back({memory.host<std::byte>(), memory.address(), memory.bytes()});
    added_.push_back(std::move(memory));
  }
  /// Nothing where add() is needed.
  std::optional<Piece> take(std::uint64_t bytes) {
    const std::uint64_t rounded = (bytes + 15) / 16 * 16;
    for (Area& area : areas_) {
      std::optional<std::uint64_t> at = area.gapFrom(area.next, rounded);
      if (!at && area.next != 0)
        at = area.gapFrom(0, rounded);
      if (!at)
        continue;
      area.used.emplace(*at, rounded);
      area.next = *at + rounded;
      return Piece{area.host + *at, area.device + *at};
    }
    return std::nullopt;
  }
  /// Of what take() gave; one from before begin() is ignored.
  void giveBack(const Piece& piece) {
    for (Area& area : areas_)
      if (piece.host >= area.host && piece.host < area.host + area.bytes)
        area.used.erase(static_cast<std::uint64_t>(piece.host - area.host));
  }

private:
  struct Area {
    std::byte* host;
    std::uint64_t device, bytes;
    /// Where the last piece ended. Pieces come back about as they were taken, so that what lies
    /// there has been free for the longest time.
    std::uint64_t next = 0;
    std::map<std::uint64_t, std::uint64_t> used = {}; ///< bytes by offset

    /// The first from `at` on, which is in no piece.
    std::optional<std::uint64_t> gapFrom(std::uint64_t at, std::uint64_t wanted) const {
      for (auto piece = used.lower_bound(at); piece != used.end() && piece->first - at < wanted;
           ++piece)
        at = piece->first + piece->second;
      return wanted <= bytes && at <= bytes - wanted ? std::optional(at) : std::nullopt;
    }
  };
  std::vector<Area> areas_;
  std::vector<GpuMemory> added_;
};

} // namespace ring::runtime::cuda

#endif // RINGKERNEL_RUNTIME_BACKEND_CUDA_STAGEPIECES_H

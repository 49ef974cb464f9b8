// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Spawning one actor or many: images in pieces of bounded size, all actors or none.
#include "runtime/core/CoreBase.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <string>

namespace ring::runtime {
namespace {

/// What a backend makes together: so many that each costs little of what one call costs, so few
/// that nobody waits long for a lock.
constexpr std::size_t kMostTogether = 1024, kMostImageBytes = std::size_t(4) << 20;

/// Room for the images of some actors, which `spawns` makes.
class ImagePiece {
public:
  ImagePiece(const detail::Spawns& spawns, std::size_t count)
      : spawns_(spawns), align_{std::max<std::size_t>(spawns.actor->align, 16)},
        bytes_(spawns.make
                   ? static_cast<std::byte*>(::operator new(count * spawns.actor->size, align_))
                   : nullptr) {}
  ImagePiece(const ImagePiece&) = delete;
  ImagePiece& operator=(const ImagePiece&) = delete;
  ~ImagePiece() {
    if (bytes_)
      ::operator delete(bytes_, align_);
  }
  Beginnings fill(std::size_t first, std::size_t count) {
    if (!bytes_)
      return {spawns_.image};
    const std::size_t size = spawns_.actor->size;
    std::memset(bytes_, 0, count * size); // padding too
    for (std::size_t i = 0; i < count; ++i)
      spawns_.make(spawns_.closure, first + i, bytes_ + i * size);
    return {bytes_, size};
  }

private:
  const detail::Spawns& spawns_;
  const std::align_val_t align_;
  std::byte* const bytes_;
};

} // namespace

Result<ActorId> CoreBase::spawn(const TypeInfo& actor, const void* image, detail::Where where) {
  ActorId id{};
  const std::span one(&id, 1);
  if (Status status = make(actor, {image}, where, one); !status)
    return status;
  activateMade(one);
  spawned_.fetch_add(1, std::memory_order_relaxed);
  return id;
}

Result<std::vector<ActorId>> CoreBase::spawnMany(const detail::Spawns& spawns,
                                                 detail::Where where) {
  const std::uint32_t used = std::min(alive(), options_.maxActors);
  if (spawns.count > options_.maxActors - used) // before there is memory for their names
    return directory_.exhausted(options_.maxActors, used, spawns.count);
  std::vector<ActorId> ids(spawns.count);
  const std::size_t together =
      std::clamp<std::size_t>(kMostImageBytes / spawns.actor->size, 1, kMostTogether);
  ImagePiece piece(spawns, std::min(together, spawns.count));
  for (std::size_t made = 0; made < ids.size();) {
    const std::size_t count = std::min(together, ids.size() - made);
    const Status status =
        make(*spawns.actor, piece.fill(made, count), where, std::span(ids).subspan(made, count));
    if (!status) {
      endMade(std::span(ids).first(made));
      return made == 0 ? status
                       : Status(status.code(), status.message() + " (" + std::to_string(made) +
                                                   " of " + std::to_string(ids.size()) +
                                                   " actors were made, and are ended again)");
    }
    made += count;
  }
  activateMade(ids);
  spawned_.fetch_add(ids.size(), std::memory_order_relaxed);
  return ids;
}

void CoreBase::activateMade(std::span<const ActorId> ids) {
  for (const ActorId id : ids)
    directory_.activate(id);
}

void CoreBase::endMade(std::span<const ActorId> ids) {
  for (const ActorId id : ids)
    directory_.forget(id);
}

} // namespace ring::runtime

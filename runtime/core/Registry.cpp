// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Adding types: ids that collide, modules of another version and messages that no ring carries are
// refused here, once.
#include "runtime/core/Registry.h"

#include <ringkernel/abi/Version.h>

#include <algorithm>
#include <string>

namespace ring::runtime {

/// An open-addressing table from TypeInfo address to index. Entries are only ever added.
struct Registry::Table {
  struct Entry {
    std::atomic<const TypeInfo*> key{nullptr};
    TypeIndex index = kNoType; // written before the key
  };
  explicit Table(std::size_t capacity)
      : mask(capacity - 1), entries(std::make_unique<Entry[]>(capacity)) {}

  std::size_t place(const TypeInfo* type) const {
    const auto address = reinterpret_cast<std::uintptr_t>(type);
    return static_cast<std::size_t>((address >> 4) * 0x9e3779b97f4a7c15u >> 20) & mask;
  }
  TypeIndex find(const TypeInfo* type) const {
    for (std::size_t i = place(type);; i = (i + 1) & mask) {
      const TypeInfo* key = entries[i].key.load(std::memory_order_acquire); // pairs with add()
      if (key == type)
        return entries[i].index;
      if (!key)
        return kNoType;
    }
  }
  void add(const TypeInfo* type, TypeIndex index) {
    std::size_t i = place(type);
    while (entries[i].key.load(std::memory_order_relaxed))
      i = (i + 1) & mask;
    entries[i].index = index;
    entries[i].key.store(type, std::memory_order_release); // pairs with find()
  }

  const std::size_t mask;
  std::size_t used = 0;
  const std::unique_ptr<Entry[]> entries;
};

Status checkVersion(const ModuleInfo& module) {
  if (module.abiVersion == abi::kVersion)
    return Status::ok();
  return Status(StatusCode::Unsupported,
                "module `" + std::string(module.name) + "` was made by a ringc of abi version " +
                    std::to_string(module.abiVersion) + ", this runtime has " +
                    std::to_string(abi::kVersion) + "; compile its handlers again");
}

Registry::Registry() : types_(std::make_unique<std::atomic<const TypeInfo*>[]>(kMaxTypes)) {
  tables_.push_back(std::make_unique<Table>(64));
  table_.store(tables_.back().get(), std::memory_order_relaxed);
}
Registry::~Registry() = default;

TypeIndex Registry::find(const TypeInfo& type) const {
  return table_.load(std::memory_order_acquire)->find(&type); // pairs with remember()
}

void Registry::remember(const TypeInfo& type, TypeIndex index) {
  Table* table = tables_.back().get();
  if (2 * (table->used + 1) > table->mask + 1) {
    auto larger = std::make_unique<Table>(2 * (table->mask + 1));
    for (std::size_t i = 0; i <= table->mask; ++i)
      if (const TypeInfo* key = table->entries[i].key.load(std::memory_order_relaxed))
        larger->add(key, table->entries[i].index);
    larger->used = table->used;
    tables_.push_back(std::move(larger));
    table = tables_.back().get();
  }
  table->add(&type, index);
  ++table->used;
  table_.store(table, std::memory_order_release); // pairs with find()
}

Status Registry::checkId(const TypeInfo& type) {
  const auto [place, isNew] = ids_.try_emplace(type.typeId, &type);
  const TypeInfo& other = *place->second;
  if (!isNew && (other.name != type.name || other.isActor != type.isActor ||
                 other.size != type.size || other.align != type.align))
    return Status(StatusCode::InvalidArgument,
                  "the types `" + std::string(other.name) + "` and `" + std::string(type.name) +
                      "` have the same type id " + std::to_string(type.typeId) +
                      "; rename one of them");
  return Status::ok();
}

Result<TypeIndex> Registry::addOne(const TypeInfo& type) {
  if (const TypeIndex known = find(type); known != kNoType)
    return known;
  const std::string name(type.name);
  if (type.isActor)
    return Status(StatusCode::InvalidArgument, "`" + name + "` is an actor, not a message");
  if (type.align > 16)
    return Status(StatusCode::Unsupported, "message `" + name + "` is aligned to " +
                                               std::to_string(type.align) +
                                               " bytes; the limit is 16");
  if (Status status = checkId(type); !status)
    return status;
  // One type known to two modules has two TypeInfos and one index.
  if (const auto same = byId_.find(type.typeId); same != byId_.end()) {
    remember(type, same->second);
    return same->second;
  }
  if (count_ == kMaxTypes)
    return Status(StatusCode::Exhausted, "message `" + name +
                                             "` is one type too many; the limit is " +
                                             std::to_string(kMaxTypes));
  const auto index = static_cast<TypeIndex>(count_++);
  types_[index].store(&type, std::memory_order_release); // pairs with type()
  byId_.emplace(type.typeId, index);
  remember(type, index);
  return index;
}

Status Registry::addModule(const TypeInfo& type) {
  const ModuleInfo* module = type.module();
  if (!modules_.try_emplace(module, true).second)
    return Status::ok();
  if (Status status = checkVersion(*module); !status) {
    modules_.erase(module);
    return status;
  }
  for (const detail::TypeInfoFunction message : module->messages)
    if (Result<TypeIndex> added = addOne(message()); !added)
      return added.status();
  return Status::ok();
}

Result<TypeIndex> Registry::addMessage(const TypeInfo& type) {
  std::lock_guard lock(mutex_);
  if (Status status = addModule(type); !status)
    return status;
  return addOne(type);
}

Result<const ActorType*> Registry::actor(const TypeInfo& type) {
  std::lock_guard lock(mutex_);
  if (const auto known = actors_.find(&type); known != actors_.end())
    return known->second.get();
  if (!type.isActor)
    return Status(StatusCode::InvalidArgument,
                  "`" + std::string(type.name) + "` is a message, not an actor");
  if (Status status = addModule(type); !status)
    return status;
  if (Status status = checkId(type); !status)
    return status;
  auto actor = std::make_unique<ActorType>();
  actor->info = &type;
  actor->index = static_cast<std::uint16_t>(actors_.size());
  for (std::size_t i = 0; i < type.handlers.size(); ++i) {
    const TypeInfo& message = type.handlers[i].message();
    Result<TypeIndex> index = addOne(message);
    if (!index)
      return index.status();
    if (*index >= actor->handlerOf.size())
      actor->handlerOf.resize(*index + 1u, ActorType::kNone);
    actor->handlerOf[*index] = static_cast<std::uint16_t>(i);
    actor->maxMessageBytes = std::max(actor->maxMessageBytes, message.size);
  }
  return actors_.emplace(&type, std::move(actor)).first->second.get();
}

} // namespace ring::runtime

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The message and actor types that a runtime has met, with dense indices. There is no global list
// (static initialisers of libraries are dropped by linkers): a type comes in with its first use,
// and with it all messages of its module.
//
// Look-ups take no lock and may run beside additions; additions take one.
#ifndef RINGKERNEL_RUNTIME_CORE_REGISTRY_H
#define RINGKERNEL_RUNTIME_CORE_REGISTRY_H

#include <ringkernel/registration.h>
#include <ringkernel/status.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace ring::runtime {

using detail::HandlerInfo;
using detail::ModuleInfo;
using detail::TypeInfo;

/// Index of a message type within one runtime.
using TypeIndex = std::uint16_t;
inline constexpr TypeIndex kNoType = 0xffff;

/// Unsupported, with both versions, for a module that another ringc made.
Status checkVersion(const ModuleInfo& module);

/// An actor type with its handlers by message.
struct ActorType {
  const TypeInfo* info = nullptr;
  std::uint16_t index = 0;              ///< dense, of actor types
  std::uint32_t maxMessageBytes = 0;    ///< the largest it handles
  std::vector<std::uint16_t> handlerOf; ///< by TypeIndex: index into info->handlers
  static constexpr std::uint16_t kNone = 0xffff;

  /// Null where the actor does not handle the message.
  const HandlerInfo* handler(TypeIndex message) const {
    if (message >= handlerOf.size() || handlerOf[message] == kNone)
      return nullptr;
    return &info->handlers[handlerOf[message]];
  }
};

class Registry {
public:
  static constexpr std::size_t kMaxTypes = 4096;

  Registry();
  ~Registry();

  /// The index of a message type, adding it and its module at first use.
  Result<TypeIndex> message(const TypeInfo& type) {
    const TypeIndex known = find(type);
    return known != kNoType ? Result<TypeIndex>(known) : addMessage(type);
  }
  /// kNoType where it was not added.
  TypeIndex find(const TypeInfo& type) const;
  const TypeInfo& type(TypeIndex index) const {
    return *types_[index].load(std::memory_order_acquire); // pairs with addOne()
  }
  /// The actor type, adding it, its messages and its module at first use. Valid as long as this.
  Result<const ActorType*> actor(const TypeInfo& type);

private:
  struct Table;

  Result<TypeIndex> addMessage(const TypeInfo& type);
  Result<TypeIndex> addOne(const TypeInfo& type);
  Status addModule(const TypeInfo& type);
  Status checkId(const TypeInfo& type);
  void remember(const TypeInfo& type, TypeIndex index);

  const std::unique_ptr<std::atomic<const TypeInfo*>[]> types_;
  std::atomic<Table*> table_; // by address of the TypeInfo; the newest
  std::mutex mutex_;          // all that follows
  std::size_t count_ = 0;
  std::vector<std::unique_ptr<Table>> tables_; // the older ones may still be read
  std::unordered_map<std::uint64_t, TypeIndex> byId_;
  std::unordered_map<std::uint64_t, const TypeInfo*> ids_; // of messages and actors
  std::unordered_map<const TypeInfo*, std::unique_ptr<ActorType>> actors_;
  std::unordered_map<const ModuleInfo*, bool> modules_;
};

} // namespace ring::runtime

#endif

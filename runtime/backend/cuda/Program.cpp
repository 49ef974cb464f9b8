// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each module's text stands in a namespace of its own, so that modules may share names; the types
// of its messages are numbered by the program there.
#include "runtime/backend/cuda/Program.h"

#include "runtime/core/Embedded.h"
#include "runtime/core/RoundModules.h"

#include <ringkernel/abi/Resident.h>
#include <ringkernel/abi/Rounds.h>

#include <algorithm>

namespace ring::runtime::cuda {

namespace {

/// The outcome of a message and the end of its actor.
constexpr std::uint32_t kOwnSends = 2;

std::string number(std::uint64_t value) { return std::to_string(value); }

std::uint32_t chunksFor(std::uint32_t payload) {
  std::uint32_t chunks = 4;
  while (chunks < abi::chunksOf(payload))
    chunks *= 2;
  return chunks;
}

class Composer {
public:
  Composer(std::span<const ActorType* const> actors, Registry& registry, Placement placement)
      : actors_(actors), registry_(registry), placement_(placement) {}

  Result<Program> compose();

private:
  Status module(const detail::ModuleInfo& info);
  Status measure(const TypeInfo& message);
  std::string prologue() const;
  std::string handlerTable() const;
  std::string callsOf(Scope scope, const char* name) const;
  std::string perActor(const char* head, const char* rest,
                       std::string (*value)(const ActorType&)) const;

  const std::span<const ActorType* const> actors_;
  Registry& registry_;
  const Placement placement_;
  Program program_;
  std::vector<const detail::ModuleInfo*> modules_;
  std::string modulesText_;
};

Status Composer::measure(const TypeInfo& message) {
  if (message.size > kMaxPayload)
    return Status(StatusCode::Unsupported, "message `" + std::string(message.name) + "` has " +
                                               number(message.size) + " bytes; the limit is " +
                                               number(kMaxPayload) + " on CUDA");
  program_.slotChunks = std::max(program_.slotChunks, chunksFor(message.size));
  return Status::ok();
}

Status Composer::module(const detail::ModuleInfo& info) {
  if (std::ranges::find(modules_, &info) != modules_.end())
    return Status::ok();
  Result<std::string_view> source = sourceOf(info, ShaderLanguage::Cuda);
  if (!source)
    return source.status();
  const std::string name = "ring_module_" + number(modules_.size());
  modules_.push_back(&info);
  std::string types;
  std::uint32_t local = 0;
  for (const detail::TypeInfoFunction message : info.messages) {
    if (Status status = measure(message()); !status)
      return status;
    Result<TypeIndex> dense = registry_.message(message());
    if (!dense)
      return dense.status();
    types += "  case " + number(local++) + "u: return " + number(*dense) + "u;\n";
  }
  modulesText_ +=
      "\nnamespace " + name +
      " {\n__device__ __forceinline__ ring_u32 ring_typeOf(ring_u32 type) {\n"
      "  switch (type) {\n" +
      types +
      "  }\n  return 0xffffu;\n}\n"
      "template <class M> __device__ __forceinline__ void ring_reply(ring_Context& ctx, "
      "ring_u32 type, const M& message) {\n"
      "  ring_postReply(ctx, ring_typeOf(type), message);\n}\n"
      "template <class M> __device__ __forceinline__ void ring_send(ring_Context& ctx, "
      "ring_ActorId target, ring_u32 type, const M& message) {\n"
      "  ring_postSend(ctx, target, ring_typeOf(type), message);\n}\n"
      "template <class M> __device__ __forceinline__ bool ring_trySend(ring_Context& "
      "ctx, ring_ActorId target, ring_u32 type, const M& message) {\n"
      "  return ring_postTrySend(ctx, target, ring_typeOf(type), message);\n}\n" +
      std::string(*source) + "\n} // namespace " + name + "\n";
  return Status::ok();
}

std::string Composer::prologue() const {
  return "#define RING_COMPOSED\n#define RING_SLOT_CHUNKS " + number(program_.slotChunks) +
         "u\n#define RING_MAILBOX_SLOTS " + number(program_.mailboxSlots()) +
         "u\n#define RING_LANE_SLOTS " + number(program_.laneSlots()) +
         "u\n#define RING_LANE_STRIDE " + number(program_.laneStride()) +
         "u\n#define RING_OWN_SLOTS " + number(program_.ownSlots()) +
         "u\n#define RING_SHARED_SLOTS " + number(program_.sharedSlots()) +
         "u\n#define RING_NEAR_SLOTS " + number(program_.nearSlots()) +
         "u\n#define RING_STAGE_BYTES " + number(program_.stageBytes()) +
         "u\n#define RING_BLOCK_MESSAGES " + number(program_.blockMessages()) +
         "u\n#define RING_MAX_SENDS " + number(program_.maxSends) +
         "u\n#define RING_SHARED_SENDS " + number(program_.sharedSends()) +
         "u\n#define RING_SHARDS " + number(placement_.shards()) + "u\n#define RING_WARP_SHARDS " +
         number(placement_.warpShards()) + "u\n#define RING_LANES " + number(placement_.lanes()) +
         "u\n#define RING_CLIENTS " + number(placement_.clients()) +
         "u\n#include \"types.cuh\"\n#include \"math.cuh\"\n#include \"atomics.cuh\"\n"
         "#include \"context.cuh\"\n";
}

/// By actor type and message type, in constant memory: a look-up that waits for no other memory.
std::string Composer::handlerTable() const {
  std::size_t types = 1;
  for (const ActorType* actor : actors_)
    types = std::max(types, actor->handlerOf.size());
  std::string rows;
  for (const ActorType* actor : actors_)
    for (std::size_t type = 0; type < types; ++type)
      rows += (rows.empty() ? "" : ", ") +
              number(type < actor->handlerOf.size() ? actor->handlerOf[type] : ActorType::kNone);
  const std::string count = number(types) + "u";
  return "\n__constant__ ring_u16 ring_handlers[] = {" + rows +
         "};\n__device__ __forceinline__ ring_u32 ring_handlerOf(ring_u32 actor, ring_u32 type) {\n"
         "  return type < " +
         count + " ? ring_handlers[actor * " + count + " + type] : ring_kNoHandler;\n}\n";
}

/// The actors' functions of one scope, by the number of the actor type.
std::string Composer::callsOf(Scope scope, const char* name) const {
  std::string text = std::string("\n__device__ __forceinline__ void ") + name +
                     "(ring_u32 type, ring_u32 handler, void* state, const void* message, "
                     "ring_Context& ctx) {\n  switch (type) {\n";
  for (std::size_t i = 0; i < actors_.size(); ++i) {
    const TypeInfo& info = *actors_[i]->info;
    if (info.scope != scope)
      continue;
    const auto module = std::ranges::find(modules_, info.module()) - modules_.begin();
    text += "  case " + number(i) + "u:\n    return ring_module_" +
            number(static_cast<std::uint64_t>(module)) + "::" + std::string(info.roundEntry) +
            "(handler, state, message, ctx);\n";
  }
  return text + "  }\n}\n";
}

std::string Composer::perActor(const char* head, const char* rest,
                               std::string (*value)(const ActorType&)) const {
  std::string text =
      std::string("\n__device__ __forceinline__ ") + head + " {\n  switch (type) {\n";
  for (std::size_t i = 0; i < actors_.size(); ++i)
    text += "  case " + number(i) + "u:\n    return " + value(*actors_[i]) + ";\n";
  return text + "  }\n  return " + rest + ";\n}\n";
}

std::string scopeOf(const ActorType& actor) {
  switch (actor.info->scope) {
  case Scope::Thread:
    return "ring_kThreadScope";
  case Scope::Warp:
    return "ring_kWarpScope";
  case Scope::Block:
    return "ring_kBlockScope";
  }
  return "ring_kNoScope";
}

/// Handlers that write no state, end no actor and send at most once, as bits.
std::string readersOf(const ActorType& actor) {
  std::uint64_t readers = 0;
  for (std::size_t i = 0; i < actor.info->handlers.size() && i < 64; ++i) {
    const HandlerInfo& handler = actor.info->handlers[i];
    if (handler.isReadOnly && handler.maxSends <= 1 && !handler.usesTrySend)
      readers |= std::uint64_t(1) << i;
  }
  return "handler < 64u && (" + number(readers) + "ull >> handler & 1u) != 0";
}

/// Handlers that may send more than one message, as bits; all beyond the 64th.
std::string makersOf(const ActorType& actor) {
  std::uint64_t makers = 0;
  for (std::size_t i = 0; i < actor.info->handlers.size() && i < 64; ++i) {
    const HandlerInfo& handler = actor.info->handlers[i];
    if (handler.maxSends > 1 || handler.usesTrySend)
      makers |= std::uint64_t(1) << i;
  }
  return "handler >= 64u || (" + number(makers) + "ull >> handler & 1u) != 0";
}

Result<Program> Composer::compose() {
  program_.actors.assign(actors_.begin(), actors_.end());
  program_.mostShared = placement_.sharedBytes;
  for (const ActorType* actor : actors_) {
    if (Status status = module(*actor->info->module()); !status)
      return status;
    for (const HandlerInfo& handler : actor->info->handlers) {
      if (Status status = measure(handler.message()); !status)
        return status;
      const std::uint32_t sends =
          handler.maxSends + (handler.usesTrySend ? abi::kTrySendsPerMessage : 0) + kOwnSends;
      if (sends > program_.maxSends || !program_.mostSends) {
        program_.maxSends = std::max(program_.maxSends, sends);
        program_.mostSends = actor;
      }
    }
  }
  program_.source =
      prologue() + modulesText_ + callsOf(Scope::Thread, "ring_callThread") +
      callsOf(Scope::Warp, "ring_callWarp") + callsOf(Scope::Block, "ring_callBlock") +
      handlerTable() +
      perActor("ring_u32 ring_scopeOf(ring_u32 type)", "3u /* ring_kNoScope */", scopeOf) +
      perActor("bool ring_isReadOnly(ring_u32 type, ring_u32 handler)", "false", readersOf) +
      perActor("bool ring_makesMore(ring_u32 type, ring_u32 handler)", "false", makersOf) +
      "#include \"resident.cuh\"\n";
  return std::move(program_);
}

} // namespace

std::string Program::culprit() const {
  return mostSends ? " (`" + std::string(mostSends->info->name) + "` sends up to " +
                         number(maxSends) + " messages from one handler)"
                   : "";
}

Result<Program> compose(std::span<const ActorType* const> actors, Registry& registry,
                        const Placement& placement) {
  return Composer(actors, registry, placement).compose();
}

std::vector<Header> programHeaders() {
  std::vector<Header> headers;
  for (const EmbeddedFile& file : residentFiles()) {
    constexpr std::string_view include = "include/";
    const std::string_view path = file.path;
    headers.push_back({std::string(path.starts_with(include) ? path.substr(include.size())
                                                             : path.substr(path.rfind('/') + 1)),
                       file.contents});
  }
  return headers;
}

} // namespace ring::runtime::cuda

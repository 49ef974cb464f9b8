// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Context's sends on the CPU.
#include "runtime/backend/cpu/Activation.h"

#include <ringkernel/abi/Rounds.h>

#include <cstdio>
#include <cstdlib>

namespace ring::detail {
namespace {

constexpr std::uint8_t kTouched = 1, kDirty = 2;

thread_local bool runsHandlers = false;

} // namespace

void Activation::touch(std::uint32_t lane) {
  if (lane == selfLane_) {
    selfTouched_ = true; // nothing to publish
    return;
  }
  if (marks_[lane] & kTouched)
    return;
  touched_.push_back(lane);
  if (!(marks_[lane] & kDirty))
    dirty_.push_back(lane);
  marks_[lane] = kTouched | kDirty;
}

runtime::TypeIndex Activation::indexOf(const TypeInfo& type) {
  if (&type == lastType_)
    return lastIndex_;
  // A message of another module may be new.
  Result<runtime::TypeIndex> index = registry_.message(type);
  if (!index)
    return runtime::kNoType;
  lastType_ = &type;
  return lastIndex_ = *index;
}

bool Activation::put(ActorId target, const TypeInfo& type, const void* message, std::uint8_t flags,
                     std::uint64_t correlation) {
  const runtime::TypeIndex index = indexOf(type);
  if (index == runtime::kNoType)
    return false;
  const std::uint32_t to = laneOf(target);
  const std::size_t bytes = abi::kPayloadOffset + type.size;
  if (bytes > maxRecordBytes_)
    return false;
  std::byte* record = lanes_[to]->tryReserve(bytes);
  if (!record)
    return false;
  runtime::writeEnvelope(record, target, index, flags, self(), correlation);
  runtime::copyMessage(record + abi::kPayloadOffset, message, type.size);
  touch(to);
  ++(to == workers_ ? replies_ : created_);
  return true;
}

void Activation::reply(const TypeInfo& type, const void* message) {
  const ActorId asker = message_->source.source;
  const std::uint64_t correlation = message_->source.correlation;
  if (put(asker, type, message, abi::kFlagReply, correlation)) {
    replied_ = true;
    return;
  }
  ++dead_;
  if (correlation != 0 && !replied_) { // whoever waits must not wait for ever
    report({StatusCode::Exhausted, 0});
    replied_ = true;
  }
}

bool Activation::send(ActorId target, const TypeInfo& type, const void* message) {
  if (put(target, type, message, 0, 0))
    return true;
  ++dead_;
  return false;
}

bool Activation::trySend(ActorId target, const TypeInfo& type, const void* message) {
  // The same bound as on targets whose outbox is compiled in.
  if (trySends_ == abi::kTrySendsPerMessage || !put(target, type, message, 0, 0))
    return false;
  ++trySends_;
  return true;
}

void Activation::report(runtime::Outcome outcome) {
  // At most one a message of the host, so the bound of the host's asks and of ingress bounds these.
  std::byte* record = lanes_[workers_]->reserve(abi::kPayloadOffset + sizeof(outcome));
  runtime::writeEnvelope(record, runtime::kHostId, runtime::kNoType, runtime::kFlagStatus, self(),
                         message_->source.correlation);
  runtime::copyMessage(record + abi::kPayloadOffset, &outcome, sizeof(outcome));
  touch(workers_);
  ++replies_;
}

void Activation::commit() {
  if (selfTouched_) {
    lanes_[selfLane_]->commit();
    selfTouched_ = false;
  }
  for (const std::uint32_t lane : touched_) {
    lanes_[lane]->commit();
    marks_[lane] = kDirty;
  }
  touched_.clear();
  tally_.created += created_;
  tally_.replies += replies_;
  tally_.dead += dead_;
  created_ = replies_ = dead_ = 0;
}

void Activation::rollback() {
  if (selfTouched_) {
    lanes_[selfLane_]->rollback();
    selfTouched_ = false;
  }
  for (const std::uint32_t lane : touched_) {
    lanes_[lane]->rollback();
    marks_[lane] = kDirty;
  }
  touched_.clear();
  created_ = replies_ = dead_ = 0;
}

void contextReply(Activation& activation, const TypeInfo& type, const void* message) {
  activation.reply(type, message);
}
void contextSend(Activation& activation, ActorId target, const TypeInfo& type,
                 const void* message) {
  activation.send(target, type, message);
}
bool contextTrySend(Activation& activation, ActorId target, const TypeInfo& type,
                    const void* message) {
  return activation.trySend(target, type, message);
}
void contextStop(Activation& activation) { activation.stop(); }
void contextFail(std::uint32_t code) { throw FailSignal{code}; }

void beginHandlers() { runsHandlers = true; }

void indexOutOfBounds(std::size_t index, std::size_t count) {
  if (runsHandlers)
    contextFail(kFailBounds);
  std::fprintf(stderr, "ringkernel: index %zu of a ring::Array of %zu, outside of a handler\n",
               index, count);
  std::abort();
}

} // namespace ring::detail

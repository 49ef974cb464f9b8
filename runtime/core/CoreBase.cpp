// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Questions and replies over whatever moves messages; what options may be.
#include "runtime/core/CoreBase.h"

#include <string>

namespace ring::runtime {
namespace {

Status outOfRange(const char* option, std::uint64_t given, const std::string& limits) {
  return Status(StatusCode::InvalidArgument, "`RuntimeOptions::" + std::string(option) + "` is " +
                                                 std::to_string(given) + ", not " + limits);
}

} // namespace

Status checkOptions(const RuntimeOptions& options) {
  constexpr std::uint32_t kMost = 1u << 24;
  constexpr std::uint64_t kMostBytes = std::uint64_t(1) << 48;
  if (options.workers > 256)
    return outOfRange("workers", options.workers, "from 0 to 256");
  if (options.maxActors == 0 || options.maxActors > kMost)
    return outOfRange("maxActors", options.maxActors, "from 1 to 16777216");
  if (options.maxAsks == 0 || options.maxAsks > kMost)
    return outOfRange("maxAsks", options.maxAsks, "from 1 to 16777216");
  const std::uint32_t slots = options.mailboxSlots;
  if (slots < 64 || slots > kMost || (slots & (slots - 1)) != 0)
    return outOfRange("mailboxSlots", slots, "a power of two from 64 to 16777216");
  const struct {
    const char* name;
    std::uint64_t bytes;
  } pools[] = {{"stateBytes", options.stateBytes},
               {"spillBytes", options.spillBytes},
               {"replyBytes", options.replyBytes}};
  for (const auto& pool : pools)
    if (pool.bytes == 0 || pool.bytes > kMostBytes)
      return outOfRange(pool.name, pool.bytes, "from 1 to 2^48");
  if (options.isolation != Isolation::InProcess && options.isolation != Isolation::Process)
    return outOfRange("isolation", static_cast<std::uint64_t>(options.isolation),
                      "`InProcess` or `Process`");
  if (options.recoveryWindow.count() < 0)
    return Status(StatusCode::InvalidArgument, "`RuntimeOptions::recoveryWindow` is " +
                                                   std::to_string(options.recoveryWindow.count()) +
                                                   " ns, not at least 0");
  if (options.orderTimeout < std::chrono::milliseconds(1))
    return Status(StatusCode::InvalidArgument, "`RuntimeOptions::orderTimeout` is " +
                                                   std::to_string(options.orderTimeout.count()) +
                                                   " ns, not at least 1 ms");
  if (options.hangLimit.count() != 0 && options.hangLimit < std::chrono::milliseconds(1))
    return Status(StatusCode::InvalidArgument, "`RuntimeOptions::hangLimit` is " +
                                                   std::to_string(options.hangLimit.count()) +
                                                   " ns, not 0 or at least 1 ms");
  return Status::ok();
}

CoreBase::CoreBase(const RuntimeOptions& options, std::uint32_t entries, std::uint32_t shards,
                   States states, std::uint32_t sources)
    : options_(options), directory_(entries, options.stateBytes, shards, states),
      mailbox_(registry_, options.maxAsks, options.replyBytes, sources) {}

Status CoreBase::sendBatch(const detail::Batch& batch, std::size_t& sent) {
  for (; sent < batch.count; ++sent)
    if (Status status = send(batch.target(sent), *batch.message, batch.payload(sent)); !status)
      return status;
  return Status::ok();
}

AskTicket CoreBase::ask(ActorId target, const TypeInfo& message, const void* payload,
                        const TypeInfo& reply) {
  const AskTicket ticket = mailbox_.open(&reply, target, &message);
  if (!mailbox_.isOpen(ticket))
    return ticket; // too many: answered already
  if (Status status = post(target, message, payload, Mailbox::correlation(ticket)); !status)
    mailbox_.resolve(ticket, std::move(status));
  return ticket;
}

bool CoreBase::askReady(AskTicket ticket) {
  if (mailbox_.ready(ticket))
    return true;
  pump();
  return mailbox_.ready(ticket);
}

Status CoreBase::askWait(AskTicket ticket, detail::Deadline deadline, void* reply) {
  std::optional<Status> answer;
  const auto answered = [&] { return (answer = mailbox_.tryTake(ticket, reply)).has_value(); };
  if (pumpUntil(answered, deadline, nap()))
    return *answer;
  return Status(StatusCode::Timeout, "there was no reply in time");
}

bool CoreBase::askSuspend(AskTicket ticket, std::coroutine_handle<> waiter) {
  return mailbox_.suspend(ticket, waiter);
}

Status CoreBase::askTake(AskTicket ticket, void* reply) {
  std::optional<Status> answer = mailbox_.tryTake(ticket, reply);
  return answer ? *answer : Status(StatusCode::Internal, "resumed without an answer");
}

void CoreBase::askAbandon(AskTicket ticket) { mailbox_.abandon(ticket); }

std::size_t CoreBase::takeReplies(std::span<Reply> replies) {
  std::size_t count = mailbox_.take(replies);
  if (count < replies.size() && pump())
    count += mailbox_.take(replies.subspan(count));
  return count;
}

std::size_t CoreBase::visitReplies(detail::ReplyVisitor visitor, void* closure, detail::Whose) {
  pump();
  return mailbox_.visit(visitor, closure);
}

std::size_t CoreBase::poll() {
  pump();
  std::size_t resumed = 0;
  while (std::coroutine_handle<> waiter = mailbox_.nextResumable()) {
    waiter.resume();
    ++resumed;
  }
  return resumed;
}

} // namespace ring::runtime

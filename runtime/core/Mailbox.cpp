// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Matching answers with questions.
#include "runtime/core/Mailbox.h"

#include <utility>

namespace ring {

void Reply::assign(const detail::TypeInfo* type, ActorId from, const void* bytes,
                   std::uint32_t failCode) {
  type_ = type;
  from_ = from;
  failCode_ = failCode;
  large_.reset();
  if (!type)
    return;
  std::byte* to = inline_;
  if (type->size > kInlineBytes) {
    large_ = std::make_unique<std::byte[]>(type->size);
    to = large_.get();
  }
  runtime::copyMessage(to, bytes, type->size);
}

namespace runtime {
namespace {

/// What an outcome says to the one who asked.
const char* describe(StatusCode code) {
  switch (code) {
  case StatusCode::NoReply:
    return "the handler returned without a reply";
  case StatusCode::Failed:
    return "the actor failed on this message";
  case StatusCode::Closed:
    return "the actor is gone, or the runtime is stopping";
  case StatusCode::WrongType:
    return "the actor has no handler for this message";
  case StatusCode::Exhausted:
    return "no space was left for the reply; set `RuntimeOptions::spillBytes`";
  case StatusCode::NotFound:
    return "the actor is gone";
  case StatusCode::Ok:
  case StatusCode::InvalidArgument:
  case StatusCode::Timeout:
  case StatusCode::Unsupported:
  case StatusCode::DeviceLost:
  case StatusCode::Internal:
    return toString(code);
  }
  return toString(code);
}

} // namespace

Mailbox::Mailbox(const Registry& registry, std::uint32_t maxAsks, std::uint64_t replyBytes,
                 std::uint32_t sources)
    : registry_(registry), maxAsks_(maxAsks), replyBytes_(replyBytes) {
  for (std::uint32_t i = 0; i < sources; ++i)
    inboxes_.emplace_back(registry, replyBytes);
}

bool Mailbox::isOverBound() const {
  std::uint64_t bytes = 0;
  for (const Inbox& inbox : inboxes_)
    bytes += inbox.bytes();
  return bytes > replyBytes_;
}

Mailbox::Delivery::~Delivery() {
  if (questions_)
    questions_.unlock();
  lock_.unlock();
  if (answered_)
    mailbox_.event_.notify(); // another thread may wait for this answer
}

bool Mailbox::Delivery::tryAnswer(const abi::Envelope& envelope, const std::byte* payload) {
  const AskTicket asked = ticket(envelope.source.correlation);
  if (asked.generation == 0)
    return false;
  if (!questions_)
    questions_ = std::unique_lock(mailbox_.lock_);
  Question* question = mailbox_.find(asked);
  if (!question || question->state != State::Open)
    return false;
  mailbox_.answer(asked, *question, envelope, payload);
  answered_ = true;
  return true;
}

void Mailbox::answer(AskTicket ticket, Question& question, const abi::Envelope& envelope,
                     const std::byte* payload) {
  Outcome outcome{StatusCode::Ok, 0};
  const bool isMessage = !(envelope.header.flags & kFlagStatus);
  if (!isMessage)
    std::memcpy(&outcome, payload, sizeof(outcome));
  question.code = outcome.code;
  question.failCode = outcome.failCode;
  if (isMessage) {
    const TypeInfo& type = registry_.type(envelope.header.type);
    if (!question.expected || type.typeId != question.expected->typeId) {
      question.code = StatusCode::WrongType;
      question.message = "the reply is a `" + std::string(type.name) + "`, `" +
                         (question.expected ? std::string(question.expected->name) : "nothing") +
                         "` was asked for";
    } else {
      std::byte* to = question.inlineReply;
      if (type.size > sizeof(question.inlineReply)) {
        question.largeReply = std::make_unique<std::byte[]>(type.size);
        to = question.largeReply.get();
      }
      question.bytes = type.size;
      copyMessage(to, payload, type.size);
    }
  }
  answer(ticket.slot, question);
}

Mailbox::Question* Mailbox::find(AskTicket ticket) {
  if (ticket.slot >= questions_.size())
    return nullptr;
  Question& question = questions_[ticket.slot];
  return question.generation == ticket.generation && question.state != State::Free ? &question
                                                                                   : nullptr;
}

void Mailbox::answer(std::uint32_t slot, Question& question) {
  question.state = State::Answered;
  if (question.waiter)
    resumable_.push_back({slot, question.generation});
}

void Mailbox::close(AskTicket ticket, Question& question) {
  question.state = State::Free;
  question.waiter = nullptr;
  question.largeReply.reset();
  question.message.clear();
  if (++question.generation == 0)
    question.generation = 1;
  free_.push_back(ticket.slot);
}

static std::string reasonOf(std::uint32_t failCode) {
  switch (failCode) {
  case kFailBounds:
    return ": an index was outside of its array";
  case kFailBudget:
    return ": its loops ran longer than `ringc --loop-budget` lets them";
  default:
    return " (code " + std::to_string(failCode) + ")";
  }
}

Status Mailbox::statusOf(Question& question) {
  std::string message =
      question.message.empty() ? describe(question.code) : std::move(question.message);
  if (question.code == StatusCode::Failed)
    return Status::failed(question.failCode, message + reasonOf(question.failCode));
  return Status(question.code, std::move(message));
}

AskTicket Mailbox::open(const TypeInfo* reply, ActorId target, const TypeInfo* message) {
  std::lock_guard lock(lock_);
  std::uint32_t slot;
  if (!free_.empty()) {
    slot = free_.back();
    free_.pop_back();
  } else {
    slot = static_cast<std::uint32_t>(questions_.size());
    questions_.emplace_back();
  }
  Question& question = questions_[slot];
  question.state = State::Open;
  question.code = StatusCode::Ok;
  question.expected = reply;
  question.target = target;
  question.asked = message;
  if (questions_.size() - free_.size() > maxAsks_) {
    question.code = StatusCode::Exhausted;
    question.message =
        "all " + std::to_string(maxAsks_) + " questions are open; set `RuntimeOptions::maxAsks`";
    question.state = State::Answered;
  }
  return {slot, question.generation};
}

bool Mailbox::isOpen(AskTicket ticket) {
  std::lock_guard lock(lock_);
  const Question* question = find(ticket);
  return question && question->state == State::Open;
}

void Mailbox::resolve(AskTicket ticket, Status status) {
  {
    std::lock_guard lock(lock_);
    Question* question = find(ticket);
    if (!question || question->state != State::Open)
      return;
    question->code = status.code();
    question->failCode = status.failCode();
    question->message = status.message();
    answer(ticket.slot, *question);
  }
  event_.notify();
}

void Mailbox::resolveAll(StatusCode code) {
  {
    std::lock_guard lock(lock_);
    for (std::size_t slot = 0; slot < questions_.size(); ++slot)
      if (questions_[slot].state == State::Open) {
        questions_[slot].code = code;
        answer(static_cast<std::uint32_t>(slot), questions_[slot]);
      }
  }
  event_.notify();
}

std::vector<Mailbox::Asked> Mailbox::resolveAll(const Status& status) {
  std::vector<Asked> asked;
  {
    std::lock_guard lock(lock_);
    for (std::uint32_t slot = 0; slot < questions_.size(); ++slot) {
      Question& question = questions_[slot];
      if (question.state != State::Open)
        continue;
      question.code = status.code();
      question.message = status.message();
      if (question.asked)
        asked.push_back({{slot, question.generation}, question.target, question.asked});
      answer(slot, question);
    }
  }
  event_.notify();
  return asked;
}

bool Mailbox::ready(AskTicket ticket) {
  std::lock_guard lock(lock_);
  const Question* question = find(ticket);
  return !question || question->state == State::Answered;
}

std::optional<Status> Mailbox::tryTake(AskTicket ticket, void* reply) {
  std::lock_guard lock(lock_);
  Question* question = find(ticket);
  if (!question)
    return Status(StatusCode::InvalidArgument, "the question is closed");
  if (question->state == State::Open)
    return std::nullopt;
  Status status = Status::ok();
  if (question->code != StatusCode::Ok)
    status = statusOf(*question);
  else if (question->expected)
    copyMessage(static_cast<std::byte*>(reply),
                question->largeReply ? question->largeReply.get() : question->inlineReply,
                question->bytes);
  close(ticket, *question);
  return status;
}

bool Mailbox::suspend(AskTicket ticket, std::coroutine_handle<> waiter) {
  std::lock_guard lock(lock_);
  Question* question = find(ticket);
  if (!question || question->state != State::Open)
    return false;
  question->waiter = waiter;
  return true;
}

void Mailbox::abandon(AskTicket ticket) {
  std::lock_guard lock(lock_);
  if (Question* question = find(ticket))
    close(ticket, *question);
}

std::coroutine_handle<> Mailbox::nextResumable() {
  std::lock_guard lock(lock_);
  while (!resumable_.empty()) {
    const AskTicket ticket = resumable_.front();
    resumable_.pop_front();
    // A coroutine that was destroyed meanwhile has given its question up.
    if (Question* question = find(ticket))
      if (std::coroutine_handle<> waiter = std::exchange(question->waiter, nullptr))
        return waiter;
  }
  return nullptr;
}

std::size_t Mailbox::take(std::span<Reply> replies) {
  const auto first = nextTaken_.fetch_add(1, std::memory_order_relaxed); // none is always the last
  std::size_t count = 0;
  for (std::size_t i = 0; i < inboxes_.size() && count < replies.size(); ++i)
    if (Inbox& inbox = inboxes_[(first + i) % inboxes_.size()]; inbox.hasRecords())
      count += inbox.take(replies.subspan(count));
  return count;
}

std::size_t Mailbox::visit(detail::ReplyVisitor visitor, void* closure) {
  std::size_t used = 0;
  for (Inbox& inbox : inboxes_)
    if (inbox.hasRecords())
      used += inbox.visit(visitor, closure);
  return used;
}

} // namespace runtime
} // namespace ring

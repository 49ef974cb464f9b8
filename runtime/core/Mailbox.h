// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The host's side of answers: open questions, messages that answer none, coroutines to resume. Any
// thread may use it; what backends bring in goes through a Delivery, which holds the lock for a
// batch. Never calls the user's code under the lock.
#ifndef RINGKERNEL_RUNTIME_CORE_MAILBOX_H
#define RINGKERNEL_RUNTIME_CORE_MAILBOX_H

#include "runtime/core/EventCount.h"
#include "runtime/core/Record.h"
#include "runtime/core/RecordQueue.h"
#include "runtime/core/SpinLock.h"

#include <ringkernel/detail/Ask.h>

#include <coroutine>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

namespace ring::runtime {

using detail::AskTicket;

class Mailbox {
public:
  Mailbox(const Registry& registry, std::uint32_t maxAsks, std::uint64_t replyBytes);

  /// Brings messages in, while it lives.
  class Delivery {
  public:
    explicit Delivery(Mailbox& mailbox) : mailbox_(mailbox), lock_(mailbox.lock_) {}
    ~Delivery();
    /// The user has left too much unread: sends should wait.
    bool isOverBound() const { return mailbox_.inbox_->bytes() > mailbox_.inbox_->maxBytes(); }
    /// A reply, or an Outcome (kFlagStatus). Answers the question that it names where that is
    /// open; a message goes to replies() otherwise.
    void deliver(const abi::Envelope& envelope, const std::byte* payload);

  private:
    Mailbox& mailbox_;
    std::unique_lock<SpinLock> lock_;
    bool answered_ = false;
  };

  /// Opens a question: `message` to `target`, nothing for a control. One that exceeds `maxAsks` is
  /// answered at once: Exhausted.
  AskTicket open(const TypeInfo* reply, ActorId target = {}, const TypeInfo* message = nullptr);
  static std::uint64_t correlation(AskTicket ticket) {
    return std::uint64_t(ticket.generation) << 32 | ticket.slot;
  }
  static AskTicket ticket(std::uint64_t correlation) {
    return {static_cast<std::uint32_t>(correlation), static_cast<std::uint32_t>(correlation >> 32)};
  }
  bool isOpen(AskTicket ticket);
  /// Answers an open question with a status.
  void resolve(AskTicket ticket, Status status);
  void resolveAll(StatusCode code);
  /// A question that was open.
  struct Asked {
    AskTicket ticket;
    ActorId target;
    const TypeInfo* message;
  };
  /// Answers all with `status`; gives those that asked an actor.
  std::vector<Asked> resolveAll(const Status& status);
  bool ready(AskTicket ticket);
  /// Takes the answer and closes the question; nothing where there is none yet.
  std::optional<Status> tryTake(AskTicket ticket, void* reply);
  /// False where the answer is there.
  bool suspend(AskTicket ticket, std::coroutine_handle<> waiter);
  void abandon(AskTicket ticket);
  /// A coroutine whose answer came; null where none waits. The caller resumes it.
  std::coroutine_handle<> nextResumable();

  std::size_t take(std::span<Reply> replies);
  /// Those from `source` only, where it is given (MessageHeader::sourceShard).
  std::size_t visit(detail::ReplyVisitor visitor, void* closure,
                    std::optional<std::uint16_t> source = std::nullopt);

  /// Notified when answers or messages came, and by backends when they fell idle.
  EventCount& event() { return event_; }

private:
  enum class State : std::uint8_t { Free, Open, Answered };
  struct Question {
    std::uint32_t generation = 1; ///< 0 is never one
    State state = State::Free;
    StatusCode code = StatusCode::Ok;
    ActorId target{};                   ///< who was asked
    const TypeInfo* asked = nullptr;    ///< what; null: a control
    const TypeInfo* expected = nullptr; ///< null: a control, answered by an Outcome alone
    std::coroutine_handle<> waiter;
    std::uint32_t failCode = 0;
    std::uint32_t bytes = 0;
    alignas(16) std::byte inlineReply[64];
    std::unique_ptr<std::byte[]> largeReply;
    std::string message;
  };

  Question* find(AskTicket ticket); // with the lock
  void answer(std::uint32_t slot, Question& question);
  void close(AskTicket ticket, Question& question);
  static Status statusOf(Question& question);

  const Registry& registry_;
  const std::uint32_t maxAsks_;
  const std::uint64_t replyBytes_;
  alignas(64) EventCount event_; // workers look at it: nothing that changes may lie beside it
  alignas(64) SpinLock lock_;    // all that follows
  std::deque<Question> questions_;
  std::vector<std::uint32_t> free_;
  std::deque<AskTicket> resumable_;
  std::atomic<bool> hasInbox_{false}; ///< something is in inbox_; read without the lock
  std::unique_ptr<RecordQueue> inbox_, spare_;
};

} // namespace ring::runtime

#endif

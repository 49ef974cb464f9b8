// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The host's side of answers: open questions, messages that answer none (an Inbox a source of them,
// such as a client's ring), coroutines to resume. Any thread may use it; what backends bring in
// goes through a Delivery, which holds locks for a batch. Never calls the user's code under a lock.
#ifndef RINGKERNEL_RUNTIME_CORE_MAILBOX_H
#define RINGKERNEL_RUNTIME_CORE_MAILBOX_H

#include "runtime/core/EventCount.h"
#include "runtime/core/Inbox.h"

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
  Mailbox(const Registry& registry, std::uint32_t maxAsks, std::uint64_t replyBytes,
          std::uint32_t sources);

  /// Brings messages of a source in, while it lives; no two of one source do at a time.
  class Delivery {
  public:
    explicit Delivery(Mailbox& mailbox, std::uint32_t source = 0)
        : mailbox_(mailbox), inbox_(mailbox.inboxes_[source]), lock_(inbox_.lock()) {}
    ~Delivery();
    /// A reply, or an Outcome (kFlagStatus). Answers the question that it names where that is
    /// open; a message goes to replies() otherwise.
    void deliver(const abi::Envelope& envelope, const std::byte* payload) {
      if (!tryAnswer(envelope, payload))
        keep(envelope, payload);
    }
    void keep(const abi::Envelope& envelope, const std::byte* payload) {
      inbox_.put(envelope, payload);
    }
    /// False where no open question is named.
    bool tryAnswer(const abi::Envelope& envelope, const std::byte* payload);

  private:
    Mailbox& mailbox_;
    Inbox& inbox_;
    // That of questions comes second, with the first answer to one.
    std::unique_lock<SpinLock> lock_, questions_;
    bool answered_ = false;
  };

  /// The user has left too much unread: sends should wait.
  bool isOverBound() const;
  Inbox& inbox(std::uint32_t source) { return inboxes_[source]; }

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

  /// Of all sources.
  std::size_t take(std::span<Reply> replies);
  std::size_t visit(detail::ReplyVisitor visitor, void* closure);

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
  void answer(AskTicket ticket, Question& question, const abi::Envelope& envelope,
              const std::byte* payload);
  void close(AskTicket ticket, Question& question);
  static Status statusOf(Question& question);

  const Registry& registry_;
  const std::uint32_t maxAsks_;
  const std::uint64_t replyBytes_;
  alignas(64) EventCount event_; // workers look at it: nothing that changes may lie beside it
  std::deque<Inbox> inboxes_;
  std::atomic<std::uint32_t> nextTaken_{0}; ///< inbox that take() begins with
  alignas(64) SpinLock lock_;               // all that follows
  std::deque<Question> questions_;
  std::vector<std::uint32_t> free_;
  std::deque<AskTicket> resumable_;
};

} // namespace ring::runtime

#endif

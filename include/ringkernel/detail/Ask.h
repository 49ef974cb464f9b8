// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A question to an actor and what comes back: Ask, the answer to one question, and Replies, what
// actors said to the host without a question. Included by runtime.h only.
#ifndef RINGKERNEL_DETAIL_ASK_H
#define RINGKERNEL_DETAIL_ASK_H

#include <ringkernel/detail/RuntimeApi.h>

#include <cstring>
#include <optional>
#include <type_traits>
#include <utility>

namespace ring {

/// The answer to one question, now or later. Movable; one thread at a time uses it. It may outlive
/// its runtime: what was not answered by then is Closed.
template <class R> class [[nodiscard]] Ask {
  static_assert(std::is_trivially_copyable_v<R>, "an answer is a message: trivially copyable");

public:
  Ask(std::shared_ptr<detail::RuntimeCore> core, detail::AskTicket ticket)
      : core_(std::move(core)), ticket_(ticket) {}
  Ask(Ask&& other) noexcept
      : core_(std::move(other.core_)), ticket_(std::exchange(other.ticket_, {})) {}
  Ask& operator=(Ask&& other) noexcept {
    if (this != &other) {
      abandon();
      core_ = std::move(other.core_);
      ticket_ = std::exchange(other.ticket_, {});
    }
    return *this;
  }
  /// Gives the question up: a late answer goes to replies().
  ~Ask() { abandon(); }

  /// The answer is here; get() will not wait.
  bool ready() const { return !ticket_.generation || core_->askReady(ticket_); }

  /// Waits. NoReply, Failed (with failCode()), Closed, WrongType, Exhausted, DeviceLost where there
  /// is no answer. The answer is given once; after that InvalidArgument.
  Result<R> get() { return wait(detail::Deadline::max()); }
  /// The same, or Timeout; then the question stays open.
  Result<R> get(std::chrono::nanoseconds timeout) { return wait(detail::deadlineAfter(timeout)); }

  // co_await gives what get() gives; Runtime::poll() resumes the coroutine.
  bool await_ready() const { return ready(); }
  bool await_suspend(std::coroutine_handle<> waiter) { return core_->askSuspend(ticket_, waiter); }
  Result<R> await_resume() {
    if (!ticket_.generation)
      return taken();
    alignas(R) std::byte reply[sizeof(R)];
    Status status = core_->askTake(std::exchange(ticket_, {}), reply);
    return finish(std::move(status), reply);
  }

private:
  Result<R> wait(detail::Deadline deadline) {
    if (!ticket_.generation)
      return taken();
    alignas(R) std::byte reply[sizeof(R)];
    Status status = core_->askWait(ticket_, deadline, reply);
    if (status.code() != StatusCode::Timeout)
      ticket_ = {};
    return finish(std::move(status), reply);
  }
  static Status taken() {
    return Status(StatusCode::InvalidArgument, "the answer was taken before; `get` gives it once");
  }
  static Result<R> finish(Status status, const std::byte (&reply)[sizeof(R)]) {
    if (!status)
      return status;
    struct Bytes {
      std::byte raw[sizeof(R)];
    } bytes;
    std::memcpy(bytes.raw, reply, sizeof(R));
    return __builtin_bit_cast(R, bytes);
  }
  void abandon() {
    if (ticket_.generation)
      core_->askAbandon(std::exchange(ticket_, {}));
  }

  std::shared_ptr<detail::RuntimeCore> core_;
  detail::AskTicket ticket_;
};

/// What an actor said to the host: a message, or that it failed on one. A value of its own.
class Reply {
public:
  static constexpr std::size_t kInlineBytes = 48;

  Reply() = default;
  /// The message, or null where it is of another type. Valid as long as this Reply.
  template <class M> const M* as() const {
    if (!type_ || type_->typeId != detail::Registered<M>::info().typeId)
      return nullptr;
    return reinterpret_cast<const M*>(large_ ? large_.get() : inline_);
  }
  ActorId from() const { return from_; }
  /// Ok for a message; Failed where the handler of a plain send called fail(code).
  Status status() const {
    return type_ ? Status::ok() : Status::failed(failCode_, "the actor failed");
  }

  /// For the runtime: makes this the message at `bytes`, or the report of a failure.
  void assign(const detail::TypeInfo* type, ActorId from, const void* bytes,
              std::uint32_t failCode);

private:
  const detail::TypeInfo* type_ = nullptr;
  ActorId from_{};
  std::uint32_t failCode_ = 0;
  alignas(16) std::byte inline_[kInlineBytes] = {};
  std::unique_ptr<std::byte[]> large_;
};

/// Messages of actors to the host that answer no question: replies to plain sends, second replies
/// to asks, and reports of failures. Any thread may take them; in the order of each sender.
class Replies {
public:
  explicit Replies(detail::RuntimeCore& core) : core_(core) {}

  /// The next one, or nothing; never waits.
  std::optional<Reply> poll() {
    Reply reply;
    if (core_.takeReplies({&reply, 1}) == 0)
      return std::nullopt;
    return reply;
  }
  /// Fills `replies` from the front; gives how many there were.
  std::size_t pollBatch(std::span<Reply> replies) { return core_.takeReplies(replies); }
  /// Calls f(const M&) or f(const M&, ActorId from) for every M that waits, in place; messages of
  /// other types stay, in their order. Gives how many there were. f may use the runtime; a drain
  /// within f has what came after what this one shows. f may throw: what it was not called for
  /// stays, and the one that it threw at. Meanwhile other threads get none of what this one reads.
  template <class M, class F> std::size_t drain(F&& f) {
    return visit<M>(std::forward<F>(f), detail::Whose::All);
  }
  /// The same for messages that actors send in answer to this thread: on a GPU each of 16 threads
  /// has a ring of its own, and this is the fast way out of it. Backends without such rings show
  /// all.
  template <class M, class F> std::size_t drainOwn(F&& f) {
    return visit<M>(std::forward<F>(f), detail::Whose::Own);
  }

private:
  template <class M, class F> std::size_t visit(F&& f, detail::Whose whose) {
    struct Closure {
      F& call;
      const detail::TypeInfo& wanted;
    } closure{f, detail::Registered<M>::info()};
    return core_.visitReplies(
        [](void* opaque, const detail::TypeInfo& type, ActorId from, const void* message) {
          Closure& c = *static_cast<Closure*>(opaque);
          if (&type != &c.wanted && type.typeId != c.wanted.typeId)
            return false;
          if constexpr (std::is_invocable_v<F&, const M&, ActorId>)
            c.call(*static_cast<const M*>(message), from);
          else
            c.call(*static_cast<const M*>(message));
          return true;
        },
        &closure, whose);
  }

  detail::RuntimeCore& core_;
};

} // namespace ring

#endif

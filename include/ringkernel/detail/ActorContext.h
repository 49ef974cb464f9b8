// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a handler sees: its Context, references to actors, scopes. Included by ring.h only.
#ifndef RINGKERNEL_DETAIL_ACTORCONTEXT_H
#define RINGKERNEL_DETAIL_ACTORCONTEXT_H

namespace ring {

/// How much of a GPU one message of an actor is given: a lane, the 32 lanes of a warp, or a block.
enum class Scope : std::uint8_t { Thread, Warp, Block };

inline constexpr std::uint32_t warpSize = 32;

/// A typed reference to an actor: 8 trivially copyable bytes, allowed in messages and state. A
/// default-made one refers to nobody; sending to it is counted as a dead letter.
template <class Actor> struct ActorRef {
  ActorId id{abi::kHostIndex, 0, 0};
};

namespace detail {

struct TypeInfo;     // registration.h
struct FunctionInfo; // registration.h
class Activation;    // runtime/core

/// What the generated registration says of a message or actor type. Declared and never defined
/// here: each module's generated .cpp specialises it, so a missing module is a link error that
/// names T.
template <class T> struct Registered {
  static const TypeInfo& info();
};
/// The same of a stencil or kernel.
template <auto* F> struct RegisteredFn {
  static const FunctionInfo& info();
};

void contextReply(Activation& activation, const TypeInfo& type, const void* message);
void contextSend(Activation& activation, ActorId target, const TypeInfo& type, const void* message);
bool contextTrySend(Activation& activation, ActorId target, const TypeInfo& type,
                    const void* message);
void contextStop(Activation& activation);
/// What contextFail throws: caught by the loop that called the handler, and on its way by reduce,
/// whose lowest failing index decides.
struct FailSignal {
  std::uint32_t code;
};
[[noreturn]] void contextFail(std::uint32_t code);

/// A has a public overload `void on(const M&, Context&)`, exactly.
template <class A, class M, class C>
concept HandlesExactly = requires { static_cast<void (A::*)(const M&, C&)>(&A::on); };

} // namespace detail

/// The activation that a handler runs in. Valid during the call only; never copied or kept.
class Context {
public:
  Context(detail::Activation& activation, ActorId self, ActorId sender)
      : activation_(activation), self_(self), sender_(sender) {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  /// Answers the current message; the first answer resolves an ask. Takes effect when the handler
  /// returns, as all sends do.
  template <class Message> void reply(const Message& message) {
    detail::contextReply(activation_, detail::Registered<Message>::info(), &message);
  }
  /// Sends to an actor that handles `Message`.
  template <class Actor, class Message> void send(ActorRef<Actor> target, const Message& message) {
    static_assert(detail::HandlesExactly<Actor, Message, Context>,
                  "the actor has no handler for this message");
    detail::contextSend(activation_, target.id, detail::Registered<Message>::info(), &message);
  }
  /// Sends to an actor known at run time only; a message it does not handle is a dead letter.
  template <class Message> void send(ActorId target, const Message& message) {
    detail::contextSend(activation_, target, detail::Registered<Message>::info(), &message);
  }
  /// As send, but gives false and sends nothing where no space is left.
  template <class Actor, class Message>
  [[nodiscard]] bool trySend(ActorRef<Actor> target, const Message& message) {
    static_assert(detail::HandlesExactly<Actor, Message, Context>,
                  "the actor has no handler for this message");
    return detail::contextTrySend(activation_, target.id, detail::Registered<Message>::info(),
                                  &message);
  }
  ActorId self() const { return self_; }
  ActorId sender() const { return sender_; }
  /// The actor takes no further message.
  void stop() { detail::contextStop(activation_); }
  /// Ends the handler at once; what it sent is dropped and the actor is Failed.
  [[noreturn]] void fail(std::uint32_t code) { detail::contextFail(code); }

  /// f(0), ..., f(n - 1), in any order, spread over the actor's lanes. f takes the index; it writes
  /// only its own locals and elements whose index is injective in the index. Where some of them
  /// fail, the handler ends with the code of the lowest index that does; what the others did is
  /// open.
  template <class Count, class F> void parallelFor(Count n, F&& f) {
    for (Count i = 0; i < n; ++i)
      f(i);
  }

  /// init op f(0) op ... op f(n - 1), combined in one tree on every target: virtual lane v of 32
  /// folds f(v), f(v + 32), ... from the left; then lane v takes lane v + 16, 8, 4, 2, 1 in turn as
  /// its right operand where that lane has a value; init is the left operand of the last op. Fails
  /// as parallelFor does; an op that takes f(i) as its right operand belongs to i, and those of the
  /// tree come behind all indices, in its order.
  template <class Count, class T, class Op, class F> T reduce(Count n, T init, Op&& op, F&& f) {
    if (n <= 0)
      return init;
    T lanes[warpSize] = {};
    const Count used = n < Count(warpSize) ? n : Count(warpSize);
    for (Count v = 0; v < used; ++v)
      lanes[v] = f(v);
    // Sixteen lanes at a time: as many as vector registers hold, so that compilers keep them there
    // even at -O2. Each lane's own order stays as it is.
    constexpr std::uint32_t group = 16;
    const Count whole = n - n % Count(warpSize);
    Count lowest = n;
    std::uint32_t failCode = 0;
    for (std::uint32_t first = 0; first < warpSize; first += group) {
      T part[group];
      for (std::uint32_t v = 0; v < group; ++v)
        part[v] = lanes[first + v];
      Count i = used;
      std::uint32_t v = 0;
#if defined(__cpp_exceptions) // without them the first to fail decides
      try {
#endif
        for (; i < whole; i += Count(warpSize)) {
          const std::size_t base = std::size_t(i) + first;
#pragma GCC unroll 16
          for (v = 0; v < group; ++v)
            part[v] = op(part[v], T(f(Count(base + v))));
        }
#if defined(__cpp_exceptions)
      } catch (const detail::FailSignal& signal) {
        const Count at = i + Count(first + v);
        if (at < lowest) {
          lowest = at;
          failCode = signal.code;
        }
      }
#endif
      for (std::uint32_t v = 0; v < group; ++v)
        lanes[first + v] = part[v];
    }
    if (lowest != n)
      detail::contextFail(failCode);
    for (Count v = 0, i = whole > used ? whole : used; i + v < n; ++v)
      lanes[v] = op(lanes[v], T(f(i + v)));
    for (Count step = warpSize / 2; step > 0; step /= 2)
      for (Count v = 0; v < step && v + step < used; ++v)
        lanes[v] = op(lanes[v], lanes[v + step]);
    return op(init, lanes[0]);
  }

  /// Calls each(i, s) for every i, with s = init op f(0) op ... op f(i), and gives what the last of
  /// these is, or init. Combined in rows on every target: of 32 indices in turn, lane v takes lane
  /// v - 1, 2, 4, 8, 16 in turn as its left operand where there is one; then s is carry op lane v,
  /// and the next row's carry is carry op the last lane. Fails as parallelFor does; where several
  /// calls fail, which of them decides is open.
  template <class Count, class T, class Op, class F, class Each>
  T scan(Count n, T init, Op&& op, F&& f, Each&& each) {
    return scanRows<false>(n, init, op, f, each);
  }
  /// The same with s = init op f(0) op ... op f(i - 1): f(i) is not in it, and s of 0 is init.
  template <class Count, class T, class Op, class F, class Each>
  T exclusiveScan(Count n, T init, Op&& op, F&& f, Each&& each) {
    return scanRows<true>(n, init, op, f, each);
  }

private:
  template <bool isExclusive, class Count, class T, class Op, class F, class Each>
  static T scanRows(Count n, T carry, Op& op, F& f, Each& each) {
    for (Count base = 0; base < n;) {
      T row[warpSize];
      const auto used = std::uint32_t(n - base < Count(warpSize) ? n - base : Count(warpSize));
      for (std::uint32_t v = 0; v < used; ++v)
        row[v] = T(f(Count(base + Count(v))));
      for (std::uint32_t step = 1; step < warpSize; step *= 2)
        for (std::uint32_t v = used; v-- > step;)
          row[v] = T(op(row[v - step], row[v]));
      for (std::uint32_t v = 0; v < used; ++v) {
        if constexpr (isExclusive)
          each(Count(base + Count(v)), v == 0 ? carry : T(op(carry, row[v - 1])));
        else
          each(Count(base + Count(v)), T(op(carry, row[v])));
      }
      carry = T(op(carry, row[used - 1]));
      if (n - base <= Count(warpSize))
        break; // the next base may be beyond the type
      base = Count(base + Count(warpSize));
    }
    return carry;
  }

  detail::Activation& activation_;
  ActorId self_;
  ActorId sender_;
};

} // namespace ring

#endif

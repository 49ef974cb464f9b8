// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How the runtime says that something did not work: a code to act on and a message to read. The
// runtime throws nothing.
#ifndef RINGKERNEL_STATUS_H
#define RINGKERNEL_STATUS_H

#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>
#include <variant>

namespace ring {

enum class [[nodiscard]] StatusCode : std::uint8_t {
  Ok,
  InvalidArgument, ///< the caller gave what the function does not take
  NotFound,        ///< no such actor, file, library or device
  Exhausted,       ///< a pool or a ring is full, with its size in the message
  NoReply,         ///< ask: the handler returned without a reply
  Failed,          ///< ask: the actor failed; Status::failCode() is what it gave
  Timeout,         ///< the deadline passed first
  Closed,          ///< the runtime or the actor is stopping or gone
  WrongType,       ///< the actor has no handler for the message, or the reply is of another type
  Unsupported,     ///< this build, machine or target cannot do it
  DeviceLost,      ///< the device is gone, and what was on it; the message says what to do
  Internal,        ///< an error in RingKernel
};

/// The code's name, e.g. `InvalidArgument`.
const char* toString(StatusCode code);

class [[nodiscard]] Status {
public:
  static Status ok() { return Status(); }
  Status(StatusCode code, std::string message) : code_(code), message_(std::move(message)) {}
  /// An actor's fail(code).
  static Status failed(std::uint32_t failCode, std::string message) {
    Status s(StatusCode::Failed, std::move(message));
    s.failCode_ = failCode;
    return s;
  }
  bool isOk() const { return code_ == StatusCode::Ok; }
  explicit operator bool() const { return isOk(); }
  StatusCode code() const { return code_; }
  /// Lowercase, without a final period; empty where isOk().
  const std::string& message() const { return message_; }
  /// What the actor gave to fail(); 0 unless code() is Failed.
  std::uint32_t failCode() const { return failCode_; }

private:
  Status() = default;
  StatusCode code_ = StatusCode::Ok;
  std::uint32_t failCode_ = 0;
  std::string message_;
};

/// A value or the status that says why there is none.
template <class T> class [[nodiscard]] Result {
public:
  Result(T value) : value_(std::move(value)) {}
  /// `status` must not be ok.
  Result(Status status) : value_(std::move(status)) {
    if (std::get<Status>(value_).isOk())
      std::abort();
  }
  bool isOk() const { return value_.index() == 0; }
  explicit operator bool() const { return isOk(); }
  Status status() const { return isOk() ? Status::ok() : std::get<Status>(value_); }
  /// The value; ends the program where there is none.
  T& value() & {
    return isOk() ? *std::get_if<T>(&value_) : (std::abort(), *std::get_if<T>(&value_));
  }
  const T& value() const& { return const_cast<Result*>(this)->value(); }
  T&& value() && { return std::move(value()); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(value()); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

private:
  std::variant<T, Status> value_;
};

} // namespace ring

#endif

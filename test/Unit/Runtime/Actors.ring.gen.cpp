// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The registration of Actors.ring.h, by hand.
#include "Actors.ring.h"

#include <ringkernel/abi/Version.h>
#include <ringkernel/detail/InvokeHandler.h>
#include <ringkernel/detail/KernelRun.h>
#include <ringkernel/detail/Sweep.h>
#include <ringkernel/registration.h>

namespace ring::detail {
namespace {

const ModuleInfo* module();

template <class T> constexpr TypeInfo message(std::string_view name, std::uint16_t index) {
  return {name,  0x1000u + index, sizeof(T),     alignof(T), &module,
          index, false,           Scope::Thread, {},         {}};
}
template <class T>
constexpr TypeInfo actor(std::string_view name, std::uint64_t id,
                         std::span<const HandlerInfo> handlers) {
  return {name, id, sizeof(T), alignof(T), &module, 0, true, Scope::Thread, handlers, {}};
}
template <class A, class M> constexpr HandlerInfo handler(std::uint32_t maxSends) {
  return {&Registered<M>::info, &invokeHandler<A, M>, maxSends, false, true};
}

} // namespace

#define MESSAGE(T, index)                                                                          \
  template <> const TypeInfo& Registered<test::T>::info() {                                        \
    static constexpr TypeInfo info = message<test::T>("test::" #T, index);                         \
    return info;                                                                                   \
  }
MESSAGE(Number, 0)
MESSAGE(Text, 1)
MESSAGE(Huge, 2)
MESSAGE(Order, 3)
MESSAGE(Start, 4)
MESSAGE(Sequenced, 5)
MESSAGE(Report, 6)
#undef MESSAGE

#define ACTOR(T, id, ...)                                                                          \
  template <> const TypeInfo& Registered<test::T>::info() {                                        \
    static constexpr HandlerInfo handlers[] = {__VA_ARGS__};                                       \
    static constexpr TypeInfo info = actor<test::T>("test::" #T, id, handlers);                    \
    return info;                                                                                   \
  }
ACTOR(Worker, 0x2000, handler<test::Worker, test::Order>(2), handler<test::Worker, test::Text>(1),
      handler<test::Worker, test::Huge>(1))
ACTOR(Player, 0x2001, handler<test::Player, test::Start>(1), handler<test::Player, test::Number>(1))
ACTOR(Sender, 0x2002, handler<test::Sender, test::Start>(1))
ACTOR(Auditor, 0x2003, handler<test::Auditor, test::Sequenced>(0),
      handler<test::Auditor, test::Order>(1))
ACTOR(Trier, 0x2004, handler<test::Trier, test::Order>(1))
#undef ACTOR

template <> const FunctionInfo& RegisteredFn<&test::blockSum>::info() {
  static constexpr ParameterInfo parameters[] = {
      {"in", ParameterKind::Span, true, 4, 0, false, 0},
      {"out", ParameterKind::Span, false, 4, 4, false, 1}};
  static constexpr FunctionInfo info{"test::blockSum",
                                     &module,
                                     false,
                                     parameters,
                                     16,
                                     2,
                                     "",
                                     {64, 1, 1},
                                     0,
                                     {},
                                     {},
                                     nullptr,
                                     sharedBytes<&test::blockSum>,
                                     true,
                                     &runThread<&test::blockSum>};
  return info;
}

template <> const FunctionInfo& RegisteredFn<&test::parting>::info() {
  static constexpr ParameterInfo parameters[] = {
      {"out", ParameterKind::Span, false, 4, 0, false, 0},
      {"from", ParameterKind::Value, true, 4, 4, false, 0}};
  static constexpr FunctionInfo info{"test::parting",
                                     &module,
                                     false,
                                     parameters,
                                     16,
                                     1,
                                     "",
                                     {8, 1, 1},
                                     0,
                                     {},
                                     {},
                                     nullptr,
                                     sharedBytes<&test::parting>,
                                     true,
                                     &runThread<&test::parting>};
  return info;
}

template <> const FunctionInfo& RegisteredFn<&test::places>::info() {
  static constexpr ParameterInfo parameters[] = {
      {"out", ParameterKind::Span, false, 4, 0, false, 0},
      {"count", ParameterKind::Span, false, 4, 4, false, 1}};
  static constexpr FunctionInfo info{"test::places",
                                     &module,
                                     false,
                                     parameters,
                                     16,
                                     2,
                                     "",
                                     {4, 2, 1},
                                     0,
                                     {},
                                     {},
                                     nullptr,
                                     sharedBytes<&test::places>,
                                     false,
                                     &runThread<&test::places>};
  return info;
}

template <> const FunctionInfo& RegisteredFn<&test::shift1>::info() {
  static constexpr ParameterInfo parameters[] = {
      {"in", ParameterKind::Cell, true, 4, 36, false, 0},
      {"out", ParameterKind::Cell, false, 4, 40, false, 0},
      {"add", ParameterKind::Value, true, 4, 44, false, 0}};
  static constexpr FunctionInfo info{"test::shift1",
                                     &module,
                                     true,
                                     parameters,
                                     48,
                                     1,
                                     "",
                                     {256, 1, 1},
                                     1,
                                     {1, 0, 0},
                                     {2, 0, 0},
                                     &sweep<&test::shift1>,
                                     0,
                                     false,
                                     nullptr};
  return info;
}

template <> const FunctionInfo& RegisteredFn<&test::sum3>::info() {
  static constexpr ParameterInfo parameters[] = {
      {"in", ParameterKind::Cell, true, 8, 36, false, 0},
      {"out", ParameterKind::Cell, false, 8, 40, false, 0}};
  static constexpr FunctionInfo info{"test::sum3",
                                     &module,
                                     true,
                                     parameters,
                                     48,
                                     1,
                                     "",
                                     {64, 2, 2},
                                     3,
                                     {1, 1, 1},
                                     {1, 1, 1},
                                     &sweep<&test::sum3>,
                                     0,
                                     false,
                                     nullptr};
  return info;
}

namespace {

const ModuleInfo* module() {
  static constexpr TypeInfoFunction messages[] = {
      &Registered<test::Number>::info, &Registered<test::Text>::info,
      &Registered<test::Huge>::info,   &Registered<test::Order>::info,
      &Registered<test::Start>::info,  &Registered<test::Sequenced>::info,
      &Registered<test::Report>::info};
  static constexpr ModuleInfo info{"actors", abi::kVersion, {}, {}, {}, messages};
  return &info;
}

} // namespace
} // namespace ring::detail

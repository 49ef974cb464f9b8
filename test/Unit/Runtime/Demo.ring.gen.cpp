// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What ringc writes for Demo.ring.h, written by hand: the runtime's unit tests need neither LLVM
// nor ringc. Everything is constant-initialised; nothing runs before main.
#include "Demo.ring.h"

#include <ringkernel/abi/Version.h>
#include <ringkernel/detail/InvokeHandler.h>
#include <ringkernel/detail/KernelRun.h>
#include <ringkernel/detail/Sweep.h>
#include <ringkernel/registration.h>

static_assert(ring::abi::kVersion == 1, "made for another version of ringkernel/abi");
static_assert(sizeof(Transfer) == 24 && alignof(Transfer) == 8);
static_assert(sizeof(Alert) == 16 && alignof(Alert) == 8);
static_assert(sizeof(FraudMonitor) == 8 && alignof(FraudMonitor) == 4);

namespace ring::detail {
namespace {

const ModuleInfo* demoModule();

} // namespace

template <> const TypeInfo& Registered<Transfer>::info() {
  static constexpr TypeInfo info{"Transfer", 0x6d0c5a3f2e114b01u, 24, 8, &demoModule, 0,
                                 false,      Scope::Thread,       {}, {}};
  return info;
}

template <> const TypeInfo& Registered<Alert>::info() {
  static constexpr TypeInfo info{"Alert", 0x6d0c5a3f2e114b02u, 16, 8, &demoModule, 1,
                                 false,   Scope::Thread,       {}, {}};
  return info;
}

template <> const TypeInfo& Registered<FraudMonitor>::info() {
  static constexpr HandlerInfo handlers[] = {
      {&Registered<Transfer>::info, &invokeHandler<FraudMonitor, Transfer>, 1, false, true},
  };
  static constexpr TypeInfo info{
      "FraudMonitor", 0x6d0c5a3f2e114b03u, 8, 4, &demoModule, 0, true, Scope::Thread,
      handlers,       "FraudMonitor_round"};
  return info;
}

template <> const FunctionInfo& RegisteredFn<&wave>::info() {
  static constexpr ParameterInfo parameters[] = {
      {"p", ParameterKind::Cell, true, 4, 36, false, 0},
      {"prev", ParameterKind::Cell, false, 4, 40, false, 0},
      {"c2", ParameterKind::Value, true, 4, 44, false, 0},
  };
  static constexpr FunctionInfo info{"wave",    &demoModule,   true,       parameters, 48,
                                     1,         "wave",        {64, 4, 1}, 2,          {1, 1, 0},
                                     {1, 1, 0}, &sweep<&wave>, 0,          false,      nullptr};
  return info;
}

template <> const FunctionInfo& RegisteredFn<&saxpy>::info() {
  static constexpr ParameterInfo parameters[] = {
      {"x", ParameterKind::Span, true, 4, 0, false, 0},
      {"y", ParameterKind::Span, false, 4, 4, false, 1},
      {"a", ParameterKind::Value, true, 4, 8, false, 0},
  };
  static constexpr FunctionInfo info{"saxpy",
                                     &demoModule,
                                     false,
                                     parameters,
                                     16,
                                     2,
                                     "saxpy",
                                     {256, 1, 1},
                                     0,
                                     {0, 0, 0},
                                     {0, 0, 0},
                                     nullptr,
                                     sharedBytes<&saxpy>,
                                     false,
                                     &runThread<&saxpy>};
  return info;
}

namespace {

const ModuleInfo* demoModule() {
  static constexpr TypeInfoFunction messages[] = {&Registered<Transfer>::info,
                                                  &Registered<Alert>::info};
  static constexpr ModuleInfo info{"demo", abi::kVersion, {}, {}, {}, messages};
  return &info;
}

} // namespace
} // namespace ring::detail

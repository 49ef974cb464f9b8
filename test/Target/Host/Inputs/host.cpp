// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A host with nothing behind it: prints what is registered, and calls it. Stands in for the runtime, so
// that registration is tested apart from it.
#include "everything.ring.gen.h"

#include <ringkernel/registration.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace ring::detail;

namespace ring::detail {

static Dim3 currentThread;
class Activation {};
void contextReply(Activation&, const TypeInfo& type, const void* message) {
  const auto& alert = *static_cast<const bank::Alert*>(message);
  std::printf("reply %.*s %llu\n", int(type.name.size()), type.name.data(),
              static_cast<unsigned long long>(alert.id));
}
void contextSend(Activation&, ActorId, const TypeInfo&, const void*) { std::abort(); }
bool contextTrySend(Activation&, ActorId, const TypeInfo&, const void*) { std::abort(); }
void contextStop(Activation&) { std::puts("stop"); }
void contextFail(std::uint32_t) { std::abort(); }
const KernelThread& kernelThread() {
  static KernelThread thread;
  thread = {currentThread, {0, 0, 0}, {4, 1, 1}, {1, 1, 1}};
  return thread;
}
void kernelBarrier() {}

} // namespace ring::detail

static void print(const TypeInfo& type) {
  std::printf("%.*s size %u align %u index %u actor %d scope %d entry '%.*s'\n",
              int(type.name.size()), type.name.data(), type.size, type.align, type.moduleIndex,
              type.isActor, int(type.scope), int(type.roundEntry.size()), type.roundEntry.data());
  for (const HandlerInfo& handler : type.handlers)
    std::printf("  on %.*s sends %u try %d writes %d read-only %d\n", int(handler.message().name.size()),
                handler.message().name.data(), handler.maxSends, handler.usesTrySend,
                handler.writesState, handler.isReadOnly);
}

static void print(const FunctionInfo& function) {
  std::printf("%.*s entry %.*s bytes %u slot %u block %u dims %u low %d,%d high %d,%d shared %u "
              "barrier %d\n",
              int(function.name.size()), function.name.data(), int(function.entry.size()),
              function.entry.data(), function.parameterBytes, function.parameterSlot,
              function.blockSize[0], function.dims, function.marginLow[0], function.marginLow[1],
              function.marginHigh[0], function.marginHigh[1], function.sharedBytes,
              function.usesBarrier);
  for (const ParameterInfo& parameter : function.parameters)
    std::printf("  %.*s kind %d const %d size %u offset %u signed %d slot %u\n",
                int(parameter.name.size()), parameter.name.data(), int(parameter.kind),
                parameter.isConst, parameter.size, parameter.blockOffset, parameter.signExtend,
                parameter.slot);
}

static void callHandlers() {
  Activation activation;
  ring::Context context(activation, {1, 0, 0}, {2, 0, 0});
  bank::Monitor monitor(1.0f);
  const TypeInfo& info = Registered<bank::Monitor>::info();
  const bank::Transfer transfer{{100, bank::Kind::Card}, 7, 8, {2.0f, 0, 0}};
  info.handlers[0].invoke(&monitor, &transfer, context);
  const bank::Alert alert{1, true};
  info.handlers[1].invoke(&monitor, &alert, context);
}

static void callFunctions() {
  float from[5][6] = {}, to[5][6] = {}, c = 2.0f;
  from[2][3] = 1.0f;
  void* fields[] = {from, to, &c};
  const SweepRange range{{6, 5, 1}, {2, 0, 0}, {3, 4, 1}};
  RegisteredFn<&field::smooth>::info().sweep(range, fields);
  for (const auto& row : to)
    std::printf("%g %g %g %g %g %g\n", row[0], row[1], row[2], row[3], row[4], row[5]);

  constexpr auto scale = static_cast<void (*)(std::span<float>, float)>(&::scale);
  float values[] = {1, 2, 3, 4, 5, 6};
  SpanValue span{values, 6};
  float factor = 10;
  void* arguments[] = {&span, &factor};
  for (ring::detail::currentThread = {0, 0, 0}; currentThread.x < 4; ++currentThread.x)
    RegisteredFn<scale>::info().runThread(arguments, nullptr);
  std::printf("%g %g %g\n", values[0], values[3], values[5]);
}

int main(int argc, char** argv) {
  const ModuleInfo& module = *Registered<bank::Transfer>::info().module();
  if (argc == 2) { // the carried source of that target
    const std::string_view source = !std::strcmp(argv[1], "cuda")  ? module.cuda
                                    : !std::strcmp(argv[1], "msl") ? module.msl
                                                                   : module.wgsl;
    std::fwrite(source.data(), 1, source.size(), stdout);
    return 0;
  }
  std::printf("module %.*s abi %u\n", int(module.name.size()), module.name.data(),
              module.abiVersion);
  for (TypeInfoFunction message : module.messages)
    print(message());
  print(Registered<bank::Monitor>::info());
  print(Registered<Mean<float>>::info());
  print(RegisteredFn<&field::smooth>::info());
  print(RegisteredFn<static_cast<void (*)(std::span<float>, float)>(&scale)>::info());
  print(RegisteredFn<static_cast<void (*)(std::span<const std::int32_t>, std::span<std::int32_t>,
                                          ring::Shared<std::int32_t[64]>&, std::int16_t)>(
            &scale)>::info());
  callHandlers();
  callFunctions();
}

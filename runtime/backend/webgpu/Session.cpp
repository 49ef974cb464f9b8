// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Opening a device, and waiting for Dawn. Dawn answers by callback from wgpuInstanceProcessEvents;
// we call that in a loop that gives the core away between two looks and never sleeps.

#include "runtime/backend/webgpu/Session.h"

#include <thread>

namespace ring::runtime::webgpu {

namespace {

template <class Handle> struct Answer {
  Handle* handle = nullptr;
  std::string message;
  bool done = false;

  static void receive(RequestStatus status, Handle* handle, StringView message, void* self, void*) {
    auto& answer = *static_cast<Answer*>(self);
    answer.handle = status == RequestStatus::Success ? handle : nullptr;
    answer.message = message.view();
    answer.done = true;
  }
};

struct ScopeAnswer {
  ErrorType type = ErrorType::NoError;
  std::string message;
  bool done = false;

  static void receive(PopErrorScopeStatus status, ErrorType type, StringView message, void* self,
                      void*) {
    auto& answer = *static_cast<ScopeAnswer*>(self);
    if (status == PopErrorScopeStatus::Success)
      answer.type = type;
    answer.message = message.view();
    answer.done = true;
  }
};

template <class Callback> CallbackInfo<Callback> callbackInfo(Callback callback, void* self) {
  CallbackInfo<Callback> info;
  info.callback = callback;
  info.userdata1 = self;
  return info;
}

} // namespace

Session::Session(const Api& api, InstanceImpl* instance)
    : functions(api), instanceHandle(instance, api.InstanceRelease),
      adapterHandle(nullptr, api.AdapterRelease), deviceHandle(nullptr, api.DeviceRelease),
      queueHandle(nullptr, api.QueueRelease) {}

Result<std::unique_ptr<Session>> Session::open(const std::string& libraryPath) {
  Result<LoadedApi> loaded = loadApi(libraryPath);
  if (!loaded)
    return loaded.status();
  InstanceImpl* instance = loaded->api.CreateInstance(nullptr);
  if (!instance)
    return Status(StatusCode::Unsupported, "`" + loaded->path + "` gives no WebGPU instance");
  std::unique_ptr<Session> session(new Session(loaded->api, instance));
  if (Status status = session->requestAdapter(loaded->path); !status)
    return status;
  if (Status status = session->requestDevice(); !status)
    return status;
  return session;
}

Result<Owned<AdapterImpl>> requestAdapter(const Api& api, InstanceImpl* instance,
                                          const RequestAdapterOptions& options) {
  Answer<AdapterImpl> answer;
  api.InstanceRequestAdapter(
      instance, &options,
      callbackInfo<RequestAdapterCallback>(Answer<AdapterImpl>::receive, &answer));
  while (!answer.done) {
    api.InstanceProcessEvents(instance);
    if (!answer.done)
      std::this_thread::yield();
  }
  if (!answer.handle)
    return Status(StatusCode::NotFound, "no WebGPU adapter: " + answer.message);
  return Owned<AdapterImpl>(answer.handle, api.AdapterRelease);
}

std::string describe(const AdapterInfo& adapter) {
  std::string text(adapter.device.view());
  if (!adapter.description.view().empty())
    text += ", " + std::string(adapter.description.view());
  return text;
}

Status nullBackendStatus(const std::string& path) {
  return {StatusCode::Unsupported,
          "`" + path + "` found no GPU driver and offers only its Null backend, which computes " +
              "nothing; install a Vulkan driver or name one in `VK_ICD_FILENAMES`"};
}

Status Session::requestAdapter(const std::string& libraryPath) {
  RequestAdapterOptions options;
  options.powerPreference = PowerPreference::HighPerformance;
  Result<Owned<AdapterImpl>> adapter =
      webgpu::requestAdapter(functions, instanceHandle.get(), options);
  if (!adapter)
    return adapter.status();
  adapterHandle = std::move(*adapter);

  AdapterInfo adapterInfo;
  functions.AdapterGetInfo(adapterHandle.get(), &adapterInfo);
  deviceInfo.name = "webgpu";
  deviceInfo.description = describe(adapterInfo);
  const BackendType backend = adapterInfo.backendType;
  functions.AdapterInfoFreeMembers(adapterInfo);
  return backend == BackendType::Null ? nullBackendStatus(libraryPath) : Status::ok();
}

Status Session::requestDevice() {
  // The standard's defaults are far below most hardware; take all that the adapter has of what we
  // use.
  Limits supported;
  functions.AdapterGetLimits(adapterHandle.get(), &supported);
  Limits wanted;
  wanted.maxStorageBuffersPerShaderStage = supported.maxStorageBuffersPerShaderStage;
  wanted.maxStorageBufferBindingSize = supported.maxStorageBufferBindingSize;
  wanted.maxBufferSize = supported.maxBufferSize;
  wanted.maxComputeWorkgroupStorageSize = supported.maxComputeWorkgroupStorageSize;
  wanted.maxComputeInvocationsPerWorkgroup = supported.maxComputeInvocationsPerWorkgroup;
  for (int axis = 0; axis < 3; ++axis)
    wanted.maxComputeWorkgroupSize[axis] = supported.maxComputeWorkgroupSize[axis];
  wanted.maxComputeWorkgroupsPerDimension = supported.maxComputeWorkgroupsPerDimension;

  DeviceDescriptor descriptor;
  descriptor.requiredLimits = &wanted;
  descriptor.deviceLostCallbackInfo = callbackInfo<DeviceLostCallback>(
      [](DeviceImpl* const*, DeviceLostReason reason, StringView message, void* self, void*) {
        if (reason == DeviceLostReason::Destroyed)
          return; // our own doing
        static_cast<Session*>(self)->lost = true;
        static_cast<Session*>(self)->lostMessage = message.view();
      },
      this);
  descriptor.uncapturedErrorCallbackInfo.callback = [](DeviceImpl* const*, ErrorType,
                                                       StringView message, void* self, void*) {
    std::string& first = static_cast<Session*>(self)->uncapturedMessage;
    if (first.empty())
      first = tidyMessage(message.view());
  };
  descriptor.uncapturedErrorCallbackInfo.userdata1 = this;

  Answer<DeviceImpl> answer;
  functions.AdapterRequestDevice(
      adapterHandle.get(), &descriptor,
      callbackInfo<RequestDeviceCallback>(Answer<DeviceImpl>::receive, &answer));
  pollUntil(answer.done);
  if (!answer.handle)
    return {StatusCode::NotFound, "the WebGPU adapter gives no device: " + answer.message};
  deviceHandle.reset(answer.handle);
  queueHandle.reset(functions.DeviceGetQueue(answer.handle));

  Limits given;
  functions.DeviceGetLimits(answer.handle, &given);
  deviceLimits = {
      .maxStorageBuffersPerStage = given.maxStorageBuffersPerShaderStage,
      .maxInvocationsPerWorkgroup = given.maxComputeInvocationsPerWorkgroup,
      .maxWorkgroupSize = {given.maxComputeWorkgroupSize[0], given.maxComputeWorkgroupSize[1],
                           given.maxComputeWorkgroupSize[2]},
      .maxWorkgroupsPerDimension = given.maxComputeWorkgroupsPerDimension,
      .maxWorkgroupMemoryBytes = given.maxComputeWorkgroupStorageSize,
      .maxBufferBytes = given.maxBufferSize,
      .maxBindingBytes = given.maxStorageBufferBindingSize,
      .bindingOffsetAlignmentBytes = given.minStorageBufferOffsetAlignment,
  };
  return Status::ok();
}

void Session::pollUntil(const bool& done) {
  while (!done && !lost) {
    functions.InstanceProcessEvents(instanceHandle.get());
    if (!done)
      std::this_thread::yield();
  }
}

std::string Session::popScope() {
  ScopeAnswer answer;
  functions.DevicePopErrorScope(device(),
                                callbackInfo<PopErrorScopeCallback>(ScopeAnswer::receive, &answer));
  // Answered by the call itself or by a later one: `answer` must outlive it, lost device or not.
  while (!answer.done)
    functions.InstanceProcessEvents(instanceHandle.get());
  return answer.type == ErrorType::NoError ? std::string() : tidyMessage(answer.message);
}

Status Session::checked(StatusCode code, const std::function<void()>& calls) {
  if (Status status = takeError(); !status)
    return status;
  functions.DevicePushErrorScope(device(), ErrorFilter::Internal);
  functions.DevicePushErrorScope(device(), ErrorFilter::OutOfMemory);
  functions.DevicePushErrorScope(device(), ErrorFilter::Validation);
  calls();
  std::string validation = popScope();
  std::string outOfMemory = popScope();
  std::string internal = popScope();
  if (Status status = takeError(); !status)
    return status;
  if (!validation.empty())
    return {code, std::move(validation)};
  if (!outOfMemory.empty())
    return {StatusCode::Exhausted, std::move(outOfMemory)};
  if (!internal.empty())
    return {StatusCode::Internal, std::move(internal)};
  return Status::ok();
}

Status Session::takeError() {
  if (lost)
    return {StatusCode::DeviceLost,
            "the WebGPU device is lost, restart the process: " + lostMessage};
  if (!uncapturedMessage.empty())
    return {StatusCode::Internal, std::exchange(uncapturedMessage, {})};
  return Status::ok();
}

std::string tidyMessage(std::string_view message) {
  constexpr std::string_view prefix = "Error while parsing WGSL: ";
  if (message.starts_with(prefix))
    message.remove_prefix(prefix.size());
  message = message.substr(0, message.find("\n - While"));
  while (!message.empty() && (message.back() == '\n' || message.back() == ' '))
    message.remove_suffix(1);
  // Dawn writes `:LINE:COLUMN error: `, the empty file name first.
  std::string tidy;
  while (!message.empty()) {
    std::string_view line = message.substr(0, message.find('\n'));
    message.remove_prefix(std::min(line.size() + 1, message.size()));
    for (std::string_view kind : {" error: ", " warning: ", " note: "}) {
      const std::size_t at = line.find(kind);
      if (!line.starts_with(':') || line.find_first_not_of(":0123456789") != at)
        continue;
      tidy.append(line.substr(1, at - 1)).append(":");
      line.remove_prefix(at);
      break;
    }
    tidy.append(line).append(message.empty() ? "" : "\n");
  }
  return tidy;
}

} // namespace ring::runtime::webgpu

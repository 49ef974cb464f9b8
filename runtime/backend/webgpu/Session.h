// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One open WebGPU device with its instance, adapter and queue, and everything by which Dawn tells
// that something went wrong: error scopes, uncaptured errors, device loss. All of it ends up as a
// Status here and nowhere else.

#ifndef RINGKERNEL_RUNTIME_BACKEND_WEBGPU_SESSION_H
#define RINGKERNEL_RUNTIME_BACKEND_WEBGPU_SESSION_H

#include "runtime/backend/webgpu/Loader.h"
#include <ringkernel/device.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace ring::runtime::webgpu {

/// An object of the library, released with it.
template <class T> using Owned = std::unique_ptr<T, void (*)(T*)>;

/// The adapter that `options` wish for; NotFound with the library's reason.
Result<Owned<AdapterImpl>> requestAdapter(const Api& api, InstanceImpl* instance,
                                          const RequestAdapterOptions& options);
/// As DeviceInfo::description.
std::string describe(const AdapterInfo& adapter);
/// What is said where the library at `path` found no driver.
Status nullBackendStatus(const std::string& path);

class Session {
public:
  static Result<std::unique_ptr<Session>> open(const std::string& libraryPath);

  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  const Api& api() const { return functions; }
  DeviceImpl* device() const { return deviceHandle.get(); }
  QueueImpl* queue() const { return queueHandle.get(); }
  const DeviceInfo& info() const { return deviceInfo; }
  const DeviceLimits& limits() const { return deviceLimits; }

  /// Runs `calls` and tells what the library found wrong with them. DeviceLost, Exhausted (out of
  /// memory), else `code` with the library's message.
  Status checked(StatusCode code, const std::function<void()>& calls);

  /// DeviceLost for good; an error that no scope caught, once; else ok.
  Status takeError();

  /// Lets callbacks run until `done` or until the device is lost.
  void pollUntil(const bool& done);

private:
  Session(const Api& api, InstanceImpl* instance);
  Status requestAdapter(const std::string& libraryPath);
  Status requestDevice();
  std::string popScope();

  Api functions;
  std::string lostMessage;
  std::string uncapturedMessage;
  bool lost = false;
  DeviceInfo deviceInfo;
  DeviceLimits deviceLimits;
  Owned<InstanceImpl> instanceHandle;
  Owned<AdapterImpl> adapterHandle;
  Owned<DeviceImpl> deviceHandle;
  Owned<QueueImpl> queueHandle;
};

/// Dawn's message about WGSL source as lines `LINE:COLUMN: error: ...` with their excerpts, without
/// its call trace.
std::string tidyMessage(std::string_view message);

} // namespace ring::runtime::webgpu

#endif // RINGKERNEL_RUNTIME_BACKEND_WEBGPU_SESSION_H

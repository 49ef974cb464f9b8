// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One NVRTC program a call. NVRTC is loaded by the first and kept.

#include "runtime/backend/cuda/Compiler.h"

#include "runtime/backend/cuda/Cache.h"
#include "runtime/backend/cuda/Loader.h"

#include <iterator>
#include <optional>

namespace ring::runtime::cuda {

namespace {

std::string logOf(const NvrtcApi& api, ProgramImpl* program) {
  std::size_t bytes = 0;
  if (api.GetLogSize(program, &bytes) != NvrtcResult::Success || bytes <= 1)
    return "NVRTC gave no log";
  std::string log(bytes, '\0');
  if (api.GetLog(program, log.data()) != NvrtcResult::Success)
    return "NVRTC gave no log";
  log.resize(log.find_last_not_of(" \n\r\t", log.size() - 2) + 1);
  return log;
}

Result<std::vector<char>> cubinOf(const NvrtcApi& api, ProgramImpl* program,
                                  const std::string& architecture) {
  const char* options[] = {architecture.c_str(), "--fmad=false", "--std=c++17",
                           "--device-as-default-execution-space"};
  if (api.CompileProgram(program, std::size(options), options) != NvrtcResult::Success)
    return Status(StatusCode::InvalidArgument, logOf(api, program));
  std::size_t bytes = 0;
  if (api.GetCubinSize(program, &bytes) != NvrtcResult::Success || bytes == 0)
    return Status(StatusCode::Unsupported,
                  "NVRTC makes no cubin with `" + architecture + "`: " + logOf(api, program));
  std::vector<char> cubin(bytes);
  if (api.GetCubin(program, cubin.data()) != NvrtcResult::Success)
    return Status(StatusCode::Internal, "NVRTC does not hand out the cubin that it made");
  return cubin;
}

const Result<NvrtcApi>& nvrtc() {
  static const Result<NvrtcApi> loaded = loadNvrtc();
  return loaded;
}

} // namespace

Status compilerStatus() { return nvrtc().status(); }

Result<std::vector<char>> compile(std::string_view source, int capability,
                                  std::span<const Header> headers) {
  const Result<NvrtcApi>& loaded = nvrtc();
  if (!loaded)
    return loaded.status();
  const NvrtcApi& api = *loaded;
  const std::string architecture = "--gpu-architecture=sm_" + std::to_string(capability);
  int major = 0, minor = 0;
  api.Version(&major, &minor);
  std::string key = "nvrtc " + std::to_string(major) + "." + std::to_string(minor) + " " +
                    architecture + "\n" + std::string(source);
  for (const Header& header : headers)
    key += "\n" + header.name + "\n" + std::string(header.text);
  if (std::optional<std::vector<char>> known = readCache(key))
    return std::move(*known);
  std::vector<std::string> texts;
  std::vector<const char*> textPointers, names;
  for (const Header& header : headers) {
    texts.emplace_back(header.text);
    names.push_back(header.name.c_str());
  }
  for (const std::string& text : texts)
    textPointers.push_back(text.c_str());
  ProgramImpl* program = nullptr;
  const std::string text(source);
  if (api.CreateProgram(&program, text.c_str(), "ringkernel.cu", static_cast<int>(names.size()),
                        textPointers.data(), names.data()) != NvrtcResult::Success)
    return Status(StatusCode::Internal, "NVRTC cannot make a program");
  Result<std::vector<char>> cubin = cubinOf(api, program, architecture);
  api.DestroyProgram(&program);
  if (cubin)
    writeCache(key, *cubin);
  return cubin;
}

} // namespace ring::runtime::cuda

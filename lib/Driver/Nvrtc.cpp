// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// NVRTC through dlopen, with our own declarations of the few functions used: their C ABI has not
// changed since CUDA 11.1. Contraction belongs to the IR, so NVRTC is always told --fmad=false.

#include "Nvrtc.h"
#include "ringc/Support/Check.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include <cstdlib>
#include <dlfcn.h>
#include <link.h>
#include <sys/auxv.h>

namespace ringc {

namespace {

using NvrtcResult = int; // 0: success
using NvrtcProgram = void*;
constexpr NvrtcResult success = 0;

/// First major version that is known to take `--minimal`.
constexpr int minimalSince = 13;

/// Newest first. The unversioned name exists where the toolkit's development files are.
constexpr const char* libraryNames[] = {"libnvrtc.so", "libnvrtc.so.13", "libnvrtc.so.12"};

/// What RINGKERNEL_NVRTC_LIBRARY names and nothing else, as for the runtime (docs/Targets.md);
/// where it is not set the toolkit of the environment, then the usual places.
std::vector<std::string> libraryCandidates() {
  if (const char* named = std::getenv("RINGKERNEL_NVRTC_LIBRARY"); named && *named)
    return {named};
  std::vector<std::string> candidates;
  for (const char* variable : {"CUDA_PATH", "CUDA_HOME"})
    if (const char* root = std::getenv(variable); root && *root)
      candidates.push_back(std::string(root) + "/lib64/libnvrtc.so");
  candidates.insert(candidates.end(), std::begin(libraryNames), std::end(libraryNames));
  candidates.push_back("/usr/local/cuda/lib64/libnvrtc.so");
  return candidates;
}

/// A statically linked program names no loader, and its dlopen crashes.
bool isStaticallyLinked() {
  const auto* headers = reinterpret_cast<const ElfW(Phdr)*>(getauxval(AT_PHDR));
  return llvm::none_of(llvm::ArrayRef(headers, getauxval(AT_PHNUM)),
                       [](const ElfW(Phdr) & header) { return header.p_type == PT_INTERP; });
}

/// `sm_90a` -> 90
int archNumber(llvm::StringRef arch) {
  int number = 0;
  arch.consume_front("sm_");
  arch.consumeInteger(10, number);
  return number;
}

} // namespace

struct Nvrtc::Api {
  void* library = nullptr;
  const char* (*getErrorString)(NvrtcResult);
  NvrtcResult (*version)(int* major, int* minor);
  NvrtcResult (*getNumSupportedArchs)(int* count);
  NvrtcResult (*getSupportedArchs)(int* archs);
  NvrtcResult (*createProgram)(NvrtcProgram*, const char* source, const char* name, int headerCount,
                               const char* const* headers, const char* const* includeNames);
  NvrtcResult (*destroyProgram)(NvrtcProgram*);
  NvrtcResult (*compileProgram)(NvrtcProgram, int optionCount, const char* const* options);
  NvrtcResult (*getPTXSize)(NvrtcProgram, size_t*);
  NvrtcResult (*getPTX)(NvrtcProgram, char*);
  NvrtcResult (*getCUBINSize)(NvrtcProgram, size_t*);
  NvrtcResult (*getCUBIN)(NvrtcProgram, char*);
  NvrtcResult (*getProgramLogSize)(NvrtcProgram, size_t*);
  NvrtcResult (*getProgramLog)(NvrtcProgram, char*);

  ~Api() {
    if (library)
      dlclose(library);
  }

  bool bindAll() {
    return bind(getErrorString, "nvrtcGetErrorString") && bind(version, "nvrtcVersion") &&
           bind(getNumSupportedArchs, "nvrtcGetNumSupportedArchs") &&
           bind(getSupportedArchs, "nvrtcGetSupportedArchs") &&
           bind(createProgram, "nvrtcCreateProgram") &&
           bind(destroyProgram, "nvrtcDestroyProgram") &&
           bind(compileProgram, "nvrtcCompileProgram") && bind(getPTXSize, "nvrtcGetPTXSize") &&
           bind(getPTX, "nvrtcGetPTX") && bind(getCUBINSize, "nvrtcGetCUBINSize") &&
           bind(getCUBIN, "nvrtcGetCUBIN") && bind(getProgramLogSize, "nvrtcGetProgramLogSize") &&
           bind(getProgramLog, "nvrtcGetProgramLog");
  }

  /// Our use of the library is wrong where this fails, unlike a refusal of the source.
  void check(NvrtcResult result, llvm::StringRef call) const {
    RINGC_CHECK(result == success, call + ": " + getErrorString(result));
  }

  std::string logOf(NvrtcProgram program) const {
    size_t size = 0;
    check(getProgramLogSize(program, &size), "nvrtcGetProgramLogSize");
    std::string log(size, '\0');
    check(getProgramLog(program, log.data()), "nvrtcGetProgramLog");
    return std::string(llvm::StringRef(log).rtrim('\0'));
  }

private:
  template <class Function> bool bind(Function& function, const char* name) {
    function = reinterpret_cast<Function>(dlsym(library, name));
    return function != nullptr;
  }
};

Nvrtc::Nvrtc(std::unique_ptr<Api> api) : api_(std::move(api)) {}
Nvrtc::~Nvrtc() = default;

std::unique_ptr<Nvrtc> Nvrtc::load(DiagnosticEngine& diagnostics) {
  if (isStaticallyLinked()) {
    diagnostics.report(DiagId::NvrtcMissing, {},
                       "nothing, because this ringc is statically linked and can load no library");
    return nullptr;
  }
  const std::vector<std::string> candidates = libraryCandidates();
  for (const std::string& name : candidates) {
    auto api = std::make_unique<Api>();
    api->library = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (api->library && api->bindAll())
      return std::unique_ptr<Nvrtc>(new Nvrtc(std::move(api)));
  }
  diagnostics.report(DiagId::NvrtcMissing, {}, llvm::join(candidates, ", "));
  return nullptr;
}

static bool knowsArch(llvm::ArrayRef<int> known, llvm::StringRef arch) {
  return llvm::is_contained(known, archNumber(arch));
}

std::optional<std::string> Nvrtc::compile(const std::string& source, const std::string& fileName,
                                          llvm::StringRef arch, Output output,
                                          DiagnosticEngine& diagnostics) const {
  int major = 0;
  int minor = 0;
  int count = 0;
  api_->check(api_->version(&major, &minor), "nvrtcVersion");
  api_->check(api_->getNumSupportedArchs(&count), "nvrtcGetNumSupportedArchs");
  std::vector<int> known(static_cast<size_t>(count));
  api_->check(api_->getSupportedArchs(known.data()), "nvrtcGetSupportedArchs");
  if (!knowsArch(known, arch)) {
    auto archName = [](int number) { return "sm_" + std::to_string(number); };
    diagnostics.report(DiagId::NvrtcArchUnknown, {},
                       std::to_string(major) + "." + std::to_string(minor), arch,
                       llvm::join(llvm::map_range(known, archName), ", "));
    return std::nullopt;
  }

  const bool isPtx = output == Output::Ptx;
  // A virtual architecture stops NVRTC before it assembles.
  const std::string archOption =
      "--gpu-architecture=" + (isPtx ? "compute_" + arch.drop_front(3).str() : arch.str());
  std::vector<const char*> options = {archOption.c_str(), "--fmad=false"};
  // Leaves out what only textures and cudaMalloc in device code need: a tenth of a small compile.
  if (major >= minimalSince)
    options.push_back("--minimal");
  NvrtcProgram program = nullptr;
  api_->check(api_->createProgram(&program, source.c_str(), fileName.c_str(), 0, nullptr, nullptr),
              "nvrtcCreateProgram");
  if (api_->compileProgram(program, static_cast<int>(options.size()), options.data()) != success) {
    llvm::errs() << api_->logOf(program);
    RINGC_UNREACHABLE("NVRTC refuses the emitted CUDA for " + arch + "; its messages are above");
  }
  size_t size = 0;
  api_->check((isPtx ? api_->getPTXSize : api_->getCUBINSize)(program, &size), "size of output");
  std::string result(size, '\0');
  api_->check((isPtx ? api_->getPTX : api_->getCUBIN)(program, result.data()), "output");
  api_->check(api_->destroyProgram(&program), "nvrtcDestroyProgram");
  if (isPtx && !result.empty() && result.back() == '\0')
    result.pop_back(); // NVRTC counts the terminator of its text
  return result;
}

} // namespace ringc

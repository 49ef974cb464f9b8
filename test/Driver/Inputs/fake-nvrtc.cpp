// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An NVRTC of version 12.9 that knows sm_75 and sm_90 only and, built with -DREFUSES, compiles nothing.
#include <cstring>

extern "C" {
const char* nvrtcGetErrorString(int) { return "error"; }
int nvrtcVersion(int* major, int* minor) { return *major = 12, *minor = 9, 0; }
int nvrtcGetNumSupportedArchs(int* count) { return *count = 2, 0; }
int nvrtcGetSupportedArchs(int* archs) { return archs[0] = 75, archs[1] = 90, 0; }
int nvrtcCreateProgram(void** program, const char*, const char*, int, const char* const*,
                       const char* const*) {
  return *program = nullptr, 0;
}
int nvrtcDestroyProgram(void**) { return 0; }
int nvrtcCompileProgram(void*, int count, const char* const* options) {
#ifdef REFUSES
  return 6;
#endif
  return count == 2 && !std::strcmp(options[1], "--fmad=false") ? 0 : 6;
}
int nvrtcGetPTXSize(void*, size_t* size) { return *size = 4, 0; }
int nvrtcGetPTX(void*, char* text) { return std::memcpy(text, "ptx", 4), 0; }
int nvrtcGetCUBINSize(void*, size_t* size) { return *size = 4, 0; }
int nvrtcGetCUBIN(void*, char* bytes) { return std::memcpy(bytes, "\177ELF", 4), 0; }
int nvrtcGetProgramLogSize(void*, size_t* size) { return *size = 15, 0; }
int nvrtcGetProgramLog(void*, char* log) { return std::memcpy(log, "hello.cu: boom", 15), 0; }
}

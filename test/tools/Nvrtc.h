// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// NVRTC, loaded with dlopen: compiles CUDA source to a cubin or to PTX. Declares the few entry
// points itself, so that it builds where no CUDA toolkit is.

#ifndef RINGKERNEL_TEST_TOOLS_NVRTC_H
#define RINGKERNEL_TEST_TOOLS_NVRTC_H

#include <string>
#include <vector>

namespace ring::test {

class Nvrtc {
public:
  struct Output {
    bool compiled = false;
    std::string log;
    std::string code; ///< cubin or PTX, by the architecture asked for
  };

  /// Loads what RINGKERNEL_NVRTC_LIBRARY names, else `path`, else the names under which CUDA 12 and
  /// 13 install it. False with `error()` set when there is none.
  bool load(const std::string& path);
  const std::string& error() const { return message; }
  std::string version() const;

  /// A text that the source may include by `name`.
  struct Header {
    std::string name, text;
  };

  /// `architecture`: `sm_90` gives a cubin, `compute_90` gives PTX. Contraction is off, as it
  /// always is in RingKernel. With headers, what they declare is the device's too, as the runtime
  /// compiles the resident kernel.
  Output compile(const std::string& source, const std::string& name,
                 const std::string& architecture, const std::vector<Header>& headers = {}) const;

private:
  struct Functions {
    int (*version)(int*, int*);
    int (*createProgram)(void**, const char*, const char*, int, const char* const*,
                         const char* const*);
    int (*compileProgram)(void*, int, const char* const*);
    int (*destroyProgram)(void**);
    int (*getProgramLogSize)(void*, std::size_t*);
    int (*getProgramLog)(void*, char*);
    int (*getPtxSize)(void*, std::size_t*);
    int (*getPtx)(void*, char*);
    int (*getCubinSize)(void*, std::size_t*);
    int (*getCubin)(void*, char*);
    const char* (*getErrorString)(int);
  };

  Functions nvrtc{};
  std::string message;
};

} // namespace ring::test

#endif // RINGKERNEL_TEST_TOOLS_NVRTC_H

// RUN: %ringc --verify-diagnostics %s
#include <ringkernel/ring.h>
#include <span>
#include <vector>
[[ring::kernel]] inline int returns(std::span<float> x) { return 0; } // expected-error {{kernel 'returns' returns 'int' and must return 'void' [root-returns]}}
[[ring::kernel]] static void internal(std::span<float> x) {} // expected-error {{kernel 'internal' is 'static': the generated file cannot name it [root-static]}}
namespace { [[ring::stencil]] inline void hidden(ring::Cell1<float> x) {} } // expected-error {{'(anonymous namespace)::hidden' is in an anonymous namespace: other files, and the generated one, cannot name it [refused-anonymous]}}
[[ring::kernel]] [[ring::stencil]] inline void both(ring::Cell1<float> x) {} // expected-error {{'both' is a stencil and a kernel; choose one [stencil-and-kernel]}}
[[ring::kernel]] void declared(std::span<float> x); // expected-error {{the body of 'declared' is not visible here}}
[[ring::kernel]] inline void variadic(std::span<float> x, ...) {} // expected-error {{C variadic arguments do not exist on a device: use a template [refused-variadic]}}
[[ring::kernel]] inline void pointer(float* x) {} // expected-error {{pointers do not exist in device code: use an index, a reference, or a 'std::array' [refused-pointer]}}
[[ring::kernel]] inline void reference(float& x) {} // expected-error {{parameter 'x' of a kernel has type 'float &' and must be a 'std::span', a plain value or a 'ring::Shared<T> &' [kernel-parameter]}}
[[ring::kernel]] inline void cell(ring::Cell1<float> x) {} // expected-error {{parameter 'x' of a kernel has type 'ring::Cell1<float>'}}
[[ring::kernel]] inline void shared(ring::Shared<float> x) {} // expected-error {{parameter 'x' of a kernel has type 'ring::Shared<float>'}}
[[ring::kernel]] inline void vector(std::vector<float> x) {} // expected-error {{'std::vector<float>' is not among the library types that ringc knows}}
[[ring::stencil]] inline void span(std::span<float> x) {} // expected-error {{parameter 'x' of a stencil has type 'std::span<float>' and must be a 'ring::Cell' or a plain value [stencil-parameter]}}
[[ring::stencil]] inline void values(float x) {} // expected-error {{stencil 'values' has no 'ring::Cell' parameter [stencil-without-cell]}}
[[ring::stencil]] inline void dims(ring::Cell1<float> x, ring::Cell2<float> y) {} // expected-error {{cell 'y' has 2 dimensions and those before it have 1 [stencil-dimensions]}}

// RUN: %ringc --verify-diagnostics %s
#include <ringkernel/ring.h>
#include <span>
template <class T> struct [[ring::message]] M { T x; }; // expected-warning {{message template 'M' is compiled for no arguments: add 'template class M<...>;' [template-not-instantiated]}}
template <class T> class [[ring::actor]] A { T x; }; // expected-warning {{actor template 'A' is compiled for no arguments}}
template <class T> [[ring::kernel]] void k(std::span<T> x) { x[0] = T(1); } // expected-warning {{kernel template 'k' is compiled for no arguments: add 'template void k<...>(...);'}}
template <class T> [[ring::stencil]] void s(ring::Cell1<T> x) { x() = T(1); } // expected-warning {{stencil template 's' is compiled for no arguments}}

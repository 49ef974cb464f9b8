// RUN: %ringc --verify-diagnostics %s
// A `.ring.h` is included twice; the fix-it makes its functions inline.
#include <ringkernel/ring.h>
#include <span>
[[ring::kernel]] void k(std::span<float> x) { x[0] = 1.0f; } // expected-warning {{'k' is defined in a '.ring.h' and is not 'inline' [not-inline-in-header]}}
float helper(float x) { return x; } // expected-warning {{'helper' is defined in a '.ring.h'}}
inline float fine(float x) { return x; }
constexpr float alsoFine(float x) { return x; }
static float ownCopy(float x) { return x; }
template <class T> T generic(T x) { return x; }
struct S { void inside() {} void outside(); };
void S::outside() {} // expected-warning {{'S::outside' is defined in a '.ring.h'}}
[[ring::kernel]] inline void uses(std::span<float> x) { x[0] = ownCopy(generic(fine(alsoFine(helper(1.0f))))); }

// RUN: %ringc --emit=ir %s | FileCheck %s
// A 3-D stencil template with coordinates, an early return and a helper that takes a cell.
#include <ringkernel/ring.h>
inline float laplace(ring::Cell3<const float> c) {
  return c.north() + c.south() + c.east() + c.west() + c.up() + c.down() - 6.0f * c();
}
template <class T> [[ring::stencil]] inline void heat(ring::Cell3<const T> now, ring::Cell3<T> next, T k) {
  if (now.x() == 0 || now.z() == now.extentZ() - 1) { next() = now(); return; }
  next() = now() + k * laplace(now) + now.at(2, 0, -1);
}
template void heat<float>(ring::Cell3<const float>, ring::Cell3<float>, float);

// CHECK: func device "laplace" "(ring::Cell3<const float>)" (let %c: cell3<const f32>) -> f32
// CHECK-NEXT: return ((((((at(%c, 0, 1, 0) + at(%c, 0, -1, 0)) + at(%c, 1, 0, 0)) + at(%c, -1, 0, 0)) + at(%c, 0, 0, 1)) + at(%c, 0, 0, -1)) - (6.0f32 * at(%c, 0, 0, 0)))
// CHECK-NEXT: }
// CHECK: func stencil "heat<float>" "(ring::Cell3<const float>, ring::Cell3<float>, float)" (let %now: cell3<const f32>, let %next: cell3<f32>, let %k: f32)
// CHECK-NEXT: if ((cell.x(%now) == 0i32) || (cell.z(%now) == (extent.z(%now) - 1i32)))
// CHECK-NEXT: at(%next, 0, 0, 0) = at(%now, 0, 0, 0)
// CHECK-NEXT: return
// CHECK-NEXT: }
// CHECK-NEXT: let %laplace: f32 = call "laplace"(&%now)
// CHECK-NEXT: at(%next, 0, 0, 0) = ((at(%now, 0, 0, 0) + (%k * %laplace)) + at(%now, 2, 0, -1))
// CHECK-NEXT: }

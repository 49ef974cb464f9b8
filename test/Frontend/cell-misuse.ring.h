// RUN: %ringc --verify-diagnostics %s
#include <ringkernel/ring.h>
[[ring::stencil]] inline void s(ring::Cell2<const float> p, ring::Cell2<float> q, std::int32_t d) {
  q() = p.at(d, 0); // expected-error {{the offset of a cell must be a constant [cell-offset-not-constant]}}
  q() = p.at(5000, 0); // expected-error {{the offset 5000 of a cell is beyond 1024 cells [cell-offset-too-large]}}
  float& c = q(); // expected-error {{'c' would refer to a cell of a field: copy the value instead [reference-to-cell]}}
  constexpr int reach = 2;
  for (int i = 0; i < 2; ++i) q() = p.at(i, 0); // expected-error {{the offset of a cell must be a constant}}
  q() = p.at(reach, -reach);
}

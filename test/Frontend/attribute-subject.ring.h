// RUN: %ringc --verify-diagnostics %s
// Attributes on what they are not for.
#include <ringkernel/ring.h>
enum class [[ring::message]] E { a }; // expected-error {{'ring::message' only applies to classes and structs}}
[[ring::actor]] inline void f() {} // expected-error {{'ring::actor' only applies to classes and structs}}
[[ring::handler]] inline void g() {} // expected-error {{'ring::handler' only applies to member functions [attribute-subject]}}
struct S {
  [[ring::kernel]] void k() {} // expected-error {{'ring::kernel' only applies to free functions}}
  [[ring::stencil]] static void s() {} // expected-error {{'ring::stencil' only applies to free functions}}
  [[ring::message]] int field; // expected-error {{'ring::message' only applies to classes and structs}}
};

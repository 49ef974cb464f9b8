// RUN: %ringc --verify-diagnostics %s
// Messages and state are plain data.
#include <ringkernel/ring.h>
struct NotCopyable { NotCopyable(const NotCopyable&); int x; };
struct [[ring::message]] Copies { NotCopyable n; }; // expected-error {{message 'Copies' must be trivially copyable: it is copied byte for byte [not-trivially-copyable]}}
struct [[ring::message]] Destroys { ~Destroys(); int x; }; // expected-error {{message 'Destroys' must be trivially copyable}}
struct [[ring::message]] Mixed { int a; private: int b; }; // expected-error {{message 'Mixed' must have standard layout: every target lays it out alike [not-standard-layout]}}
struct [[ring::message]] Virtual { virtual void f(); int x; }; // expected-error {{message 'Virtual' must be trivially copyable}}
struct [[ring::message]] Large { float values[1013]; }; // expected-error {{message 'Large' has 4052 bytes, and at most 4048 fit a slot [message-too-large]}}
struct [[ring::message]] Fits { float values[1012]; };
namespace { struct [[ring::message]] Hidden { int x; }; } // expected-error {{'(anonymous namespace)::Hidden' is in an anonymous namespace}}
union [[ring::message]] Either { int a; float b; }; // expected-error {{type 'union Either' is not supported yet by this version of ringc [type-not-supported-yet]}}

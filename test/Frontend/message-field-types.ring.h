// RUN: %ringc --verify-diagnostics %s
// Field types that the IR has no form for.
#include <ringkernel/ring.h>
#include <optional>
struct [[ring::message]] Bits { unsigned a : 3; }; // expected-error {{a bit-field is not supported yet by this version of ringc}}
struct [[ring::message]] Wide { long double x; }; // expected-error {{type 'long double' is not supported yet by this version of ringc}}
struct [[ring::message]] Huge { __int128 x; }; // expected-error {{type '__int128' is not supported yet by this version of ringc}}
struct [[ring::message]] Half { _Float16 x; }; // expected-error {{type '_Float16' is not supported yet by this version of ringc}}
struct [[ring::message]] Maybe { std::optional<int> x; }; // expected-error {{'std::optional<int>' is not among the library types that ringc knows [library-type-unknown]}}
struct [[ring::message]] Volatile { volatile int x; }; // expected-error {{'volatile' means nothing on a device}}
struct [[ring::message]] Inner { struct { int x; }; int y; }; // expected-error {{an unnamed member is not supported yet by this version of ringc}}

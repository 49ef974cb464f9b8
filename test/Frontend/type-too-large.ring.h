// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %ringc --verify-diagnostics %s
//
// Devices address an array or a struct with 32 bits.
#include <ringkernel/ring.h>

struct [[ring::message]] In { std::uint32_t n; };

class [[ring::actor]] OneArray {
public:
  [[ring::handler]] void on(const In& in, ring::Context&) { a[in.n & 1] = 1; }

private:
  float a[1ll << 30]; // expected-error {{'float[1073741824]' has 4294967296 bytes, and at most 2147483647 are supported [type-too-large]}}
};

class [[ring::actor]] SeveralArrays { // expected-error {{'SeveralArrays' has 2147483648 bytes, and at most 2147483647 are supported [type-too-large]}}
public:
  [[ring::handler]] void on(const In& in, ring::Context&) { a[in.n & 1] = b[in.n & 1]; }

private:
  float a[1 << 28];
  float b[1 << 28];
};

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Preloaded, hides every library from dlopen.
extern "C" void* dlopen(const char*, int) { return nullptr; }

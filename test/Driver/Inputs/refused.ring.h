// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <ringkernel/ring.h>

struct [[ring::message]] Bad {
  int* pointer;
};

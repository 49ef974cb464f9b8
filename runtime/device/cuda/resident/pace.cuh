// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The pause before the first look for a question that follows an answer. Knows no rings.
#pragma once

#include "memory.cuh"

/// When to look at the host's memory after an answer to it. Who asks one question after the other
/// writes the next some hundred nanoseconds after the answer has come; a look sampled just before
/// that costs a whole look more. So the first look waits: longer, in steps, where the question came
/// with the second look, and a little shorter once it has long come with the first.
struct ring_Pace {
  ring_u32 pause;      ///< cycles
  ring_u32 answeredAt; ///< clock
  ring_u32 hits;       ///< questions that came with the first look, since the pause changed
  ring_u32 look;       ///< after an answer: 1, 2; 0: none is expected

  static constexpr ring_u32 kStep = 64, kBack = 16, kMost = 1024, kHits = 128;

  __device__ __forceinline__ void answered() {
    answeredAt = ring_cycles();
    look = 1;
  }
  __device__ __forceinline__ void wait() const {
    while (look == 1 && ring_cycles() - answeredAt < pause)
      ;
  }
  __device__ __forceinline__ void looked(bool found) {
    if (__builtin_expect(look == 0, 1))
      return;
    const bool isLate = look == 2;
    look = found || isLate ? 0 : 2;
    if (found && isLate)
      pause = pause + kStep < kMost ? pause + kStep : kMost;
    else if (isLate || (found && ++hits == kHits))
      pause -= pause < kBack ? pause : kBack;
    else
      return;
    hits = 0;
  }
};

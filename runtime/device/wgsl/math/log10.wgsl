// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// By the natural logarithm; the error is that of WGSL's log.

fn ring_log10(x: f32) -> f32 { return log(x) * 0.434294482f; }

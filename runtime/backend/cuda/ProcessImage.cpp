// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The assembler reads the file that the build names.
#include "runtime/backend/cuda/ProcessImage.h"

asm(".section .rodata\n"
    ".balign 16\n"
    "ringkernelProcessImage:\n"
    ".incbin \"" RINGKERNEL_PROCESS_IMAGE "\"\n"
    "ringkernelProcessImageEnd:\n"
    ".byte 0\n"
    ".text\n");

extern "C" {
extern const std::byte begin[] asm("ringkernelProcessImage");
extern const std::byte end[] asm("ringkernelProcessImageEnd");
}

namespace ring::runtime::cuda {

std::span<const std::byte> processImage() { return {begin, end}; }

} // namespace ring::runtime::cuda

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Prints IR text that nests: deep.py expressions|blocks|arrays|spans|structs DEPTH."""

import sys

kind, depth = sys.argv[1], int(sys.argv[2])
print('module "deep"\nfile 0 "deep.h"\n')
if kind == "structs":
    print('struct "s0" size 4 align 4 {\n  f: u32 at 0\n}')
    for i in range(1, depth):
        print(f'struct "s{i}" size 4 align 4 {{\n  f: "s{i - 1}" at 0\n}}')
elif kind == "arrays":
    print(f'func device "f" (let %x: {"array<" * depth}u8{", 1>" * depth}) {{\n}}')
elif kind == "spans":
    print(f'func device "f" (let %x: {"span<" * depth}u8{">" * depth}) {{\n}}')
else:
    print('func device "f" (var %x: i32) {')
    if kind == "expressions":
        print(f'  %x = {"- " * depth}%x')
    else:
        print("  block {\n" * depth + "  }\n" * depth)
    print("}")

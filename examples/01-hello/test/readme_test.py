#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The README shows this example: its code there must be the files' own, and the 20 lines that it speaks of.

usage: readme_test.py
"""

import re
import sys
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parents[1]
LINES = 20


def main():
    readme = (EXAMPLE.parents[1] / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```cpp\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    files = [(EXAMPLE / name).read_text(encoding="utf-8") for name in ("hello.ring.h", "Main.cpp")]
    shown = [block for block, text in zip(blocks, files) if block in text]
    if len(blocks) < 2 or len(shown) != 2:
        print("README.md does not show hello.ring.h and Main.cpp as they are")
        return 1
    lines = [line for block in shown for line in block.splitlines() if line.strip()]
    if len(lines) != LINES:
        print(f"{len(lines)} lines of code, not {LINES}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

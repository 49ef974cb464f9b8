# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Holds what ringc prints against a file; never writes that file unless told to.

usage: golden.py [--update] GOLDEN < OUTPUT
"""

import argparse
import difflib
import sys
from pathlib import Path

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--update", action="store_true", help="make the output the new expectation")
parser.add_argument("golden", type=Path)
options = parser.parse_args()
output = sys.stdin.read()
if options.update:
    options.golden.write_text(output, encoding="utf-8")
    sys.exit(0)
expected = options.golden.read_text(encoding="utf-8")
if output == expected:
    sys.exit(0)
name = options.golden.name
sys.stdout.writelines(
    difflib.unified_diff(expected.splitlines(True), output.splitlines(True), name, "ringc's output")
)
print(f"differs from {name}; where that is meant, run golden.py --update on it")
sys.exit(1)

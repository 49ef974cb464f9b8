#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks a Promela model with spin: it holds in every size given, and each planted fault is found.

usage: run-spin.py MODEL.pml; exit 1 where one of them is otherwise, 77 without spin or a C compiler (1 where CI=true).
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# Sizes in which the model must hold, safety and "every message arrives" alike.
SIZES = [[], ["-DSLOTS=1", "-DMESSAGES=3"], ["-DSLOTS=3", "-DMESSAGES=8"], ["-DSLOTS=4", "-DMESSAGES=9"]]
FAULTS = ["-DFAULT_CHUNK0", "-DFAULT_CREDIT", "-DFAULT_TAG", "-DFAULT_CLOSE", "-DFAULT_EARLY", "-DTAGS=2"]
DEPTH = "-m1000000"


def run(command: list, folder: str) -> str:
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if result.returncode != 0 and command[0] != "./pan":
        sys.exit(f"{' '.join(command)}: exit {result.returncode}\n{result.stdout}{result.stderr}")
    return result.stdout + result.stderr


def errors(model: Path, defines: list, liveness: bool) -> int:
    """The number of errors that spin finds; -1 where the search was cut short or gave no count."""
    with tempfile.TemporaryDirectory() as folder:
        run(["spin", *defines, "-a", str(model)], folder)
        options = [] if liveness else ["-DSAFETY", "-DNOCLAIM"]
        run(["gcc", "-O2", "-w", *options, "-o", "pan", "pan.c"], folder)
        output = run(["./pan", DEPTH] + (["-a", "-f"] if liveness else []), folder)
    found = re.search(r"errors: (\d+)", output)
    if not found or "max search depth too small" in output or "out of memory" in output:
        print(output)
        return -1
    return int(found.group(1))


def main() -> int:
    for program in ("spin", "gcc"):
        if not shutil.which(program):
            print(f"SKIPPED: no {program}; Debian's package is `{program}`")
            return 1 if os.environ.get("CI") == "true" else 77
    model = Path(sys.argv[1]).resolve()
    wrong = 0
    for defines in SIZES:
        for liveness in (False, True):
            count = errors(model, defines, liveness)
            wrong += count != 0
            print(f"{'arrives' if liveness else 'safety '} {' '.join(defines) or 'as written'}: {count} errors")
    for fault in FAULTS:
        count = errors(model, [fault], False)
        wrong += count < 1
        print(f"planted {fault}: {'found' if count > 0 else 'NOT FOUND'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

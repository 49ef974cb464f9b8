#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The program on a CUDA GPU gives the scores that it gives on the CPU: 100,000 actors on generated series, and the
real series where RINGKERNEL_DATA_DIR names the folder above nab/.

usage: device_test.py PROGRAM; exit 77 and the reason where there is no GPU. RINGKERNEL_TEST_SCALE makes the number
of series smaller.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

LIMIT_S = 100
NAB = Path(os.environ.get("RINGKERNEL_DATA_DIR", "")) / "nab"


def compare(program: str, *arguments: str) -> bool:
    """Whether it ran, and said what the two backends differ by."""
    ran = subprocess.run(
        [program, *arguments, "--backend=cuda", "--compare=cpu", "--out=none", "--plot=none"],
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
    )
    print(ran.stdout, ran.stderr, sep="", end="", flush=True)
    if ran.returncode == 2 and re.search("cannot load|no CUDA driver|no GPU|the GPU has|driver", ran.stderr):
        print("SKIPPED: there is no CUDA backend here")
        sys.exit(77)
    differences = re.findall(r"cuda and cpu differ by at most \S+ in (\w+)", ran.stdout)
    return ran.returncode == 0 and differences == ["float", "double"]


def main() -> int:
    program = sys.argv[1]
    series = max(1, int(100000 * float(os.environ.get("RINGKERNEL_TEST_SCALE", "1"))))
    good = compare(program, f"--series={series}", "--values=20")
    if NAB.is_dir():
        good &= compare(program, str(NAB))
    else:
        print(f"SKIPPED in part: no Numenta Anomaly Benchmark in '{NAB}'")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares what random kernels do on the IR's interpreter with what the host's compiler makes of them.

compare-random-programs.py SEEDS:PROGRAMS GENERATOR RINGC IR_RUN -- HOST_COMPILER FLAG...: in the current folder, for
each seed from 1 to SEEDS one file of PROGRAMS kernels. Every GPU target must print them too. Exit 1 at the first
difference, whose files stay.
"""

import subprocess
import sys


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\nexit {done.returncode}\n{done.stderr}")
    return done.stdout


def compare(seed, programs, generator, ringc, irRun, compiler):
    kernels, host, ir = f"seed{seed}.ring.h", f"seed{seed}.cpp", f"seed{seed}.ir"
    run(sys.executable, generator, str(seed), programs, kernels, host)
    run(ringc, "--emit=ir", "-o", ir, kernels)
    run(ringc, "--target=cuda,msl,wgsl", f"--out-dir=seed{seed}.out", kernels)
    run(*compiler, "-o", f"./seed{seed}", host)
    expected, got = run(f"./seed{seed}").splitlines(), run(irRun, ir).splitlines()
    if expected == got:
        return
    for line in range(max(len(expected), len(got))):
        pair = [lines[line] if line < len(lines) else "nothing" for lines in (expected, got)]
        if pair[0] != pair[1]:
            sys.exit(f"{kernels}: the host says\n{pair[0]}\nand the IR\n{pair[1]}")


def main(size, generator, ringc, irRun, separator, *compiler):
    assert separator == "--"
    seeds, programs = size.split(":")
    for seed in range(1, int(seeds) + 1):
        compare(seed, programs, generator, ringc, irRun, compiler)


if __name__ == "__main__":
    main(*sys.argv[1:])

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs `exits.py CODE COMMAND...`; fails unless the command ends with exactly that exit code."""

import subprocess
import sys

expected = int(sys.argv[1])
actual = subprocess.run(sys.argv[2:]).returncode
if actual != expected:
    sys.exit(f"exit code {actual}, not {expected}: {' '.join(sys.argv[2:])}")

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks that the help text in argv[1] names exactly the options of the command line's description."""

import re
import sys

expected = {"--target", "--emit", "--arch", "-o", "--out-dir", "--module-name", "--fp", "--bounds",
            "--loop-budget", "--depfile", "--verify-diagnostics", "--help", "--version"}
with open(sys.argv[1]) as file:
    listed = set(re.findall(r"^  (-[a-z-]+)", file.read(), re.MULTILINE))
if listed != expected:
    sys.exit(f"listed but not expected: {listed - expected}; expected but not listed: {expected - listed}")

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks that the folder argv[1] holds exactly the files argv[2:], hidden and temporary ones included."""

import os
import sys

listed, expected = set(os.listdir(sys.argv[1])), set(sys.argv[2:])
if listed != expected:
    sys.exit(f"found but not expected: {listed - expected}; expected but not found: {expected - listed}")

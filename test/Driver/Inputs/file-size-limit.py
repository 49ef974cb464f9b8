# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs `file-size-limit.py BYTES CODE COMMAND...` with files limited to BYTES; expects exit code CODE."""

import resource
import signal
import subprocess
import sys

limit, expected = int(sys.argv[1]), int(sys.argv[2])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # as on a full disk: writing fails, nothing is killed
done = subprocess.run(sys.argv[3:], restore_signals=False,
                      preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
if done.returncode != expected:
    sys.exit(f"exit code {done.returncode}, not {expected}")

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the programs' tests share: a program run in a folder of its own, and what holds for each of them."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM = Path(sys.argv.pop(1)).resolve()


class ProgramCase(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def run_(self, *arguments, **options):
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        return subprocess.run([PROGRAM, *map(str, arguments)], cwd=self.folder, text=True, timeout=120, **options)

    def files(self):
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())

    def assertRefused(self, code, words, *arguments, **options):
        """Refused with that exit code and those words after the program's name; nothing new is left."""
        before = self.files()
        ran = self.run_(*arguments, **options)
        self.assertEqual(ran.returncode, code, f"{ran.stdout}{ran.stderr}")
        self.assertTrue(ran.stderr.startswith(f"{PROGRAM.name}: error: "), ran.stderr)
        self.assertIn(words, ran.stderr.splitlines()[0])
        self.assertEqual(self.files(), before)

    def checkStandardOutput(self, *arguments):
        """Output that nobody takes is a failure, and a closed one gets nobody else's file."""
        with open("/dev/full", "w") as full:
            ran = self.run_(*arguments, stdout=full)
        self.assertEqual((ran.returncode, "No space left on device" in ran.stderr), (1, True), ran.stderr)
        ran = self.run_(*arguments, stdout=None, preexec_fn=lambda: os.close(1))
        self.assertEqual((ran.returncode, "Bad file descriptor" in ran.stderr), (1, True), ran.stderr)

    def checkInterrupted(self, isUnderWay, *arguments):
        """A signal once `isUnderWay()` ends the program by that signal; gives the files then left."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            running = subprocess.Popen(
                [PROGRAM, *map(str, arguments)], cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
            )
            while not isUnderWay():
                self.assertIsNone(running.poll(), "it ended before it was interrupted")
            running.send_signal(number)
            running.communicate(timeout=60)
            self.assertEqual(running.returncode, -number)
        return self.files()

    def checkCudaWithoutDriver(self, *arguments):
        """Without a driver, which is hidden here, the reason and exit code 2."""
        environment = {**os.environ, "RINGKERNEL_CUDA_LIBRARY": str(self.folder / "no-libcuda.so")}
        self.assertRefused(2, "cannot load CUDA driver", "--backend=cuda", *arguments, env=environment)

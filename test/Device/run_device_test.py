#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""test/run-device over a made-up folder, GPU and sanitizer: what it counts, what it takes for bad, how it ends a hang.

usage: run_device_test.py RUN_DEVICE
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

RUN_DEVICE = ""

# A GoogleTest program of three cases, one of them skipped; hangs or fails where it is told to.
PROGRAM = """#!/bin/sh
case "$*" in *--gtest_list_tests*) printf 'OnDevice.\\n  A/Cuda\\n  B/Cuda\\n  C/Cuda\\n'; exit 0;; esac
[ "$FAKE_HANGS" != "" ] && exec sleep 60
echo '[       OK ] OnDevice.A/Cuda (1 ms)'
echo '[       OK ] OnDevice.B/Cuda (1 ms)'
echo '[  SKIPPED ] OnDevice.C/Cuda (0 ms)'
"""
SANITIZER = """#!/bin/sh
while [ $# -gt 0 ]; do case "$1" in --tool|--error-exitcode|--print-limit) shift 2;; *) break;; esac; done
"$@" || exit $?
echo "========= ERROR SUMMARY: ${FAKE_ERRORS:-0} errors"
[ "${FAKE_ERRORS:-0}" = 0 ]
"""
CTEST = """
add_test(good sh -c "exit 0")
add_test(absent sh -c "printf 'x.cpp:1: Skipped\\\\nno GPU of that kind\\\\n[  SKIPPED ] x'")
add_test(other sh -c "exit 1")
set_tests_properties(good PROPERTIES LABELS device)
set_tests_properties(absent PROPERTIES LABELS device SKIP_REGULAR_EXPRESSION "\\\\[  SKIPPED \\\\]")
"""


class RunDevice(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.root = Path(holder.name)
        self.folder = self.root / "build"
        (self.folder / "bin").mkdir(parents=True)
        self.tools = self.root / "tools"
        self.tools.mkdir()
        self.put(self.folder / "bin" / "ExecutionTests", PROGRAM)
        self.put(self.tools / "nvidia-smi", "#!/bin/sh\necho 'A GPU, 1 MiB, 1.0'\n")
        self.put(self.tools / "compute-sanitizer", SANITIZER)
        (self.folder / "device-tests.txt").write_text("ExecutionTests=*/Cuda\nhelper=\nexample=@script.py\n")
        (self.folder / "CTestTestfile.cmake").write_text(CTEST)

    def put(self, path, text):
        path.write_text(text)
        path.chmod(0o755)

    def run_(self, *arguments, **environment):
        ran = subprocess.run(
            [sys.executable, RUN_DEVICE, str(self.folder), str(self.root / "out"), *arguments],
            capture_output=True,
            text=True,
            timeout=100,
            env={**os.environ, "PATH": f"{self.tools}:{os.environ['PATH']}", **environment},
        )
        report = self.root / "out" / "report.json"
        return ran, {step["name"]: step for step in json.loads(report.read_text())["steps"]} if report.exists() else {}

    def addDevice(self, name):
        with open(self.folder / "CTestTestfile.cmake", "a") as file:
            file.write(f"set_tests_properties({name} PROPERTIES LABELS device)\n")

    def testCountsWhatRanAndWhyTheRestDidNot(self):
        self.addDevice("absent")
        ran, steps = self.run_()
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        self.assertEqual(steps["tests"]["counts"], {"passed": 1, "failed": 0, "skipped": 1})
        self.assertEqual(steps["tests"]["skipped"], {"no GPU of that kind": 1})
        self.assertEqual(
            list(steps),
            ["tests", "memcheck-ExecutionTests-0", "racecheck-ExecutionTests-0", "synccheck-ExecutionTests-0"],
        )
        self.assertEqual(steps["memcheck-ExecutionTests-0"]["counts"], {"passed": 2, "failed": 0, "skipped": 1})
        self.assertIn("all is well", (self.root / "out" / "report.txt").read_text())

    def testAFailedTestIsNamed(self):
        self.addDevice("other")
        ran, steps = self.run_("--steps=tests")
        self.assertEqual(ran.returncode, 1)
        self.assertEqual(steps["tests"]["failed"], ["other"])

    def testNothingButSkippedIsNotWell(self):
        (self.folder / "CTestTestfile.cmake").write_text(CTEST.replace("exit 0", "echo '[  SKIPPED ]'"))
        with open(self.folder / "CTestTestfile.cmake", "a") as file:
            file.write('set_tests_properties(good PROPERTIES SKIP_REGULAR_EXPRESSION "SKIPPED")\n')
        ran, steps = self.run_("--steps=tests")
        self.assertEqual(ran.returncode, 1)
        self.assertEqual(steps["tests"]["result"], "nothing ran")

    def testErrorsOfASanitizerAreNotWell(self):
        ran, steps = self.run_("--steps=memcheck", FAKE_ERRORS="3")
        self.assertEqual(ran.returncode, 1)
        self.assertEqual(steps["memcheck-ExecutionTests-0"]["errors"], "3 errors")

    def testAHangEndsAndNothingIsBegunBehindIt(self):
        begin = time.monotonic()
        ran, steps = self.run_("--steps=memcheck,synccheck", "--budget=2", FAKE_HANGS="1")
        self.assertLess(time.monotonic() - begin, 30)
        self.assertEqual(ran.returncode, 1)
        self.assertRegex(steps["memcheck-ExecutionTests-0"]["result"], "longer than 2 s")
        self.assertEqual(steps["synccheck-ExecutionTests-0"]["result"], "not run: past the budget")

    def testWithoutAGpuItIsSkipped(self):
        self.put(self.tools / "nvidia-smi", "#!/bin/sh\nexit 9\n")
        ran, _ = self.run_()
        self.assertEqual(ran.returncode, 77)
        self.assertIn("SKIPPED", ran.stdout)

    def testWrongUse(self):
        self.assertIn("unknown step 'x'", self.run_("--steps=x")[0].stderr)
        (self.folder / "device-tests.txt").unlink()
        ran, _ = self.run_()
        self.assertEqual(ran.returncode, 2)
        self.assertIn("has no device-tests.txt", ran.stderr)


if __name__ == "__main__":
    RUN_DEVICE = sys.argv.pop(1)
    unittest.main(verbosity=2)

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the program as a user does: pictures drawn, refusals clear.

usage: program_test.py PROGRAM; RINGKERNEL_DATA_DIR names the folder above marmousi/, RINGKERNEL_WEBGPU_LIBRARY
and VK_ICD_FILENAMES what the webgpu backend needs. Parts that lack them are skipped and say so.
"""

import os
import struct
import sys
import unittest
import zlib
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2] / "common"))
from program_case import ProgramCase  # noqa: E402

MARMOUSI = Path(os.environ.get("RINGKERNEL_DATA_DIR", "")) / "marmousi" / "vp_marmousi_bi"
WEBGPU = os.environ.get("RINGKERNEL_WEBGPU_LIBRARY", "")


def readPng(path):
    """Width, height and the decompressed scanlines."""
    data = path.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", data[16:24])
    at, pixels = 8, b""
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        if kind == b"IDAT":
            pixels += data[at + 8 : at + 8 + length]
        at += 12 + length
    return width, height, zlib.decompress(pixels)


class ProgramTest(ProgramCase):
    def pictures(self, *arguments):
        ran = self.run_(*arguments, "--out=pictures")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        return sorted((self.folder / "pictures").iterdir()), ran.stdout

    def testGeneratedModel(self):
        pictures, output = self.pictures("--steps=250", "--every=100")
        self.assertEqual([path.name for path in pictures], ["wave-00100.png", "wave-00200.png"])
        width, height, first = readPng(pictures[0])
        self.assertEqual((width, height), (1446, 561))
        self.assertNotEqual(first, readPng(pictures[1])[2])
        self.assertIn("million cells a second", output)

    def testMarmousi(self):
        if not MARMOUSI.exists():
            self.skipTest(f"SKIPPED: no Marmousi model at '{MARMOUSI}'")
        pictures, output = self.pictures(MARMOUSI, "--steps=200", "--every=200")
        self.assertEqual(len(pictures), 1)
        self.assertIn("1601 by 401 grid points, 1028 to 4700 m/s", output)

    def testWebGpu(self):
        if not WEBGPU:
            self.skipTest("SKIPPED: no WebGPU library: ./bootstrap test --with=webgpu")
        pictures, output = self.pictures("--backend=webgpu", "--steps=100", "--every=100")
        self.assertEqual(len(pictures), 1)
        self.assertIn("webgpu", output)

    def testModelsThatAreNone(self):
        (self.folder / "short").write_bytes(bytes(100))
        (self.folder / "still").write_bytes(bytes(24))
        (self.folder / "nan").write_bytes(struct.pack("<6f", 1, 2, 3, 4, float("nan"), 6))
        shape = ("--columns=3", "--depths=2")
        self.assertRefused(1, "'short' has 100 bytes", "short")
        self.assertRefused(1, "cannot read 'none'", "none")
        self.assertRefused(1, "cannot read '.'", ".")
        self.assertRefused(1, "'/dev/zero' has more than 24 bytes", "/dev/zero", *shape)
        self.assertRefused(1, "'still' holds the speed 0 km/s at column 0, depth 0", "still", *shape)
        self.assertRefused(1, "'nan' holds the speed nan km/s at column 2, depth 0", "nan", *shape)

    def testRefusals(self):
        (self.folder / "file").write_text("in the way")
        self.assertRefused(1, "above the stability limit", "--dt=2")
        self.assertRefused(1, "cannot make the folder 'file'", "--out=file", "--steps=1")
        self.assertRefused(1, "the source is 301 grid points deep", "--source-depth=301")
        self.assertRefused(2, "--columns requires MODEL", "--columns=3")
        self.assertRefused(2, "--backend", "--backend=abacus")
        self.checkCudaWithoutDriver("--steps=1")

    def testNumbersOutOfRange(self):
        steps = "is not a whole number from 1 to 1000000000"
        for option, words in (
            ("--steps=0", f"'0' {steps}"),
            ("--steps=-1", f"'-1' {steps}"),
            ("--steps=1e9", f"'1e9' {steps}"),
            ("--steps=many", f"'many' {steps}"),
            ("--steps=99999999999999999999999", f"'99999999999999999999999' {steps}"),
            ("--every=0", f"'0' {steps}"),
            ("--dt=nan", "'nan' is not a number from 1e-06 to 1000"),
            ("--frequency=inf", "'inf' is not a number from 0.001 to 1000000"),
            ("--source=1.5", "'1.5' is not a number from 0 to 1"),
            ("--source-depth=-1", "'-1' is not a whole number"),
        ):
            with self.subTest(option=option):
                self.assertRefused(2, f"{option.split('=')[0]}: {words}", option)

    def testOutputThatNobodyTakes(self):
        self.checkStandardOutput("--steps=1")

    def testInterruptedLeavesWholePictures(self):
        drawn = lambda: bool(list(self.folder.rglob("wave-*.png")))  # noqa: E731
        for name in self.checkInterrupted(drawn, "--steps=1000000000", "--every=1"):
            self.assertRegex(name, r"^wave/wave-\d+\.png$")
            readPng(self.folder / name)


if __name__ == "__main__":
    unittest.main(verbosity=2)

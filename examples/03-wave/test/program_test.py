#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the program as a user does: pictures drawn, refusals clear.

usage: program_test.py PROGRAM; RINGKERNEL_DATA_DIR names the folder above marmousi/, RINGKERNEL_WEBGPU_LIBRARY
and VK_ICD_FILENAMES what the webgpu backend needs. Parts that lack them are skipped and say so.
"""

import os
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib
from pathlib import Path

PROGRAM = sys.argv.pop(1)
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


class ProgramTest(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def run_(self, *arguments):
        return subprocess.run(
            [PROGRAM, *map(str, arguments)], cwd=self.folder, capture_output=True, text=True, timeout=500
        )

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

    def assertRefused(self, code, words, *arguments):
        ran = self.run_(*arguments)
        self.assertEqual(ran.returncode, code, ran.stdout + ran.stderr)
        self.assertIn(words, ran.stderr)

    def testRefusals(self):
        (self.folder / "short").write_bytes(bytes(100))
        (self.folder / "file").write_text("in the way")
        self.assertRefused(1, "'short' has 100 bytes", "short")
        self.assertRefused(1, "cannot read 'none'", "none")
        self.assertRefused(1, "above the stability limit", "--dt=2")
        self.assertRefused(1, "cannot make the folder 'file'", "--out=file", "--steps=1")
        self.assertRefused(1, "the source is 301 grid points deep", "--source-depth=301")
        self.assertRefused(2, "--steps", "--steps=0")
        self.assertRefused(2, "--backend", "--backend=abacus")
        self.assertRefused(2, "--steps", "--steps=many")


if __name__ == "__main__":
    unittest.main(verbosity=2)

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the program as a user does: files written, scores right, refusals clear and without leftovers.

usage: program_test.py PROGRAM; RINGKERNEL_DATA_DIR names the folder above nab/, RINGKERNEL_WEBGPU_LIBRARY
and VK_ICD_FILENAMES what the webgpu backend needs. Parts that lack them are skipped and say so.
"""

import csv
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from reference import scores as referenceScores

PROGRAM = sys.argv.pop(1)
INPUTS = Path(__file__).parent / "Inputs"
NAB = Path(os.environ.get("RINGKERNEL_DATA_DIR", "")) / "nab"
WEBGPU = os.environ.get("RINGKERNEL_WEBGPU_LIBRARY", "")
# What WGSL allows erfc and division to be off by, and float sums against double ones.
FLOAT_BOUND = 1e-4


def pngSize(path):
    head = path.read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", head[16:24])


class ProgramTest(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def run_(self, *arguments):
        return subprocess.run(
            [PROGRAM, *map(str, arguments)], cwd=self.folder, capture_output=True, text=True, timeout=500
        )

    def scored(self, *arguments):
        """The rows of the CSV by series, in the file's order."""
        ran = self.run_(*arguments, "--out=scores.csv", "--plot=plot.png")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        series = {}
        with open(self.folder / "scores.csv", newline="") as file:
            self.assertEqual(file.readline(), "series,timestamp,value,score\n")
            for name, timestamp, value, score in csv.reader(file):
                series.setdefault(name, []).append((timestamp, float(value), float(score)))
        return series, ran.stdout

    def assertMatchesReference(self, rows, bound=1e-9):
        expected = referenceScores([value for _, value, _ in rows])
        worst = max(abs(score - other) for (_, _, score), other in zip(rows, expected))
        self.assertLessEqual(worst, bound)

    def testGeneratedSeriesWithoutArguments(self):
        series, output = self.scored()
        self.assertEqual(len(series), 3)
        self.assertEqual({len(rows) for rows in series.values()}, {9000})
        self.assertMatchesReference(series["generated/requests.csv"])
        self.assertIn("reward_low_FN_rate", output)
        self.assertEqual(pngSize(self.folder / "plot.png"), (1400, 720))

    def testFolderKeepsOrderTimestampsAndValues(self):
        series, _ = self.scored(INPUTS / "small")
        self.assertEqual(list(series), ["flat.csv", "machines/fan.csv", "machines/pump.csv"])
        for name, rows in series.items():
            with open(INPUTS / "small" / "data" / name, newline="") as file:
                given = [(row["timestamp"], float(row["value"])) for row in csv.DictReader(file)]
            self.assertEqual([(timestamp, value) for timestamp, value, _ in rows], given)
            self.assertMatchesReference(rows)

    def testFloatScoresAreNearAndNotTheSame(self):
        inDouble, _ = self.scored(INPUTS / "small", "--precision=double")
        inFloat, _ = self.scored(INPUTS / "small", "--precision=float")
        self.assertNotEqual(inDouble, inFloat)
        self.assertMatchesReference(inFloat["machines/pump.csv"], FLOAT_BOUND)

    def testNoneWritesNothing(self):
        ran = self.run_(INPUTS / "small", "--out=none", "--plot=none")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertEqual(list(self.folder.iterdir()), [])

    def testRealSeries(self):
        if not NAB.is_dir():
            self.skipTest(f"SKIPPED: no Numenta Anomaly Benchmark in '{NAB}'")
        series, _ = self.scored(NAB, "--workers=1")
        self.assertEqual(len(series), 58)
        self.assertEqual(list(series), sorted(series))
        self.assertEqual(sum(map(len, series.values())), 365558)
        self.assertMatchesReference(series["realKnownCause/nyc_taxi.csv"])

    def testWebGpuAgreesWithTheHost(self):
        if not WEBGPU:
            self.skipTest("SKIPPED: no WebGPU library: ./bootstrap test --with=webgpu")
        series, output = self.scored(INPUTS / "small", "--backend=webgpu")
        self.assertIn("webgpu", output)
        for rows in series.values():
            self.assertMatchesReference(rows, FLOAT_BOUND)

    def assertRefused(self, code, words, *arguments):
        ran = self.run_(*arguments)
        self.assertEqual(ran.returncode, code, ran.stdout + ran.stderr)
        self.assertIn(words, ran.stderr)
        self.assertEqual([path.name for path in self.folder.iterdir() if path.is_file()], [])

    def testMissingFolder(self):
        self.assertRefused(1, "'nowhere' is not a folder", "nowhere")

    def testMalformedLineIsNamed(self):
        data = self.folder / "set" / "data"
        data.mkdir(parents=True)
        (data / "a.csv").write_text("timestamp,value\n2026-01-01 00:00:00,1\n2026-01-01 00:05:00\n")
        self.assertRefused(1, "a.csv:3: expected 'timestamp,value'", "set")

    def testUnwritableOutput(self):
        self.assertRefused(1, "cannot write 'missing/scores.csv'", "--out=missing/scores.csv")
        self.assertRefused(1, "cannot write 'missing/plot.png'", "--plot=missing/plot.png")

    def testUnknownSeriesToPlot(self):
        self.assertRefused(1, "there is no series 'x.csv'", "--plot-series=x.csv")

    def testMisuse(self):
        self.assertRefused(2, "--backend", "--backend=abacus")
        self.assertRefused(2, "--nonsense", "--nonsense")
        self.assertRefused(2, "no double", "--backend=webgpu", "--precision=double")


if __name__ == "__main__":
    unittest.main(verbosity=2)

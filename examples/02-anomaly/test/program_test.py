#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the program as a user does: files written, scores right, refusals clear and without leftovers.

usage: program_test.py PROGRAM; RINGKERNEL_DATA_DIR names the folder above nab/, RINGKERNEL_WEBGPU_LIBRARY
and VK_ICD_FILENAMES what the webgpu backend needs. Parts that lack them are skipped and say so.
"""

import csv
import os
import stat
import struct
import sys
import unittest
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2] / "common"))
from program_case import ProgramCase  # noqa: E402
from reference import scores as referenceScores  # noqa: E402

INPUTS = Path(__file__).parent / "Inputs"
NAB = Path(os.environ.get("RINGKERNEL_DATA_DIR", "")) / "nab"
WEBGPU = os.environ.get("RINGKERNEL_WEBGPU_LIBRARY", "")
# What WGSL allows erfc and division to be off by, and float sums against double ones.
FLOAT_BOUND = 1e-4


def pngSize(path):
    head = path.read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", head[16:24])


class ProgramTest(ProgramCase):
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

    def testManyGeneratedSeries(self):
        arguments = ("--series=500", "--values=30")
        series, output = self.scored(*arguments, "--compare=cpu", "--workers=2")
        self.assertIn("cpu and cpu differ by at most 0 in double", output)
        self.assertIn("cpu and cpu differ by at most 0 in float", output)
        self.assertEqual(len(series), 500)
        self.assertEqual({len(rows) for rows in series.values()}, {30})
        self.assertEqual(list(series), sorted(series))
        self.assertEqual(len({tuple(value for _, value, _ in rows) for rows in series.values()}), 500)
        for rows in list(series.values())[::97]:
            self.assertMatchesReference(rows)
        self.assertEqual(self.scored(*arguments, "--workers=1")[0], series)
        one, _ = self.scored("--series=1", "--values=1")
        self.assertEqual([score for _, _, score in one["generated/service-0000000.csv"]], [0])

    def testMoreStatesThanMemory(self):
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        if memory > 25e9:
            self.skipTest(f"SKIPPED: this machine has {memory * 1e-9:.0f} GB, which a million actors fit into")
        self.assertRefused(1, "take fewer --series", "--series=1000000", "--values=1")

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

    def testMissingFolder(self):
        self.assertRefused(1, "'nowhere' is not a folder", "nowhere")
        (self.folder / "empty" / "data").mkdir(parents=True)
        self.assertRefused(1, "no .csv files under 'empty/data'", "empty")

    def series(self, text, labels=None):
        """A data set of the one series a.csv; its folder."""
        for name in ("data", "labels"):
            (self.folder / "set" / name).mkdir(parents=True, exist_ok=True)
        (self.folder / "set" / "data" / "a.csv").write_bytes(text)
        if labels is not None:
            (self.folder / "set" / "labels" / "combined_windows.json").write_text(labels)
        return "set"

    def testMalformedFilesAreNamed(self):
        head, row = b"timestamp,value\n", b"2026-01-01 00:00:00,1\n"
        for text, words in (
            (b"", "a.csv:1: expected the heading 'timestamp,value', found ''"),
            (b"\x1b]0;x\x07", "a.csv:1: expected the heading 'timestamp,value', found '\\x1b]0;x\\x07'"),
            (row, "a.csv:1: expected the heading"),
            (head, "a.csv' holds no values"),
            (head + row + b"2026-01-01 00:05:00\n", "a.csv:3: expected 'timestamp,value'"),
            (head + b"2026-01-01 00:00:00,1,2\n", "a.csv:2: '1,2' is not a finite number"),
            (head + b"2026-01-01 00:00:00,nan\n", "a.csv:2: 'nan' is not a finite number"),
            (head + b"2026-01-01 00:00:00,1\0\n", "a.csv:2: '1\\x00' is not a finite number"),
            (head + b"2026-01-01 00:00:00,-2e16\n", "a.csv:2: '-2e16' is not within -1e+16 and 1e+16"),
            (head + b"2026-13-01 00:00:00,1\n", "a.csv:2: '2026-13-01 00:00:00' is not a time"),
            (head + b"x" * 5_000_000, "a.csv:2: expected 'timestamp,value', found '" + "x" * 60 + "...'"),
        ):
            with self.subTest(text=text[:60]):
                self.assertRefused(1, words, self.series(text))

    def testMalformedLabelsAreNamed(self):
        row = b"timestamp,value\n2026-01-01 00:00:00,1\n"
        for labels, words in (
            ("", "combined_windows.json: parse error at line 1"),
            ('{"a.csv": [["2026', "combined_windows.json: parse error at line 1"),
            ("[]", "combined_windows.json: expected an object"),
            ('{"a.csv": 3}', "the windows of 'a.csv' are not a list of pairs of times"),
            ('{"a.csv": [["2026-01-01 00:00:00"]]}', "the windows of 'a.csv' are not a list"),
            ('{"a.csv": [["x", "y"]]}', "'x' is not a time"),
            ('{"a.csv": [["2027-01-01 00:00:00", "2027-01-02 00:00:00"]]}', "a window of 'a.csv' holds no row"),
        ):
            with self.subTest(labels=labels):
                self.assertRefused(1, words, self.series(row, labels))

    def testLineEndsAndByteOrderMark(self):
        rows = [b"timestamp,value", b"2026-01-01 00:00:00,1", b"2026-01-01 00:05:00,2.5", b"2026-01-01 00:10:00,4"]
        plain, _ = self.scored(self.series(b"\n".join(rows) + b"\n"))
        self.assertEqual([value for _, value, _ in plain["a.csv"]], [1, 2.5, 4])
        for text in (
            b"\r\n".join(rows) + b"\r\n",
            b"\n".join(rows),
            rows[0] + b"\r\n" + b"\n".join(rows[1:3]) + b"\r\n\n" + rows[3],
            b"\xef\xbb\xbf" + b"\n".join(rows),
        ):
            with self.subTest(text=text):
                self.assertEqual(self.scored(self.series(text))[0], plain)

    def testUnwritableOutput(self):
        for option in ("--out", "--plot"):
            for path, reason in (
                ("missing/file", "No such file or directory"),
                (".", "Is a directory"),
                ("x" * 300, "File name too long"),
            ):
                self.assertRefused(1, f"cannot write '{path}': {reason}", f"{option}={path}")

    def testFullDiskLeavesNeitherFile(self):
        self.assertRefused(1, "cannot write '/dev/full': No space left", INPUTS / "small", "--plot=/dev/full")
        self.assertRefused(1, "cannot write '/dev/full': No space left", INPUTS / "small", "--out=/dev/full")
        self.checkStandardOutput(INPUTS / "small", "--out=none", "--plot=none")

    def testDevicesAreWrittenToAndLinksStayLinks(self):
        (self.folder / "link.csv").symlink_to("real.csv")
        ran = self.run_(INPUTS / "small", "--out=link.csv", "--plot=/dev/null")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertTrue((self.folder / "link.csv").is_symlink())
        self.assertIn("series,timestamp", (self.folder / "real.csv").read_text())
        self.assertTrue(stat.S_ISCHR(os.stat("/dev/null").st_mode))

    def testInterruptedLeavesNothing(self):
        # The pipe is opened for reading once the program opened it to write, behind the scores' file.
        os.mkfifo(self.folder / "pipe")
        keep = os.open(self.folder / "pipe", os.O_RDONLY | os.O_NONBLOCK)
        self.addCleanup(os.close, keep)
        temporary = lambda: any(name.startswith("scores.csv.") for name in self.files())  # noqa: E731
        # Nobody empties the pipe, and the picture does not fit: the program hangs in writing it.
        self.assertEqual(self.checkInterrupted(temporary, "--plot=pipe"), [])

    def testUnknownSeriesToPlot(self):
        self.assertRefused(1, "there is no series 'x.csv'", "--plot-series=x.csv")

    def testMisuse(self):
        self.assertRefused(2, "--backend", "--backend=abacus")
        self.assertRefused(2, "--nonsense", "--nonsense")
        self.assertRefused(2, "no double", "--backend=webgpu", "--precision=double")
        self.assertRefused(2, "'257' is not a whole number from 0 to 256", "--workers=257")
        self.assertRefused(2, "'-1' is not a whole number from 0 to 256", "--workers=-1")
        self.assertRefused(2, "'1000001' is not a whole number from 0 to 1000000", "--series=1000001")
        self.assertRefused(2, "'0' is not a whole number from 1 to 100000", "--values=0")
        self.assertRefused(2, "are more than 100000000 values", "--series=1000000", "--values=101")
        self.assertRefused(2, "give no DATA_DIR with it", INPUTS / "small", "--series=2")
        self.assertRefused(2, "--compare", "--compare=abacus")
        self.assertRefused(2, "--out and --plot both name 'x'", "--out=x", "--plot=x")
        self.checkCudaWithoutDriver()


if __name__ == "__main__":
    unittest.main(verbosity=2)

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs gpu-bench over the fake CUDA driver, whose kernels do nothing and whose actors answer nothing.

So what is seen is the way through the program: rows that wait for no kernel, the audit that finds every actor wrong,
files and their schema, what is refused. usage: gpu_bench_test.py GPU_BENCH GPU_BENCH_SLOTS_256 FAKE_CUDA SOURCE
"""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

BENCH, WIDE, FAKE_CUDA, SOURCE = (Path(argument).resolve() for argument in sys.argv[1:5])
del sys.argv[1:5]


class GpuBenchCase(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.out = self.folder / "out.json"
        self.environment = {**os.environ, "RINGKERNEL_CACHE_DIR": str(self.folder / "cache")}
        self.environment.pop("RINGKERNEL_FAKE_GPU", None)
        for library in ("CUDA", "NVRTC", "NVML"):
            self.environment[f"RINGKERNEL_{library}_LIBRARY"] = str(FAKE_CUDA)

    def run_(self, program, *arguments, **environment):
        files = ["--out", self.out, "--table", self.folder / "out.md"]
        return subprocess.run([program, "--rounds", "2", "--scale", "0.002", "--threads", "1", *files, *arguments],
                              capture_output=True, text=True, timeout=200, cwd=self.folder,
                              env={**self.environment, **environment})

    def groups(self):
        return {group["group"]: group for group in json.loads(self.out.read_text())["groups"]}

    def test_a_row_has_its_definition_its_count_and_its_quantiles(self):
        done = self.run_(BENCH, "--only", "life", "spawns", "--skip", "raw")
        self.assertEqual(done.returncode, 0, done.stderr)
        report = json.loads(self.out.read_text())
        self.assertEqual(report["gpu_state"]["driver"], "580.65.06")
        self.assertIn("commit", report["machine"])
        self.assertEqual(set(self.groups()), {"life of an actor", "spawns a second"})
        rows = {row["name"]: row for row in self.groups()["life of an actor"]["rows"]}
        self.assertNotIn("raw echo", rows)
        for row in rows.values():
            self.assertTrue(row["definition"])
            self.assertEqual(row["n"], 200)  # of two rounds
            self.assertEqual(len(row["rounds"]), 2)
            self.assertLessEqual(row["value"], row["p99"])
            values = [value for _, value in row["quantiles"]]
            self.assertEqual(values, sorted(values))
        self.assertTrue(rows["kill"]["right"])
        self.assertAlmostEqual(rows["kill"]["times_peer"],
                               rows["question and answer, direct"]["value"] / rows["kill"]["value"])
        # The fake device answers no question, and that is said.
        self.assertFalse(rows["question and answer, direct"]["right"])
        self.assertIn("WRONG", done.stdout)
        self.assertIn("| kill |", (self.folder / "out.md").read_text())

    def test_the_sustained_stream_is_audited_and_its_seconds_have_times(self):
        done = self.run_(BENCH, "--only", "sustained", "--sustain", "2")
        self.assertEqual(done.returncode, 0, done.stderr)
        (group,) = self.groups().values()
        self.assertEqual(len(group["rows"][0]["rounds"]), 2)
        audit = group["log"]["audit"]
        self.assertEqual(audit["sent"], audit["handled"])
        self.assertEqual(audit["actors_wrong"], audit["actors"])  # this device keeps no state
        self.assertFalse(group["rows"][0]["right"])
        self.assertGreaterEqual(len(group["log"]["power"]), 2)

    def test_slots_of_another_size_are_another_program_and_the_same_file(self):
        self.assertEqual(self.run_(BENCH, "--only", "spawns").returncode, 0)
        done = self.run_(WIDE, "--append", "--only", "stream in", "--skip", "raw")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(list(self.groups()), ["spawns a second", "stream in, 1 threads, slots of 256 bytes"])
        row = self.groups()["stream in, 1 threads, slots of 256 bytes"]["rows"][0]
        self.assertEqual((row["user_bytes"], row["wire_bytes"]), (168, 256))

    def test_the_last_of_two_options_counts(self):
        done = self.run_(BENCH, "--only", "spawns", "--sustain", "100", "--rounds", "3")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(self.out.read_text())["rounds"], 3)
        self.assertEqual(list(self.groups()), ["spawns a second"])  # nobody waits for what is not wanted

    def test_no_gpu_is_77_and_a_broken_file_is_kept(self):
        self.assertEqual(self.run_(BENCH, RINGKERNEL_CUDA_LIBRARY=str(self.folder / "none.so")).returncode, 77)
        self.out.write_text("[ broken")
        done = self.run_(BENCH, "--append", "--only", "spawns")
        self.assertEqual(done.returncode, 1)
        self.assertIn("is no JSON of gpu-bench", done.stderr)
        self.assertEqual(self.out.read_text(), "[ broken")


class PlotCase(unittest.TestCase):
    @unittest.skipUnless(importlib.util.find_spec("matplotlib"), "no python3-matplotlib")
    def test_the_committed_figures_are_drawn(self):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run([sys.executable, SOURCE / "bench/plot.py", SOURCE / "docs/benchmarks/gpu-h200.json",
                                   folder], capture_output=True, text=True, timeout=120)
            self.assertEqual(done.returncode, 0, done.stderr)
            for name in ("latency", "streams", "tiers", "sustained"):
                self.assertTrue((Path(folder) / f"gpu-h200-{name}.png").read_bytes().startswith(b"\x89PNG"), done.stdout)


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How long ringc takes, as a ratio to clang on the same file in the same run.

    bench/ringc-time.py --ringc build/release/bin/ringc [--runs N] [--json FILE]

Each row runs ringc and `clang++-19 -fsyntax-only` (also fed to a compile of all targets) in turn, A B A B ...,
and reports medians, p90 and the ratio of the medians. Wall time of whole processes, start included; files and
programs are in the page cache after two unmeasured runs of each. Beside it the processor time (user and system),
which other programs on the machine disturb less. NVRTC: ringc --emit=ptx, and --emit=cubin, less ringc
--target=cuda, in turn, a new process each time: what a cold NVRTC costs on that source, loading it included,
without and with the assembler behind it. Asserts nothing.
"""

import argparse
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
INCLUDE = os.path.join(ROOT, "include")
SMALL = """#include <ringkernel/ring.h>
struct [[ring::message]] Add { std::uint32_t amount; };
struct [[ring::message]] Total { std::uint32_t value; };
class [[ring::actor]] Counter {
public:
  [[ring::handler]] void on(const Add& add, ring::Context& ctx) {
    total += add.amount;
    ctx.reply(Total{total});
  }
private:
  std::uint32_t total = 0;
};
"""


def childSeconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def timed(command):
    """(wall, processor) milliseconds of one run."""
    cpuBegin = childSeconds()
    begin = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    end = time.perf_counter()
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit code {done.returncode}\n{done.stderr}")
    return (end - begin) * 1e3, (childSeconds() - cpuBegin) * 1e3


def interleaved(commands, runs):
    """Times of each command, runs times in turn."""
    for command in commands:
        for _ in range(2):
            timed(command)
    times = [[] for _ in commands]
    for _ in range(runs):
        for samples, command in zip(times, commands):
            samples.append(timed(command))
    return times


def summary(samples):
    wall, cpu = (sorted(kind) for kind in zip(*samples))
    return {"median_ms": round(statistics.median(wall), 2),
            "p90_ms": round(wall[int(0.9 * (len(wall) - 1))], 2),
            "cpu_median_ms": round(statistics.median(cpu), 2), "runs": len(wall)}


def compareWithClang(name, arguments, file):
    flags = ["-std=c++20", f"-I{INCLUDE}"]
    clang = [arguments.clang, "-x", "c++", "-fsyntax-only", "-Wno-unknown-attributes", *flags, file]
    with tempfile.TemporaryDirectory() as out:
        ringc = [arguments.ringc, f"--target={arguments.target}", "--out-dir", out, file, "--", *flags]
        clangTimes, ringcTimes = interleaved([clang, ringc], arguments.runs)
    row = {"name": name, "file": os.path.relpath(file, ROOT) if file.startswith(ROOT) else "(generated)",
           "clang": summary(clangTimes), "ringc": summary(ringcTimes)}
    row["ratio"] = round(row["ringc"]["median_ms"] / row["clang"]["median_ms"], 3)
    row["cpu_ratio"] = round(row["ringc"]["cpu_median_ms"] / row["clang"]["cpu_median_ms"], 3)
    return row


def nvrtcCost(name, emit, arguments, file):
    flags = ["--", "-std=c++20", f"-I{INCLUDE}"]
    with tempfile.TemporaryDirectory() as out:
        source = [arguments.ringc, "--target=cuda", "--out-dir", out, file, *flags]
        made = [arguments.ringc, f"--emit={emit}", "--arch=sm_90", "--out-dir", out, file, *flags]
        sourceTimes, madeTimes = interleaved([source, made], arguments.runs)
    difference = [(m[0] - s[0], m[1] - s[1]) for s, m in zip(sourceTimes, madeTimes)]
    return {"name": name, "file": os.path.relpath(file, ROOT), "nvrtc_cold": summary(difference)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ringc", default=os.path.join(ROOT, "build", "release", "bin", "ringc"))
    parser.add_argument("--clang", default=shutil.which("clang++-19") or "clang++")
    parser.add_argument("--target", default="all", help="what ringc makes: all targets by default")
    parser.add_argument("--runs", type=int, default=21)
    parser.add_argument("--json", help="where to write the report; standard output by default")
    arguments = parser.parse_args()

    examples = os.path.join(ROOT, "examples")
    handlers = sorted(os.path.join(folder, file) for folder, _, files in os.walk(examples)
                      for file in files if file.endswith(".ring.h") and "anomaly64" not in file)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        small = os.path.join(folder, "small.ring.h")
        with open(small, "w", encoding="utf-8") as file:
            file.write(SMALL)
        rows.append(compareWithClang("ring.h only", arguments, small))
        for handler in handlers:
            rows.append(compareWithClang(os.path.basename(handler), arguments, handler))
    anomaly = os.path.join(examples, "02-anomaly", "anomaly32.ring.h")
    probe = subprocess.run([arguments.ringc, "--emit=cubin", "-o", os.devnull, anomaly, "--", f"-I{INCLUDE}"],
                           capture_output=True, text=True)
    if probe.returncode == 0:
        for emit in ("ptx", "cubin"):
            rows.append(nvrtcCost(f"NVRTC, anomaly32, {emit}", emit, arguments, anomaly))
    else:
        rows.append({"name": "NVRTC, anomaly32", "skipped": probe.stderr.strip()})

    commit = subprocess.run(["git", "-C", ROOT, "rev-parse", "HEAD"], capture_output=True, text=True).stdout.strip()
    report = {"bench": "ringc-time", "definition": __doc__.strip(), "commit": commit,
              "machine": {"processor": platform.processor() or platform.machine(), "cores": os.cpu_count(),
                          "system": platform.platform()}, "rows": rows}
    text = json.dumps(report, indent=2) + "\n"
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            file.write(text)
    for row in rows:
        if "ratio" in row:
            print(f"{row['name']:24} clang {row['clang']['median_ms']:8.1f} ms   ringc "
                  f"{row['ringc']['median_ms']:8.1f} ms   ratio {row['ratio']:.2f}   processor time: "
                  f"{row['clang']['cpu_median_ms']:.1f} and {row['ringc']['cpu_median_ms']:.1f} ms, "
                  f"ratio {row['cpu_ratio']:.2f}", file=sys.stderr)
        elif "nvrtc_cold" in row:
            print(f"{row['name']:24} {row['nvrtc_cold']['median_ms']:8.1f} ms   processor time: "
                  f"{row['nvrtc_cold']['cpu_median_ms']:.1f} ms", file=sys.stderr)
    if not arguments.json:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()

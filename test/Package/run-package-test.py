#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Builds an outside project against RingKernel the three ways a user may, and runs it.

install: find_package on an install; build-tree: find_package on the build tree; cross: the runtime built without
a compiler (RINGKERNEL_BUILD_COMPILER=OFF) and a ringc given by path. In each, a header that the handler
includes is changed, and the generated code and the program must follow; without a change nothing is built.

usage: RunPackageTest.py --way WAY --source DIR --build DIR --ringc FILE --work DIR [--cmake PROGRAM]
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path


def run(*command: object) -> str:
    words = [str(word) for word in command]
    print("+", " ".join(words), flush=True)
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(done.stdout, flush=True)
    if done.returncode != 0:
        sys.exit(f"exit {done.returncode}: {' '.join(words)}")
    return done.stdout


def expect(condition: bool, what: str) -> None:
    if not condition:
        sys.exit(f"package test: {what}")


class Package:
    """Where the outside project finds RingKernel, and what it must be told."""

    def __init__(self, options: argparse.Namespace):
        self.cmake = options.cmake
        self.options = options
        self.prefix = options.work / "prefix"

    def arguments(self) -> list:
        way = self.options.way
        if way == "install":
            run(self.cmake, "--install", self.options.build, "--prefix", self.prefix)
            return [f"-DCMAKE_PREFIX_PATH={self.prefix}"]
        if way == "build-tree":
            return [f"-DRingKernel_DIR={self.options.build}"]
        build = self.options.work / "runtime"
        ringc = f"-DRINGKERNEL_RINGC={self.options.ringc}"
        # g++ here: the runtime and its warnings are for either compiler.
        run(self.cmake, "-S", self.options.source, "-B", build, "-G", "Ninja", "-DRINGKERNEL_BUILD_COMPILER=OFF",
            "-DRINGKERNEL_BUILD_TESTS=OFF", "-DRINGKERNEL_BUILD_EXAMPLES=OFF", "-DRINGKERNEL_WERROR=ON",
            "-DCMAKE_CXX_COMPILER=g++", ringc)
        run(self.cmake, "--build", build)
        run(self.cmake, "--install", build, "--prefix", self.prefix)
        expect(not (self.prefix / "bin" / "ringc").exists(), "a build without the compiler installed a ringc")
        return [f"-DCMAKE_PREFIX_PATH={self.prefix}", ringc]


def checkDoctor(prefix: Path) -> None:
    """The installed ring finds the ringc beside it, or none, and says so."""
    done = subprocess.run([prefix / "bin" / "ring", "doctor", "--json"], stdout=subprocess.PIPE, text=True)
    compilers = {compiler["name"]: compiler for compiler in json.loads(done.stdout)["compilers"]}
    ringc = prefix / "bin" / "ringc"
    if ringc.exists():
        expect(compilers["ringc"]["path"] == str(ringc), f"ring doctor names the ringc '{compilers['ringc']['path']}'")


def checkProject(options: argparse.Namespace, arguments: list) -> None:
    source = options.work / "project"
    build = options.work / "build"
    shutil.copytree(options.source / "test" / "Package" / "project", source)
    run(options.cmake, "-S", source, "-B", build, "-G", "Ninja", *arguments)
    run(options.cmake, "--build", build)
    generated = build / "meterHandlers.ring"
    for name in ("meterHandlers.ring.gen.h", "meterHandlers.ring.gen.cpp", "meterHandlers.cu", "meterHandlers.metal",
                 "meterHandlers.wgsl"):
        expect((generated / name).stat().st_size > 0, f"'{name}' was not generated")
    # 4, 8 and 16, doubled by METER_SCALE; 16 and 32 are over the limit of 10.
    expect(run(build / "meter") == "limit 10: total 56, 2 alerts\n", "the program says something else")

    expect(run(build / "own-device") ==
           "own (plain memory): cannot compile `Meter` for the device: seen: Meter_round\n",
           "the project's own device was not driven as expected")

    expect(run(build / "stream") == "Empty Closed, 7 headers\n", "the transport says something else")

    expect("no work to do" in run(options.cmake, "--build", build), "a second build does something")

    header = source / "config" / "MeterLimit.h"
    header.write_text(header.read_text().replace("= 10", "= 20"))
    before = (generated / "meterHandlers.wgsl").read_text()
    run(options.cmake, "--build", build)
    expect((generated / "meterHandlers.wgsl").read_text() != before, "a changed header did not reach the WGSL")
    expect(run(build / "meter") == "limit 20: total 56, 1 alerts\n", "the program did not follow its header")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--way", required=True, choices=["install", "build-tree", "cross"])
    parser.add_argument("--source", required=True, type=Path)
    parser.add_argument("--build", required=True, type=Path)
    parser.add_argument("--ringc", required=True, type=Path)
    parser.add_argument("--work", required=True, type=Path)
    parser.add_argument("--cmake", default="cmake")
    options = parser.parse_args()
    shutil.rmtree(options.work, ignore_errors=True)
    options.work.mkdir(parents=True)
    # The outside project decides for itself; nothing of this build's choices may leak in.
    for name in ("CXX", "CXXFLAGS", "CMAKE_PREFIX_PATH", "RingKernel_DIR"):
        os.environ.pop(name, None)
    package = Package(options)
    checkProject(options, package.arguments())
    if package.prefix.exists():
        checkDoctor(package.prefix)
    print(f"package test, {options.way}: passed")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs clang-tidy's naming check (.clang-tidy) over the compiled files of the folders given.

Files that include clang take six seconds each; lib/Frontend is left out, its headers are seen through others.

usage: check-naming.py --root DIR --build DIR --clang-tidy PROGRAM FOLDER...; exit 1 and one line per finding.
"""

import argparse
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

FINDING = re.compile(r"^(/[^:]+:\d+:\d+: (?:error|warning): .*)$", re.MULTILINE)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", required=True, type=Path)
    parser.add_argument("--build", required=True, type=Path)
    parser.add_argument("--clang-tidy", required=True)
    parser.add_argument("folders", nargs="+")
    options = parser.parse_args()
    if not Path(options.clang_tidy).is_file():
        print(f"SKIPPED: no clang-tidy-19 ('{options.clang_tidy}')")
        return 77
    commands = json.loads((options.build / "compile_commands.json").read_text(encoding="utf-8"))
    prefixes = tuple(f"{options.root}/{folder}/" for folder in options.folders)
    files = sorted({entry["file"] for entry in commands if entry["file"].startswith(prefixes)})
    files = [file for file in files if not file.startswith(f"{options.root}/lib/Frontend/")]

    def check(file: str) -> str:
        command = [options.clang_tidy, "--quiet", "-p", str(options.build), file]
        run = subprocess.run(command, capture_output=True, text=True)
        return run.stdout

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        findings = sorted({line for text in pool.map(check, files) for line in FINDING.findall(text)})
    for finding in findings:
        print(finding.removeprefix(f"{options.root}/"))
    print(f"{len(files)} files, {len(findings)} findings")
    return 1 if findings or not files else 0


if __name__ == "__main__":
    sys.exit(main())

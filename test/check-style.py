#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks what can be seen of the style without compiling: clang-format, SPDX line, file names, sizes, leftovers.

usage: check-style.py --root DIR --clang-format PROGRAM; exit 1 and one line per finding, 77 without the program.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

SPDX = "SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception"
FORMATTED = {".h", ".cpp", ".cu", ".cuh"}
COMMENTED = FORMATTED | {".metal", ".wgsl", ".py", ".cmake", ".def"}
TOP_FOLDERS = ["include", "lib", "tools", "runtime", "examples", "bench", "test", "cmake"]
# One that grows past this has become the place where everything goes.
MAX_LINES = 700
LEFTOVER = re.compile(r"\b(TODO|FIXME|XXX)\b|for " + r"now\b|not " + r"yet implemented", re.IGNORECASE)
CAMEL_CASE_FOLDERS = ("lib/", "include/ringc/", "runtime/core/", "runtime/backend/")
CAMEL_CASE = re.compile(r"^[A-Z][A-Za-z0-9]*\.(h|cpp|def)$")


def files(root: Path):
    for folder in TOP_FOLDERS:
        for file in sorted((root / folder).rglob("*")):
            if file.is_file() and file.suffix in COMMENTED and "Inputs" not in file.parts:
                yield file


def checkText(file: Path, name: str, findings: list) -> None:
    text = file.read_text(encoding="utf-8")
    lines = text.split("\n")
    lit = name.startswith("test/") and "RUN:" in text
    if not lit and not any(SPDX in line for line in lines[:2]):
        findings.append(f"{name}:1: no SPDX line")
    if len(lines) > MAX_LINES:
        findings.append(f"{name}: {len(lines)} lines, at most {MAX_LINES}")
    if name.startswith(CAMEL_CASE_FOLDERS) and file.suffix in {".h", ".cpp"} and not CAMEL_CASE.match(file.name):
        findings.append(f"{name}: file names are CamelCase here")
    for number, line in enumerate(lines, 1):
        if LEFTOVER.search(line) and file.name != Path(__file__).name:
            findings.append(f"{name}:{number}: unfinished: '{line.strip()}'")


def checkFormat(program: str, paths: list, findings: list) -> None:
    for start in range(0, len(paths), 50):
        run = subprocess.run(
            [program, "--dry-run", "-Werror", "--ferror-limit=1", *paths[start : start + 50]],
            capture_output=True,
            text=True,
        )
        findings.extend(line for line in run.stderr.splitlines() if "error:" in line)
        if run.returncode not in (0, 1):
            findings.append(f"{program}: exit {run.returncode}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", required=True, type=Path)
    parser.add_argument("--clang-format", required=True, help="clang-format 19: others format differently")
    options = parser.parse_args()
    if not Path(options.clang_format).is_file():
        print(f"SKIPPED: no clang-format-19 ('{options.clang_format}')")
        return 77
    findings: list = []
    formatted = []
    count = 0
    for file in files(options.root):
        count += 1
        name = file.relative_to(options.root).as_posix()
        checkText(file, name, findings)
        # lit tests keep RUN lines and expected-error comments where they must stand.
        if file.suffix in FORMATTED and (not name.startswith("test/") or name.startswith("test/Unit/")):
            formatted.append(str(file))
    checkFormat(options.clang_format, formatted, findings)
    for finding in findings:
        print(finding)
    print(f"{count} files, {len(formatted)} of them through clang-format, {len(findings)} findings")
    return 1 if findings or not formatted else 0


if __name__ == "__main__":
    sys.exit(main())

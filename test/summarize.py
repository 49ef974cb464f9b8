#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Prints the end of a test run: what was skipped and why, lit's counts, ctest's verdict.

Reads what ctest printed and its LastTest.log; decides nothing, the exit code is ctest's own.

usage: summarize.py CTEST_OUTPUT LAST_TEST_LOG
"""

import collections
import re
import sys
from pathlib import Path

NAME = re.compile(r"^\d+/\d+ Testing: (.*)$")
# GoogleTest gives the reason in the line after its place.
GTEST_SKIP = re.compile(r": Skipped$")
OUR_SKIP = re.compile(r"SKIPPED: (.+)$")
LIT_COUNT = re.compile(r"^(Testing Time|Total Discovered Tests|  [A-Z][A-Za-z ]+?) *: (.+)$")
VERDICT = re.compile(r"% tests passed|^Total Test time")


def main() -> None:
    output, log = (Path(name).read_text(encoding="utf-8", errors="replace") for name in sys.argv[1:3])
    skipped = collections.Counter()
    counts = collections.defaultdict(list)
    name = ""
    lines = log.splitlines()
    for line, following in zip(lines, lines[1:] + [""]):
        if match := NAME.match(line):
            name = match.group(1)
        elif GTEST_SKIP.search(line):
            skipped[following] += 1
        elif match := OUR_SKIP.search(line):
            skipped[match.group(1)] += 1
        elif name.startswith("lit") and (match := LIT_COUNT.match(line)):
            counts[name].append(f"{match.group(1).strip()} {match.group(2)}")
    print("\n== skipped, and why")
    for reason, count in sorted(skipped.items()):
        print(f"{count}x {reason}")
    if not skipped:
        print("nothing")
    print("\n== lit")
    for name, values in counts.items():
        print(f"{name}: {', '.join(values)}")
    failed = output.partition("The following tests FAILED:")[2].partition("Errors while")[0].strip("\n")
    if failed:
        print(f"\n== failed\n{failed}")
    print("\n== ctest")
    for line in output.splitlines():
        if VERDICT.search(line):
            print(line)


if __name__ == "__main__":
    main()

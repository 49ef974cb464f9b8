# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Holds the diagnostics against what is written about them.

check-diagnostics.py DIAG_DOC SOURCE_ROOT: docs/Diagnostics.md is what DIAG_DOC prints, ids are kebab-case and
unique, messages keep the style, and each id but those of notes, which no output shows, is expected by at least one
test: as `[id]` in an expectation of a lit test, or as text that a unit test compares with.
"""

import os
import re
import subprocess
import sys


EXPECTED = re.compile(r"expected-(?:error|warning)|^\W*[A-Z][A-Z0-9_-]*:")
ID = re.compile(r"\[([a-z0-9]+(?:-[a-z0-9]+)*)\]")
COMPARED = re.compile(r'"([a-z0-9]+(?:-[a-z0-9]+)*)[" ]')


def expectedIds(root):
    """The ids that a test fails without. A lit test is a file with RUN lines outside of Inputs."""
    for folder, _, files in os.walk(os.path.join(root, "test")):
        parts = os.path.relpath(folder, os.path.join(root, "test")).split(os.sep)
        for name in files if "Inputs" not in parts else []:
            if not name.endswith((".test", ".h", ".cpp", ".ir")):
                continue
            with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file:
                text = file.read()
            if parts[0] == "Unit":
                yield from COMPARED.findall(text)
                yield from ID.findall(text)
            elif "RUN:" in text:
                for line in text.splitlines():
                    if "RUN:" not in line and EXPECTED.search(line):
                        yield from ID.findall(line)


def main(tool, root):
    problems = []
    document = subprocess.run([tool], capture_output=True, check=True, text=True).stdout
    path = os.path.join(root, "docs", "Diagnostics.md")
    if not os.path.exists(path) or open(path, encoding="utf-8").read() != document:
        problems.append("docs/Diagnostics.md is not up to date: build the target update-diagnostics")

    ids = subprocess.run([tool, "--ids"], capture_output=True, check=True, text=True).stdout.split()
    problems += [f"'{id}' is used twice" for id in set(ids) if ids.count(id) > 1]
    problems += [f"'{id}' is not kebab-case" for id in ids if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", id)]
    for message in re.findall(r"^\*(?:error|warning|note):\* `(.*)`$", document, re.MULTILINE):
        if message[:1].isupper() and not re.match(r"[A-Z][A-Z ]", message):
            problems.append(f"begins with a capital: {message}")
        if message.endswith("."):
            problems.append(f"ends with a period: {message}")

    expected = set(expectedIds(root))
    problems += [
        f"no test expects the diagnostic '{id}'" for id in ids if id not in expected and not id.startswith("note-")
    ]
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Holds the diagnostics against what is written about them.

check-diagnostics.py DIAG_DOC SOURCE_ROOT: docs/Diagnostics.md is what DIAG_DOC prints, ids are kebab-case and
unique, messages keep the style, and each id but those of notes, which no output shows, is named by at least one test.
"""

import os
import re
import subprocess
import sys


def testTexts(root):
    for folder, _, files in os.walk(os.path.join(root, "test")):
        for name in files:
            if name.endswith((".test", ".h", ".cpp", ".ir", ".txt", ".py")):
                with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file:
                    yield file.read()


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

    texts = "\n".join(testTexts(root))
    named = set(re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)*", texts))
    problems += [f"no test names the diagnostic '{id}'" for id in ids if id not in named and not id.startswith("note-")]
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Follows every relative link of the documents: the file is there, and the heading behind a '#'.

usage: check-links.py ROOT; exit 1 and one line per link that leads nowhere.
"""

import re
import sys
from pathlib import Path

DOCUMENTS = ["*.md", "docs/**/*.md", "examples/**/*.md"]
CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(\s*<?([^)>\s]+)>?[^)]*\)|^\[[^\]]+\]:\s*(\S+)", re.MULTILINE)
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def blank(match: re.Match) -> str:
    return re.sub(r"[^\n]", " ", match.group())


def anchors(document: Path) -> set[str]:
    text = re.sub(r"^```.*?^```", "", document.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    titles = re.findall(r"^#+ +(.*?) *#*$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def findings(root: Path, document: Path):
    text = CODE.sub(blank, document.read_text(encoding="utf-8"))
    for match in LINK.finditer(text):
        link = match.group(1) or match.group(2)
        if ELSEWHERE.match(link):
            continue
        place = f"{document.relative_to(root)}:{text.count(chr(10), 0, match.start()) + 1}"
        name, _, anchor = link.partition("#")
        target = (document.parent / name).resolve() if name else document
        if not target.exists() or not target.is_relative_to(root):
            yield f"{place}: no file '{link}' in this tree"
        elif anchor and target.suffix == ".md" and anchor not in anchors(target):
            yield f"{place}: no heading '#{anchor}' in '{target.relative_to(root)}'"


def main() -> int:
    root = Path(sys.argv[1]).resolve()
    documents = sorted({path for pattern in DOCUMENTS for path in root.glob(pattern)})
    found = [finding for document in documents for finding in findings(root, document)]
    print(*found, f"{len(documents)} documents, {len(found)} findings", sep="\n")
    return 1 if found or not documents else 0


if __name__ == "__main__":
    sys.exit(main())

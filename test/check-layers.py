#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks every #include of the tree against cmake/layers.json, and the includes for circles.

An include must name a file of a layer that the includer's layer may use, or a header of an external
library that it may use, or a header of the standard library. Reads text only: conditional includes count.

usage: check-layers.py --root DIR --table FILE; exit 1 and one line per finding.
"""

import argparse
import json
import re
import sys
from pathlib import Path

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
SUFFIXES = {".h", ".cpp", ".hpp", ".cuh", ".cu", ".def", ".inc"}
TOP_FOLDERS = ["include", "lib", "tools", "runtime", "examples", "bench", "test"]
OURS = ("ringkernel/", "ringc/", "runtime/")
# What users include by another name than it has here: by prefix.
INSTALLED = {"ringkernel/cuda/": "runtime/device/cuda/"}
# Written by ringc or by CMake while building; they exist in no checkout.
GENERATED = re.compile(r"\.ring\.gen\.h$")


class Tree:
    def __init__(self, root: Path, table: dict):
        self.root = root
        self.layers = table["layers"]
        self.external = table["external"]
        self.byPath = sorted(
            ((path, name) for name, layer in self.layers.items() for path in layer["paths"]),
            key=lambda entry: -len(entry[0]),
        )

    def layerOf(self, file: Path) -> str | None:
        relative = file.relative_to(self.root).as_posix()
        for path, name in self.byPath:
            if relative.startswith(path + "/"):
                return name
        return None

    def files(self):
        for folder in TOP_FOLDERS:
            for file in sorted((self.root / folder).rglob("*")):
                # test inputs are programs of users, some of them wrong on purpose.
                if file.suffix in SUFFIXES and "Inputs" not in file.parts and file.is_file():
                    yield file

    def resolve(self, file: Path, name: str) -> Path | None:
        for prefix, folder in INSTALLED.items():
            if name.startswith(prefix):
                name = folder + name.removeprefix(prefix)
        for base in (file.parent, *(self.root / folder for folder in ("include", "lib", "runtime", "examples", "."))):
            candidate = (base / name).resolve()
            if candidate.is_file() and candidate.is_relative_to(self.root):
                return candidate
        return None

    def externalOf(self, name: str) -> str | None:
        for library, prefixes in self.external.items():
            for prefix in prefixes:
                if name == prefix or (prefix.endswith("/") and name.startswith(prefix)):
                    return library
        return None


def allows(layer: dict, member: str, wanted: str) -> bool:
    return wanted in layer[member] or "*" in layer[member]


def checkFile(tree: Tree, file: Path, edges: dict, findings: list) -> None:
    here = file.relative_to(tree.root)
    name = tree.layerOf(file)
    if name is None:
        findings.append(f"{here}: belongs to no layer of the table")
        return
    layer = tree.layers[name]
    text = COMMENT.sub(lambda match: "\n" * match.group().count("\n"), file.read_text(encoding="utf-8"))
    for match in INCLUDE.finditer(text):
        quoted, included = match.group(1) == '"', match.group(2)
        place = f"{here}:{text.count(chr(10), 0, match.start()) + 1}"
        library = tree.externalOf(included)
        target = tree.resolve(file, included)
        if target is not None:
            edges.setdefault(file, []).append(target)
            other = tree.layerOf(target)
            if other != name and not allows(layer, "may", other):
                findings.append(f"{place}: '{name}' may not include '{other}' ('{included}')")
        elif library is not None:
            if not allows(layer, "external", library):
                findings.append(f"{place}: '{name}' may not include '{library}' ('{included}')")
        elif included.startswith(OURS) or (quoted and not GENERATED.search(included) and "*" not in layer["external"]):
            findings.append(f"{place}: '{included}' is no file of this tree")
        elif not quoted and "/" in included and not included.startswith("sys/"):
            findings.append(f"{place}: '{included}' belongs to no library of the table")


def findCircle(edges: dict) -> list | None:
    state: dict = {}

    def visit(node, trail):
        state[node] = "open"
        for following in edges.get(node, []):
            if state.get(following) == "open":
                return trail[trail.index(following):] + [following] if following in trail else [node, following]
            if following not in state:
                circle = visit(following, trail + [following])
                if circle:
                    return circle
        state[node] = "done"
        return None

    for node in list(edges):
        if node not in state:
            circle = visit(node, [node])
            if circle:
                return circle
    return None


def layerEdges(tree: Tree) -> dict:
    return {name: [other for other in layer["may"] if other != "*"] for name, layer in tree.layers.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", required=True, type=Path)
    parser.add_argument("--table", required=True, type=Path)
    options = parser.parse_args()
    sys.setrecursionlimit(10000)
    tree = Tree(options.root.resolve(), json.loads(options.table.read_text(encoding="utf-8")))
    findings: list = []
    edges: dict = {}
    count = 0
    for name, others in layerEdges(tree).items():
        for other in others:
            if other not in tree.layers:
                findings.append(f"{options.table.name}: '{name}' names the unknown layer '{other}'")
    for path, name in tree.byPath:
        if not (tree.root / path).is_dir():
            findings.append(f"{options.table.name}: '{name}' names the folder '{path}', which does not exist")
    circle = findCircle(layerEdges(tree))
    if circle:
        findings.append(f"{options.table.name}: circle of layers: {' -> '.join(circle)}")
    for file in tree.files():
        count += 1
        checkFile(tree, file, edges, findings)
    circle = findCircle(edges)
    if circle:
        findings.append("circle of includes: " + " -> ".join(str(f.relative_to(tree.root)) for f in circle))
    for finding in findings:
        print(finding)
    print(f"{count} files, {sum(map(len, edges.values()))} includes within the tree, {len(findings)} findings")
    if count == 0:
        print("nothing was checked")
    return 1 if findings or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())

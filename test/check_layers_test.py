#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""check-layers.py finds what it is there for: small trees, each with one fault."""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

CHECK = Path(__file__).with_name("check-layers.py")
TABLE = {
    "external": {"clang": ["clang/"]},
    "layers": {
        "Low": {"paths": ["include/Low", "lib/Low"], "may": [], "external": []},
        "High": {"paths": ["lib/High"], "may": ["Low"], "external": ["clang"]},
    },
}
SOUND = {
    "include/Low/A.h": "#include <cstdint>\n",
    "lib/Low/A.cpp": '#include "Low/A.h"\n',
    "lib/High/B.h": '#include "Low/A.h"\n#include "clang/AST/Decl.h"\n',
    "lib/High/B.cpp": '#include "B.h"\n',
}


def check(files: dict, table: dict = TABLE) -> subprocess.CompletedProcess:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, text in {**SOUND, **files}.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
        (root / "layers.json").write_text(json.dumps(table), encoding="utf-8")
        command = [sys.executable, str(CHECK), "--root", folder, "--table", str(root / "layers.json")]
        return subprocess.run(command, capture_output=True, text=True)


class Layers(unittest.TestCase):
    def assertFinds(self, finding: str, files: dict, table: dict = TABLE) -> None:
        run = check(files, table)
        self.assertEqual(run.returncode, 1, run.stdout + run.stderr)
        self.assertIn(finding, run.stdout)
        self.assertIn(" 1 findings", run.stdout)

    def testSoundTree(self):
        run = check({})
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        self.assertIn("4 files, 3 includes within the tree, 0 findings", run.stdout)

    def testUpwardInclude(self):
        self.assertFinds("lib/Low/X.cpp:2: 'Low' may not include 'High'", {"lib/Low/X.cpp": '\n#include "High/B.h"\n'})

    def testForeignLibrary(self):
        self.assertFinds("'Low' may not include 'clang'", {"lib/Low/X.cpp": "#include <clang/AST/Decl.h>\n"})

    def testUnknownLibrary(self):
        self.assertFinds("belongs to no library", {"lib/Low/X.cpp": "#include <curl/curl.h>\n"})

    def testMissingFile(self):
        self.assertFinds("'Gone.h' is no file of this tree", {"lib/Low/X.cpp": '#include "Gone.h"\n'})

    def testFileOutsideTheTable(self):
        self.assertFinds("lib/Other/X.cpp: belongs to no layer", {"lib/Other/X.cpp": "\n"})

    def testCircleOfHeaders(self):
        files = {"lib/High/C.h": '#include "D.h"\n', "lib/High/D.h": '#include "C.h"\n'}
        self.assertFinds("circle of includes: ", files)

    def testCircleOfLayers(self):
        table = json.loads(json.dumps(TABLE))
        table["layers"]["Low"]["may"] = ["High"]
        self.assertFinds("circle of layers: ", {}, table)

    def testFolderThatIsGone(self):
        table = json.loads(json.dumps(TABLE))
        table["layers"]["High"]["paths"].append("lib/Gone")
        self.assertFinds("'High' names the folder 'lib/Gone', which does not exist", {}, table)

    def testCommentsDoNotCount(self):
        run = check({"lib/Low/X.cpp": '/* \n#include "High/B.h"\n*/\n// #include "High/B.h"\n'})
        self.assertEqual(run.returncode, 0, run.stdout)


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Holds docs/IR.md, lib/IR and the tests together: check-constraints.py SOURCE_ROOT.

Each constraint that the verifier reports stands in docs/IR.md and the other way round, and a test names it.
"""

import re
import sys
from pathlib import Path

ID = r"[a-z]+\.c[0-9]+"


def found(paths, pattern):
    return {match for path in paths for match in re.findall(pattern, path.read_text(encoding="utf-8"))}


root = Path(sys.argv[1])
specified = found([root / "docs/IR.md"], rf"`({ID})`(?=[:,])")
reported = found((root / "lib/IR").glob("*.cpp"), rf'"({ID})"')
tested = found((root / "test/IR").glob("*.ir"), rf"CHECK.*'({ID})'")
tested |= found((root / "test/Unit/IR").glob("*.cpp"), rf"\b({ID})\b")

problems = [f"'{one}' is reported but not in docs/IR.md" for one in reported - specified]
problems += [f"'{one}' is in docs/IR.md but never reported" for one in specified - reported]
problems += [f"no test names '{one}'" for one in specified - tested]
print("\n".join(sorted(problems)))
sys.exit(1 if problems or not specified else 0)

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Validates the reflections argv[2:] against the schema argv[1], and what a schema cannot say: names refer to
entries that exist, structs come after their parts, fields lie inside and apart.

jsonschema is Debian's python3-jsonschema; where the build's Python has none, the system's is asked.
"""

import json
import os
import sys

try:
    import jsonschema
except ImportError:
    if sys.executable == "/usr/bin/python3" or not os.path.exists("/usr/bin/python3"):
        sys.exit("no Python module jsonschema: install python3-jsonschema")
    os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])

SCALARS = {"bool": lambda t: 1, "int": lambda t: t["bits"] // 8, "float": lambda t: t["bits"] // 8}


def sizeOf(type, structs):
    if type["kind"] == "array":
        return sizeOf(type["element"], structs) * type["count"]
    if type["kind"] == "struct":
        return structs[type["name"]]["size"]
    return SCALARS[type["kind"]](type)


def check(reflection):
    structs = {}
    for struct in reflection["structs"]:
        end = 0
        for field in sorted(struct["fields"], key=lambda f: f["offset"]):
            assert field["offset"] >= end, f"{struct['name']}.{field['name']} overlaps"
            end = field["offset"] + sizeOf(field["type"], structs)
        assert end <= struct["size"], f"{struct['name']} is smaller than its fields"
        assert struct["size"] % struct["align"] == 0, f"{struct['name']} is no multiple of its alignment"
        structs[struct["name"]] = struct
    messages = {message["name"] for message in reflection["messages"]}
    assert [m["index"] for m in reflection["messages"]] == list(range(len(messages)))
    for named in reflection["messages"] + reflection["actors"]:
        assert (named["size"], named["align"]) == (structs[named["name"]]["size"], structs[named["name"]]["align"])
    for actor in reflection["actors"]:
        assert {handler["message"] for handler in actor["handlers"]} <= messages
        assert [binding["slot"] for binding in actor["bindings"]] == list(range(7))
    for function in reflection["kernels"] + reflection["stencils"]:
        end = 0
        for parameter in function["parameters"]:
            assert parameter["offset"] >= end, f"{function['name']}: {parameter['name']} overlaps"
            end = parameter["offset"] + parameter["size"]
        assert end <= function["parameterBlock"]["bytes"]
    for stencil in reflection["stencils"]:
        assert len(stencil["margins"]["low"]) == len(stencil["margins"]["high"]) == stencil["dims"]


with open(sys.argv[1], encoding="utf-8") as file:
    validator = jsonschema.Draft202012Validator(json.load(file))
for path in sys.argv[2:]:
    with open(path, encoding="utf-8") as file:
        reflection = json.load(file)
    validator.validate(reflection)
    check(reflection)

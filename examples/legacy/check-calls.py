"""Holds the CALLs of COBOL programs to the C headers, which no COBOL compiler does.

usage: check-calls.py "RESPONSES_H RESPONSES_REQUEST_H" PROGRAM...

Each function that is called must exist, have as many arguments, and take by value what is passed by
value and by reference what is not; eight bytes are passed only with SIZE 8 or as a pointer.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

CALL = re.compile(r'CALL "(responses_\w+)"(.*?)(?=RETURNING)', re.DOTALL)
ARGUMENT = re.compile(r"BY (VALUE SIZE 8|VALUE|REFERENCE)\s+([A-Z0-9\"-]+)")


def declared(headers: list[str]) -> dict[str, list[str]]:
    """The types of every function's arguments."""
    found = {}
    for header in headers:
        command = [os.environ.get("CLANG", "clang"), "-x", "c", "-fsyntax-only"]
        command += [f"-I{Path(headers[0]).resolve().parent}", "-Xclang", "-ast-dump=json", header]
        tree = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
        for node in tree["inner"]:
            if node["kind"] == "FunctionDecl":
                found[node["name"]] = [
                    inner["type"]["qualType"]
                    for inner in node.get("inner", [])
                    if inner["kind"] == "ParmVarDecl"
                ]
    return found


def wrong(how: str, kind: str) -> bool:
    """Whether an argument of this type cannot be passed so."""
    if kind in ("size_t", "int64_t", "double"):
        return how != "VALUE SIZE 8"
    if kind == "int":
        return how != "VALUE"
    if kind.endswith("**") or kind in ("size_t *", "int *", "int64_t *", "char *"):
        return how != "REFERENCE"
    # Text goes in by reference, or by value as the pointer that a function gave; handles by value.
    return how == "VALUE SIZE 8" or (how == "REFERENCE" and kind != "const char *")


def main() -> int:
    functions = declared(sys.argv[1].split())
    calls = failed = 0
    for program in sys.argv[2:]:
        text = "\n".join(
            line for line in Path(program).read_text().splitlines() if "*>" not in line
        )
        found = CALL.findall(text)
        calls += len(found)
        # One that says nothing of what is returned is read as if it went on to the next RETURNING.
        if len(found) != text.count('CALL "responses_'):
            failed += 1
            print(f"{program}: a CALL has no RETURNING")
        for name, rest in found:
            passed = [how for how, _ in ARGUMENT.findall(rest)]
            expected = functions.get(name)
            if expected is None:
                problem = "is not declared"
            elif len(passed) != len(expected):
                problem = f"has {len(expected)} arguments, not {len(passed)}"
            elif bad := [k for h, k in zip(passed, expected) if wrong(h, k)]:
                problem = f"takes {bad[0]} otherwise"
            else:
                continue
            failed += 1
            print(f"{program}: {name} {problem}")
    print(f"{calls} calls")
    return failed or not calls


if __name__ == "__main__":
    sys.exit(main())

"""Writes a C program that calls every function of responses.h with arguments that are none.

usage: arguments.py HEADER

The functions and their types are read from the header by clang, so that none is forgotten. Every
pointer to a handle is in turn NULL, freed, of another kind, inside another handle, on the stack, on
the heap, code, not aligned and not mapped, and every other argument is NULL or zero at the same
time, or what a caller might pass. Nothing may crash, and what returns a status says that it is not
well.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

# Handles by the function that frees them; "event" is freed too, though most are borrowed.
KINDS = ("client", "call", "session", "source", "response", "event", "error")


def declarations(header: str) -> list[dict[str, Any]]:
    command = [os.environ.get("CLANG", "clang"), "-x", "c", "-std=c11", "-fsyntax-only"]
    command += ["-Xclang", "-ast-dump=json", header]
    tree = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    found = [node for node in tree["inner"] if node["kind"] == "FunctionDecl"]
    return sorted(found, key=lambda node: str(node["name"]))


def handle_kind(kind: str) -> str:
    """The kind of handle that a parameter of this type takes, "" for any other type."""
    plain = kind.replace("const ", "").replace(" ", "")
    for name in KINDS:
        if plain == f"responses_{name}*":
            return name
    return ""


def usual(kind: str, place: int) -> str:
    """What a caller might pass for a parameter that is not a handle."""
    plain = kind.replace(" ", "")
    if plain == "constchar*":
        return '"{}"'
    if plain == "size_t":
        return "RESPONSES_NTS"
    if plain.startswith("responses_") and plain.endswith("_fn"):
        return f"({kind})0"
    if plain.endswith("*"):
        return f"({kind})&scratch[{place}]"
    return f"({kind})1"


def program(header: str) -> str:
    lines = ['#include "arguments.h"', ""]
    names = []
    for node in declarations(header):
        name = node["name"]
        returns = node["type"]["qualType"].partition("(")[0].strip()
        kinds = [
            inner["type"]["qualType"]
            for inner in node.get("inner", [])
            if inner["kind"] == "ParmVarDecl"
        ]
        takes_handle = any(handle_kind(kind) for kind in kinds)
        nothing = [f"({kind})0" for kind in kinds]
        given = [
            f"({kind})handle" if handle_kind(kind) else usual(kind, place)
            for place, kind in enumerate(kinds)
        ]
        bare = [f"({kind})handle" if handle_kind(kind) else f"({kind})0" for kind in kinds]
        # One that is told what it shall take is never given the handle of its own kind.
        own = "|".join(sorted({kind for kind in map(handle_kind, kinds) if kind}))
        names.append((name, own))
        lines.append(f"static void call_{name}(const void *handle)\n{{")
        lines.append("    void *scratch[16] = {0};\n    (void)handle;\n    (void)scratch;")
        is_status = returns == "int" and takes_handle and name not in NO_STATUS
        for arguments in [nothing, bare, given] if takes_handle else [nothing]:
            call = f"{name}({', '.join(arguments)})"
            lines.append(f'    refused("{name}", {call});' if is_status else f"    (void){call};")
        lines.append("    forget(scratch);\n}\n")
    lines.append("const struct function functions[] = {")
    lines += [f'    {{"{name}", "{own}", call_{name}}},' for name, own in names]
    lines.append("};")
    lines.append("const size_t function_count = sizeof functions / sizeof *functions;")
    return "\n".join(lines)


# They return an int that is no status, or a status that says what the error's is.
NO_STATUS = {
    "responses_error_http_status",
    "responses_error_is_retryable",
    "responses_error_attempts",
    "responses_error_phase",
    "responses_response_http_status",
    "responses_response_attempts",
    "responses_event_kind",
    "responses_event_output_index",
    "responses_event_content_index",
    # Without a client it is well.
    "responses_decode_start",
}


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    print(program(sys.argv[1]))


if __name__ == "__main__":
    main()

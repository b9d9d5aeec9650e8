"""Writes the declarations for Fortran and COBOL from the C headers.

usage: declarations.py fortran|cobol RESPONSES_H [ANOTHER_HEADER...]

fortran  a module with an interface for every function, and every constant
cobol    a copybook with every constant; a CALL needs no declaration

responses.f90 and responses.cpy were written by it, and a test compares them with what it writes
from the headers of today. The compiler that reads them is clang; CLANG names another one.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

NOT_NUMBERS = {"RESPONSES_H", "RESPONSES_API", "RESPONSES_VERSION", "RESPONSES_NTS"}
BY_VALUE = {
    "int": "integer(c_int), value",
    "int64_t": "integer(c_int64_t), value",
    "size_t": "integer(c_size_t), value",
    "double": "real(c_double), value",
    "responses_event_fn": "type(c_funptr), value",
    "responses_log_fn": "type(c_funptr), value",
    "responses_attempt_fn": "type(c_funptr), value",
    "responses_key_fn": "type(c_funptr), value",
    "responses_tool_fn": "type(c_funptr), value",
    "responses_read_fn": "type(c_funptr), value",
    "responses_rewind_fn": "type(c_funptr), value",
    "responses_write_fn": "type(c_funptr), value",
    "responses_image_fn": "type(c_funptr), value",
}
# What the callee writes; an argument that is left out is NULL.
BY_REFERENCE = {
    "int *": "integer(c_int), intent(out), optional",
    "int64_t *": "integer(c_int64_t), intent(out), optional",
    "size_t *": "integer(c_size_t), intent(out), optional",
    "double *": "real(c_double), intent(out), optional",
}
RESULTS = {
    "int": "integer(c_int)",
    "unsigned int": "integer(c_int)",
    "int64_t": "integer(c_int64_t)",
}


def clang(header: str, *arguments: str) -> str:
    directory = str(Path(sys.argv[2]).resolve().parent)
    command = [os.environ.get("CLANG", "clang"), "-x", "c", f"-I{directory}", *arguments, header]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def functions(header: str) -> list[dict[str, Any]]:
    tree = json.loads(clang(header, "-fsyntax-only", "-Xclang", "-ast-dump=json"))
    prefixes = ("responses_",)
    return [
        node
        for node in tree["inner"]
        if node["kind"] == "FunctionDecl" and node["name"].startswith(prefixes)
    ]


def constants(header: str) -> dict[str, int]:
    found = {}
    for line in clang(header, "-dM", "-E").splitlines():
        _, name, value = f"{line} ".split(" ", 2)
        if name.startswith("RESPONSES_") and name not in NOT_NUMBERS and value.strip():
            text = value.strip(" ()")
            if text.lstrip("-").replace("x", "").isalnum() and text.lstrip("-")[0].isdigit():
                found[name] = int(text, 0)
    # Where case does not count, these are functions already.
    names = {node["name"] for node in functions(header)}
    return {name: found[name] for name in sorted(found) if name.lower() not in names}


def argument(kind: str, name: str) -> str:
    """The declaration of one argument."""
    kind = kind.replace("unsigned", "").strip()
    if kind in BY_VALUE:
        return f"{BY_VALUE[kind]} :: {name}"
    if kind in BY_REFERENCE:
        return f"{BY_REFERENCE[kind]} :: {name}"
    if kind == "const char *":
        return f"character(kind=c_char), intent(in), optional :: {name}(*)"
    if kind == "char *":
        return f"character(kind=c_char), intent(out), optional :: {name}(*)"
    if kind.endswith("**"):
        return f"type(c_ptr), intent(out), optional :: {name}"
    if kind.endswith("*"):
        return f"type(c_ptr), value :: {name}"
    raise ValueError(f"no Fortran for {kind}")


def interface(node: dict[str, Any]) -> list[str]:
    name = node["name"]
    parameters = [inner for inner in node.get("inner", []) if inner["kind"] == "ParmVarDecl"]
    # A dummy argument may not be called as its function is.
    names = [str(inner["name"]) for inner in parameters]
    result = node["type"]["qualType"].partition("(")[0].strip()
    kind = "subroutine" if result == "void" else "function"
    ending = "" if result == "void" else " result(answer)"
    head = f"{kind} {name}({', '.join(names)}) bind(c, name='{name}'){ending}"
    wrapped = textwrap.wrap(head, 92, initial_indent="    ", subsequent_indent="        ")
    lines = [line + " &" for line in wrapped[:-1]] + [wrapped[-1], "      import"]
    for inner in parameters:
        lines.append("      " + argument(inner["type"]["qualType"], inner["name"]))
    if result != "void":
        lines.append(f"      {RESULTS.get(result, 'type(c_ptr)')} :: answer")
    return [*lines, f"    end {kind}"]


def fortran(headers: list[str]) -> list[str]:
    lines = [
        "! The functions and constants of responses.h and responses_request.h. Written by",
        "! declarations.py; do not edit. Text goes in with a c_null_char at its end; text that",
        "! comes out is a type(c_ptr), which text_of() of responses_text makes a string of.",
        "module responses",
        "  use, intrinsic :: iso_c_binding",
        "  implicit none",
        "",
        "  integer(c_size_t), parameter :: RESPONSES_NTS = -1_c_size_t",
    ]
    for name, value in constants(headers[-1]).items():
        lines.append(f"  integer(c_int), parameter :: {name} = {value}")
    lines += ["", "  interface"]
    seen = set()
    for header in headers:
        for node in functions(header):
            if node["name"] not in seen:
                seen.add(node["name"])
                lines += interface(node)
    return [*lines, "  end interface", "end module responses"]


def cobol(headers: list[str]) -> list[str]:
    lines = [
        "      *> The constants of responses.h. Written by declarations.py; do not edit.",
    ]
    for name, value in constants(headers[-1]).items():
        lines.append(f"       78  {name.replace('_', '-')}")
        lines.append(f"           VALUE {value}.")
    return lines


def main() -> None:
    write = {"fortran": fortran, "cobol": cobol}[sys.argv[1]]
    print("\n".join(write(sys.argv[2:])))


if __name__ == "__main__":
    main()

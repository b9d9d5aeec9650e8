"""Prints what the public headers declare, as the compiler sees it and not as a pattern guesses.

usage: header.py functions | constants | values | anchor | make | check [HEADER]

Without HEADER: responses_jansson.h, which includes responses.h and so declares everything.

functions  the names of all functions, sorted
constants  the names of all macros that are numbers, sorted
values     the same with their values, but for the version, which is there to change
anchor     a C source with an empty body for every function: compiled with -g it carries the types
           of the whole interface, which the Swift library's debug information does not
make       writes every file of the project that repeats what the headers say (MADE lists them)
check      fails, and names the file, when one of these is not what the headers say

The compiler is clang, which is part of every Swift toolchain; CLANG names another one.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

# The macros of the header that are not numbers an `int` can hold.
NOT_CONSTANTS = {
    "RESPONSES_H",
    "RESPONSES_JANSSON_H",
    "RESPONSES_API",
    "RESPONSES_VERSION",
    "RESPONSES_NTS",
}
# The constants that change with every release.
VERSIONS = {"RESPONSES_VERSION_NUMBER", "RESPONSES_ABI_VERSION"}


def clang(header: str, *arguments: str) -> str:
    command = [os.environ.get("CLANG", "clang"), "-x", "c", "-std=c11", *arguments, header]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def functions(header: str) -> dict[str, dict[str, Any]]:
    """Every function of ours; jansson.h, which one header includes, declares others."""
    tree = json.loads(clang(header, "-fsyntax-only", "-Xclang", "-ast-dump=json"))
    found = {
        node["name"]: node
        for node in tree["inner"]
        if node["kind"] == "FunctionDecl" and node["name"].startswith("responses_")
    }
    return dict(sorted(found.items()))


def constants(header: str) -> dict[str, int]:
    """Every macro that is a number; one that is neither a number nor known is an error."""
    found = {}
    for line in clang(header, "-dM", "-E").splitlines():
        _, name, value = (line + " ").split(" ", 2)
        if name.startswith("RESPONSES_") and name not in NOT_CONSTANTS:
            found[name] = int(value.strip(" ()"), 0)
    return dict(sorted(found.items()))


def anchor(header: str) -> str:
    lines = [f'#include "{Path(header).resolve()}"']
    for name, node in functions(header).items():
        returns = node["type"]["qualType"].partition("(")[0].strip()
        parameters = [
            f"{inner['type']['qualType']} {inner['name']}"
            for inner in node.get("inner", [])
            if inner["kind"] == "ParmVarDecl"
        ]
        body = "" if returns == "void" else f"return ({returns})0;"
        lines.append(f"{returns} {name}({', '.join(parameters) or 'void'}) {{ {body} }}")
    return "\n".join(lines)


def table(header: str) -> str:
    """Swift source with all constants in one text, which needs no addresses that a loader sets."""
    entries = [
        f"{name.removeprefix('RESPONSES_')}={value}" for name, value in constants(header).items()
    ]
    return "\n".join(
        [
            "import Responses",
            "",
            "// Made from the header by `make abi`; a gate checks that it is so.",
            "",
            "/// Every numeric macro of the header without its RESPONSES_, and its value.",
            'let constantTable: Words = """',
            *[f"    {entry}|\\" for entry in entries[:-1]],
            f"    {entries[-1]}",
            '    """',
        ]
    )


def camel(name: str) -> str:
    """The name in Swift of a constant without its prefix."""
    if name == "NOMEM":
        return "noMemory"
    first, *rest = name.lower().split("_")
    word = first + "".join(part.capitalize() for part in rest)
    return f"`{word}`" if word in ("protocol", "internal") else word


def event_types() -> dict[str, list[str]]:
    """The types of events that a constant stands for, from the comment beside it."""
    text = Path("include/responses.h").read_text(encoding="utf-8")
    found = {}
    for name, comment in re.findall(r"#define RESPONSES_EVENT_(\w+) +\d+ +/\* (.*) \*/", text):
        if name != "OTHER":
            types = comment.replace(", also ", ", ").split(", ")
            found[name] = [f"response{t}" if t[0] == "." else t for t in types]
    return found


def numbers(header: str) -> str:
    """Swift source with the enumerations of statuses and of types of events."""
    values = constants(header)
    types = event_types()
    kinds = sorted(
        (value, name.removeprefix("RESPONSES_EVENT_"))
        for name, value in values.items()
        if name.startswith("RESPONSES_EVENT_")
    )
    if missing := [name for _, name in kinds if name != "OTHER" and name not in types]:
        sys.exit(f"no type of event is beside RESPONSES_EVENT_{missing[0]}")
    failures = [
        (value, name.removeprefix("RESPONSES_E_"))
        for name, value in values.items()
        if name.startswith("RESPONSES_E_")
    ]
    statuses = [(0, "OK"), (1, "AGAIN"), (2, "DONE"), *sorted(failures, reverse=True)]
    lengths: dict[int, list[str]] = {}
    for _, name in kinds:
        for kind in types.get(name, []):
            match = f'match(.{camel(name)}, "{kind}")'
            lengths.setdefault(len(kind), []).append(match)
    lines = [
        "// Made from the header by `make abi`; a gate checks that it is so.",
        "// swift-format-ignore-file",
        "",
        "/// The outcomes of the header, by the same numbers.",
        "package enum Status: Int32 {",
        *[f"    case {camel(name)} = {value}" for value, name in statuses],
        "}",
        "",
        "/// The types of events that this library knows by number: those of the header.",
        "package enum EventKind: Int32 {",
        *[f"    case {camel(name)} = {value}" for value, name in kinds],
        "",
        "    /// Finds the number of a type by its name, and the name as text that lives for ever.",
        "    ///",
        "    /// A `switch` on the length first: few names share one.",
        "    package static func named(_ name: UnsafePointer<UInt8>, _ count: Int) -> (",
        "        EventKind, StaticString",
        "    )? {",
        "        func match(_ kind: EventKind, _ text: StaticString)",
        "            -> (EventKind, StaticString)?",
        "        {",
        "            matches(name, text) ? (kind, text) : nil",
        "        }",
        "        switch count {",
    ]
    for length in sorted(lengths):
        lines.append(f"        case {length}:")
        lines.append("            return " + "\n                ?? ".join(lengths[length]))
    return "\n".join([*lines, "        default: return nil", "        }", "    }", "}"])


def statuses(header: str) -> str:
    """Swift source with responses_status_name() and responses_status_text()."""
    text = Path("include/responses.h").read_text(encoding="utf-8")
    section = text[text.index("#define RESPONSES_OK") : text.index("responses_status_name")]
    meanings = re.findall(r"#define (RESPONSES_\w+) +\S+ +/\* (.*) \*/", section)
    found = [("RESPONSES_OK", "success"), *meanings]
    known = [n for n in constants(header) if re.match("RESPONSES_(OK|AGAIN|DONE|E_)", n)]
    if missing := set(known) - {name for name, _ in found}:
        sys.exit(f"no meaning is beside {sorted(missing)[0]}")

    def function(name: str, what: str, texts: list[tuple[str, str]], otherwise: str) -> list[str]:
        return [
            "",
            f'@_cdecl("{name}") @implementation',
            f"public func {name}(_ status: Int32) -> UnsafePointer<CChar>? {{",
            f"    staticText({what}(status))",
            "}",
            "",
            f"private func {what}(_ status: Int32) -> StaticString {{",
            "    switch status {",
            *[f'    case {constant}: return "{text}"' for constant, text in texts],
            f'    default: return "{otherwise}"',
            "    }",
            "}",
        ]

    names = [(name, name) for name, _ in found]
    unknown = "unknown status: a newer library may know it"
    lines = [
        "import CResponses",
        "import Responses",
        "",
        "// Made from the header by `make abi`; a gate checks that it is so.",
        "// swift-format-ignore-file",
        *function("responses_status_name", "name", names, "(unknown status)"),
        *function("responses_status_text", "meaning", found, unknown),
    ]
    return "\n".join(lines)


def numbered(header: str) -> list[tuple[str, int]]:
    """The numbers without their RESPONSES_, for languages that have a namespace instead."""
    return [
        (name.removeprefix("RESPONSES_"), value)
        for name, value in constants(header).items()
        if name != "RESPONSES_VERSION_NUMBER"
    ]


def python(header: str) -> str:
    """A Python module with every number."""
    return "\n".join(
        [
            '"""The numbers of responses.h. Made by ``scripts/header.py make``: do not edit."""',
            "",
            "from __future__ import annotations",
            "",
            *[f"{name} = {value}" for name, value in numbered(header)],
        ]
    )


def ruby(header: str) -> str:
    """Ruby source with every number."""
    return "\n".join(
        [
            "# frozen_string_literal: true",
            "",
            "# Made from the header by `scripts/header.py make`: do not edit.",
            "",
            "module Libresponses",
            "  module Native",
            "    # The numbers of responses.h.",
            *[f"    {name} = {value}" for name, value in numbered(header)],
            "  end",
            "end",
        ]
    )


LEGACY = Path("examples/legacy")


def legacy(language: str) -> Callable[[str], str]:
    """Declarations for a language that has a program of its own to write them."""

    def written(header: str) -> str:
        headers = [str(Path(header).with_name("responses.h")), "bindings/c/responses_request.h"]
        command = [sys.executable, str(LEGACY / "declarations.py"), language, *headers]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.rstrip(
            "\n"
        )

    return written


# What is made from the headers, and how.
MADE: dict[str, Callable[[str], str]] = {
    "Sources/ResponsesABI/ConstantTable.swift": table,
    "Sources/ResponsesABI/Status.swift": statuses,
    "Sources/Responses/Protocol/HeaderNumbers.swift": numbers,
    "bindings/python/libresponses/_constants.py": python,
    "bindings/ruby/lib/libresponses/native/constants.rb": ruby,
    "examples/legacy/responses.f90": legacy("fortran"),
    "examples/legacy/responses.cpy": legacy("cobol"),
}


def made(header: str, is_check: bool) -> None:
    """Writes the files that are made from the headers, or says which are not up to date."""
    for name, make in MADE.items():
        text = make(header) + "\n"
        if not is_check:
            Path(name).write_text(text, encoding="utf-8")
        elif Path(name).read_text(encoding="utf-8") != text:
            sys.exit(f"{name} is not made from this header: run `make abi`")


def main() -> None:
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    header = sys.argv[2] if len(sys.argv) == 3 else "include/responses_jansson.h"
    if sys.argv[1] in ("make", "check"):
        made(header, sys.argv[1] == "check")
    elif sys.argv[1] == "functions":
        print("\n".join(functions(header)))
    elif sys.argv[1] == "constants":
        print("\n".join(constants(header)))
    elif sys.argv[1] == "values":
        for name, value in constants(header).items():
            if name not in VERSIONS:
                print(name, value)
    elif sys.argv[1] == "anchor":
        print(anchor(header))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()

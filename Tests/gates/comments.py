#!/usr/bin/env python3
"""The headers are documentation: no line is longer than 100 columns, every function has a comment,
and one that returns a status says which ones, in its own comment or in that of its section."""

from __future__ import annotations

import re
import sys
from pathlib import Path

# Functions that return an int which is no status.
NUMBERS = re.compile(
    r"responses_(error_(status|http_status|is_retryable|phase|attempts)"
    r"|response_(http_status|attempts)|event_(kind|output_index|content_index)"
    r"|key_request_(attempt|http_status)|session_connections)$"
)
# A section that says it once for all its functions.
SECTION = re.compile(r"\b(all|each)( of them)? returns?\b|\bReturn the statuses", re.I)
OWN = re.compile(r"\breturns?\b.*\bRESPONSES_(OK|E_)|Returns the same statuses", re.I)
COMMENT = r"/\*(?:[^*]|\*(?!/))*\*/"
TOKEN = re.compile(rf"(?P<comment>{COMMENT})|(?P<function>RESPONSES_API[^;]*;)|(?P<blank>\n\s*\n)")


def in_one_line(text: str) -> str:
    return " ".join(re.sub(r"\n \*(?= |$)", "\n", text).split())


def functions(text: str) -> list[tuple[str, str, str]]:
    """The declaration, comment and section of every function. A comment is for all that follows it
    without an empty line between; a section is what stands between two rulers."""
    found = []
    for section in re.split(r"^/\* ---- .* \*/$", text, flags=re.M)[1:]:
        comment = ""
        last = None
        for token in TOKEN.finditer(section):
            if token["comment"] and "#define" not in section[: token.start()].splitlines()[-1:]:
                comment = in_one_line(token["comment"])
            elif token["blank"] and last == "function":
                comment = ""
            elif token["function"]:
                declaration = in_one_line(token["function"])
                found.append((declaration, comment, in_one_line(section)))
            if not token["blank"] or last == "function":
                last = token.lastgroup
    return found


def check(header: Path) -> list[str]:
    text = header.read_text(encoding="utf-8")
    problems = [
        f"{header}:{number}: {len(line)} columns"
        for number, line in enumerate(text.splitlines(), 1)
        if len(line) > 100
    ]
    constants = set(re.findall(r"#define (RESPONSES_\w+)", text))
    if header.name == "responses.h":
        named = set(re.findall(r"\bRESPONSES_(?:E_\w+|OK|AGAIN|DONE)\b", text))
        problems += [f"{header}: {name} is no status" for name in sorted(named - constants)]
    for declaration, comment, section in functions(text):
        match = re.search(r"(\w+)\(", declaration)
        assert match, declaration
        name = match[1]
        is_status = declaration.startswith("RESPONSES_API int ") and not NUMBERS.match(name)
        if not comment and not name.endswith("_free") and not SECTION.search(section):
            problems.append(f"{header}: {name} has no comment")
        if is_status and not OWN.search(comment) and not SECTION.search(section):
            problems.append(f"{header}: {name} does not say which statuses it returns")
    return problems


def main() -> None:
    headers = [Path("include/responses.h"), Path("include/responses_jansson.h")]
    count = sum(len(functions(header.read_text(encoding="utf-8"))) for header in headers)
    problems = [problem for header in headers for problem in check(header)]
    for problem in problems:
        print("   " + problem)
    print(f"   {count} functions of {len(headers)} headers")
    sys.exit(1 if problems or count < 100 else 0)


main()

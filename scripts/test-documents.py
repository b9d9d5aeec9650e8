"""Compiles every sample in C and C++ of the documentation, and runs those that are whole programs.

usage: test-documents.py

A sample is a block of README.md and docs/ that is marked as c or cpp, or a program in the first
comment of a header. One with a main() is a program: it is built as it stands and run against the
server of OPENAI_BASE_URL. All others are compiled with the samples that come before them in the
same chapter: functions as they are, statements inside a function, with the names of PRELUDE.
LIB_DIR and INCLUDE_DIR are where the libraries and their headers are.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"^```(c|cpp)\n(.*?)^```$|^#+ .*?$", re.DOTALL | re.MULTILINE)
IN_COMMENT = re.compile(
    r"^ \*     #include.*?^ \*     int main\(.*?^ \*     \}$", re.DOTALL | re.MULTILINE
)
FUNCTION = re.compile(r"^\w[\w *]*\([^;]*\)\n\{", re.MULTILINE)

# What a reader takes for granted.
PRELUDE = {
    "c": """
#include <stdio.h>
responses_client *client;
responses_request *request;
responses_response *response;
responses_error *error;
int status;
""",
    "cpp": """
#include <iostream>
#include <string>
responses::client client(nullptr);
std::string request;
""",
}
HEADERS = {
    "c": ["responses_request.h", "responses_jansson.h", "responses_glib.h"],
    "cpp": ["responses.hpp"],
}
# A function of a sample may be called in the next one.
WARNINGS = ["-Wall", "-Wextra", "-Werror", "-Wno-unused-function"]
# jansson and glib are not C89, and a whole program says itself what it includes.
COMPILERS = {
    "c": [["cc", "-std=gnu89"], ["cc", "-std=c17"]],
    "cpp": [["c++", "-std=c++11"], ["c++", "-std=c++20"]],
}


def samples(document: Path) -> list[tuple[int, int, str, str]]:
    """Line, chapter, language and text of each block."""
    text = document.read_text(encoding="utf-8")
    found = []
    if document.suffix != ".md":
        for match in IN_COMMENT.finditer(text):
            program = re.sub(r"^ \*(     )?", "", match.group(), flags=re.MULTILINE)
            language = "c" if document.suffix == ".h" else "cpp"
            found.append((text.count("\n", 0, match.start()) + 1, 0, language, program + "\n"))
        return found
    chapter = 0
    for match in BLOCK.finditer(text):
        if match.group(1) is None:
            chapter += 1
        else:
            line = text.count("\n", 0, match.start()) + 2
            found.append((line, chapter, match.group(1), match.group(2)))
    return found


def file_of(language: str, parts: list[str]) -> str:
    """A file of samples that are no programs."""
    body = "".join(f"#include <{header}>\n" for header in HEADERS[language]) + PRELUDE[language]
    for number, part in enumerate(parts):
        includes = [line for line in part.splitlines() if line.startswith("#")]
        rest = "\n".join(line for line in part.splitlines() if not line.startswith("#"))
        body += "\n".join(includes) + "\n"
        if FUNCTION.search(rest):
            body += rest + "\n"
        else:
            body += f"void statements_{number}(void);\nvoid statements_{number}(void)\n"
            body += f"{{\n{rest}\n}}\n"
    return body


def packages(*names: str) -> list[str]:
    command = ["pkg-config", "--cflags", "--libs", *names]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split()


def check(language: str, text: str, program: bool, scratch: Path) -> str:
    """What is wrong with a file, "" when nothing is."""
    source = scratch / f"sample.{language}"
    source.write_text(text, encoding="utf-8")
    library = os.environ.get("LIB_DIR", str(ROOT / "build/lib"))
    flags = ["-isystem", os.environ.get("INCLUDE_DIR", str(ROOT / "build/include"))]
    for name, package in (("glib", "glib-2.0"), ("jansson", "jansson")):
        flags += packages(package) if name in text else []
    if program:
        flags += [f"-L{library}", f"-Wl,-rpath,{library}", "-lresponses-request", "-lresponses"]
    else:
        flags += ["-c"]
    for compiler in COMPILERS[language]:
        command = [*compiler, *WARNINGS, str(source), "-o", str(scratch / "sample"), *flags]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            return f"{' '.join(compiler)}\n{done.stderr}"
    if not program:
        return ""
    try:
        done = subprocess.run(
            [scratch / "sample"], capture_output=True, text=True, check=False, timeout=60
        )
    except subprocess.TimeoutExpired:
        return "did not end within 60 seconds"
    return (
        ""
        if done.returncode == 0 and done.stdout
        else f"{done.returncode}: {done.stdout}{done.stderr}"
    )


def main() -> int:
    passed = failed = 0
    documents = [ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.md"))]
    documents += [ROOT / "include/responses.h", ROOT / "include/responses_jansson.h"]
    documents += [ROOT / "bindings/cpp/responses.hpp"]
    for document in documents:
        before: dict[tuple[int, str], list[str]] = {}
        for line, chapter, language, text in samples(document):
            program = "int main(" in text
            parts = before.setdefault((chapter, language), [])
            if not program:
                parts.append(text)
            with tempfile.TemporaryDirectory() as scratch:
                code = text if program else file_of(language, parts)
                problem = check(language, code, program, Path(scratch))
            name = f"{document.relative_to(ROOT)}:{line}"
            if problem:
                failed += 1
                print(f"FAIL  {name}: {problem}")
            else:
                passed += 1
                print(f"ok    {name}{' runs' if program else ''}")
    print(f"samples: {passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())

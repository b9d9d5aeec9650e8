"""Writes what waits in a thread from what is awaited: ``_NAME.py`` from ``_NAME_async.py``.

usage: twins.py make | check

make   writes every twin
check  fails, and names the file, when a twin is not what would be written

The source is written for asyncio. Its twin has no ``async`` and ``await``, the names of NAMES, and
no ``Async`` before the name of a class. What differs in more than that stands in the source twice,
between comments; what is for the twin alone is itself a comment there, behind a bar:

    # only async:
    answer = await step
    # only sync:
    # | raise TypeError("coroutines need AsyncOpenAI")
    # end

Either part may be missing.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / "libresponses"

# What is written, and what stands for it in the twin. The first that fits is taken.
NAMES = [
    (r"\basync (?=def|for|with)", ""),
    (r"\bawait ", ""),
    (r"\b__a(enter|exit|iter|next)__\b", r"__\1__"),
    (r"\bAsyncPageRequest\b", "CursorPage"),
    (r"\bAsync(?=[A-Z])", ""),
    (r"\b_asyncio\b", "_blocking"),
    (r"\b(_[a-z_]+)_async\b", r"\1"),
]


# What is left over then: imports in another order, or of what the twin has no use for, and loops.
FIXES = ["check", "--select", "I,F401,UP028", "--fix", "--unsafe-fixes", "--quiet"]


def translated(source: str) -> str:
    """The twin of a source, before it is formatted."""
    lines = []
    part = ""
    for line in source.splitlines():
        mark = line.strip()
        if mark in ("# only async:", "# only sync:", "# end"):
            part = mark
        elif part == "# only sync:":
            indent, bar, text = line.partition("# |")
            if not bar or indent.strip():
                raise ValueError(f"this should begin with '# |': {line}")
            lines.append(indent + text.removeprefix(" ") if text else "")
        elif part != "# only async:":
            for pattern, made in NAMES:
                line = re.sub(pattern, made, line)
            lines.append(line)
    return "\n".join(lines) + "\n"


def formatted(text: str, path: Path) -> str:
    for command in (FIXES, ["format", "--quiet"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--stdin-filename", str(path), "-"]
        text = subprocess.run(
            ruff, input=text, stdout=subprocess.PIPE, text=True, check=True
        ).stdout
    return text


def twins() -> dict[Path, str]:
    """Every twin, and what it should be."""
    found = {}
    for source in sorted(PACKAGE.glob("_*_async.py*")):
        twin = source.with_name(source.name.replace("_async.", "."))
        head = f"# Made from {source.name} by tools/twins.py: do not edit.\n\n"
        found[twin] = formatted(head + translated(source.read_text()), twin)
    return found


def main() -> None:
    if sys.argv[1:] not in (["make"], ["check"]):
        sys.exit(__doc__)
    made = twins()
    if not made:
        sys.exit(f"there is no source in {PACKAGE}")
    for path, text in made.items():
        if sys.argv[1] == "make":
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            sys.exit(f"{path.name} is not made from its source: run `make twins`")


if __name__ == "__main__":
    main()

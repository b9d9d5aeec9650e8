#!/usr/bin/env python3
"""Every link of the documentation leads somewhere: in the sources, after `make install` and after
`make install-extras`. A chapter that a link names is there, too."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

CODE = re.compile(r"^ *```.*?^ *```$|^(?: {4}|\t).*?$|`[^`\n]*`", re.DOTALL | re.MULTILINE)
FENCED = re.compile(r"^ *```.*?^ *```$", re.DOTALL | re.MULTILINE)
INLINE = re.compile(r"\]\(\s*<?([^()\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
REFERENCE = re.compile(r"^ {0,3}\[[^\]]+\]:\s*(\S+)", re.MULTILINE)
HEADING = re.compile(r"^#{1,6} +(.*?) *#*$", re.MULTILINE)


def chapters(page: Path) -> set[str]:
    """The names that GitHub and others give to the headings of a page."""
    found: set[str] = set()
    for heading in HEADING.findall(FENCED.sub("", page.read_text(encoding="utf-8"))):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        name = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
        number = 0
        while (f"{name}-{number}" if number else name) in found:
            number += 1
        found.add(f"{name}-{number}" if number else name)
    return found


def links(page: Path) -> Iterator[str]:
    """What the links of a page lead to, but for the web."""
    text = CODE.sub("", page.read_text(encoding="utf-8"))
    for target in INLINE.findall(text) + REFERENCE.findall(text):
        if not re.match(r"[a-z]+:", target):
            yield target


def broken(pages: list[Path]) -> Iterator[str]:
    """The links that lead nowhere."""
    for page in pages:
        for target in links(page):
            path, _, chapter = target.partition("#")
            there = page.parent / path if path else page
            if not there.exists():
                yield f"{page}: {target} is not there"
            elif chapter and there.suffix == ".md" and chapter not in chapters(there):
                yield f"{page}: {target} has no such chapter"


def documents(root: Path) -> list[Path]:
    return sorted(
        page
        for page in root.rglob("*.md")
        if not any(part == "build" or part.startswith(".") for part in page.relative_to(root).parts)
    )


def check(what: str, root: Path, least: int) -> bool:
    pages = documents(root)
    count = sum(len(list(links(page))) for page in pages)
    found = list(broken(pages))
    for line in found:
        print(f"   {line}")
    if count < least:
        print(f"   {what}: only {count} links in {len(pages)} pages, which is too few to be all")
    print(f"   {what}: {count} links in {len(pages)} pages, {len(found)} broken")
    return not found and count >= least


def main() -> int:
    scratch = Path(os.environ["SCRATCH"])
    whole = check("the sources", Path(), 40)
    for target, doc in (("install", "share/doc/libresponses"), ("install-extras", "doc")):
        staged = scratch / target
        place = [f"DESTDIR={staged}", "PREFIX=/opt/responses", f"DOCDIR=/opt/responses/{doc}"]
        subprocess.run(["make", "--no-print-directory", target, *place], check=True)
        whole = check(f"after make {target}", staged, 20) and whole
        examples = list(staged.rglob("01-create.c"))
        if bool(examples) != (target == "install-extras"):
            print(f"   make {target} puts these examples: {examples}")
            whole = False
    return not whole


if __name__ == "__main__":
    sys.exit(main())

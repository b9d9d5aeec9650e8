"""Four times as many bytes cost four times as many instructions, however they are cut."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

# What the second doubling of a size may cost, in terms of the first. Linear is 2, quadratic is 4.
BOUND = 2.2
# Nothing takes so long; a time is no other condition here.
PATIENCE = 600

passed = failed = 0


def note(fine: bool, what: str) -> None:
    global passed, failed
    passed += fine
    failed += not fine
    print(f"{'ok  ' if fine else 'FAIL'} {what}", flush=True)


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)


def instructions(command: list[str]) -> int:
    valgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    ended = run(valgrind + command)
    collected = re.search(r"Collected : (\d+)", ended.stderr)
    if ended.returncode != 0 or not collected:
        sys.exit(f"{' '.join(command)} under callgrind:\n{ended.stderr}")
    return int(collected.group(1))


def is_linear(program: Path, size: int, shape: str, *more: str) -> None:
    """What is fixed cancels out: each doubling is compared with the one before."""
    one, two, four = (
        instructions([str(program), shape, str(size * times), *more]) for times in (1, 2, 4)
    )
    ratio = (four - two) / (two - one)
    per_byte = (four - two) / (2 * size)
    what = " ".join([program.name, shape, *more])
    note(ratio < BOUND, f"{what}: {per_byte:.0f} instructions a byte, ratio {ratio:.2f}")


def passes(program: Path, size: int, shape: str, *more: str) -> None:
    ended = run([str(program), shape, str(size), *more])
    what = " ".join([program.name, shape, *more])
    note(ended.returncode == 0, f"{what}: {size} bytes {ended.stderr.strip()}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=Path, required=True)
    programs = parser.parse_args().programs.resolve()
    feed, client = programs / "feed", programs / "client"
    endless = ("event", "events", "lines", "carriages", "comments", "items")
    for shape in (*endless, "answers", "parts"):
        # One byte, a packet, and all at once.
        for piece in ("1", "1400", "0"):
            is_linear(feed, 65536, shape, piece)
    for shape in endless:
        passes(feed, 64 << 20, shape, "1")
    for shape in ("event", "events", "document"):
        is_linear(client, 16384, shape)
        passes(client, 4 << 20, shape)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

"""Measures the library beside plain libcurl and other clients; prints tables in Markdown.

Contenders take turns, so that what else the machine does meets them all alike. A ratio is the
median of the ratios of turns next to each other, a figure the median of its rounds. What is
compared is CPU time of the client's process and instructions in user space; see
docs/performance.md.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import batches
import cores
import languages
import native
import secure
import sessions
from contest import Bench
from tools import Server

PARTS = {
    "W1": native.stream,
    "W1L": native.long,
    "W2": native.paced,
    "W2c": native.crowd,
    "W3": native.requests,
    "W4": native.beginning,
    "W5": native.large,
    "W7": native.calls,
    "W8": secure.secure,
    "W9": sessions.sessions,
    "W9a": sessions.stream,
    "W9b": sessions.turns,
    "W9c": sessions.many,
    "cores": cores.cores,
    "whole": native.whole,
    "batch": batches.batches,
    "python": languages.python,
    "ruby": languages.ruby,
}

# By name alone: one needs more descriptors than most systems give, the others are parts of W9.
NAMED = ("W2c", "W9a", "W9b", "W9c")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=Path, required=True)
    parser.add_argument("--library", type=Path, required=True)
    parser.add_argument("--quick", action="store_true", help="three rounds in place of seven")
    standard = [part for part in PARTS if part not in NAMED]
    parser.add_argument("parts", nargs="*", default=standard, help=" ".join(PARTS))
    chosen = parser.parse_args()
    with Server(chosen.programs.resolve()) as server:
        bench = Bench(
            programs=chosen.programs.resolve(),
            library=chosen.library.resolve(),
            server=server,
            rounds=3 if chosen.quick else 7,
        )
        for part in chosen.parts:
            PARTS[part](bench)


if __name__ == "__main__":
    main()

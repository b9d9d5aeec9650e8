"""Many cores: threads that share a client, threads with a client each, and processes."""

from __future__ import annotations

import json
import os
import statistics
import subprocess

from contest import Bench
from tables import heading, row

# Of each thread, of 10,000 deltas each: about a second.
STREAMS = "60"
MODEL = "stream-10000"


def streams_per_second(commands: list[list[str]], cores: set[int]) -> float:
    """All programs at once, on these cores; what they did in the time of the slowest."""
    processes = [
        subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: os.sched_setaffinity(0, cores),
        )
        for command in commands
    ]
    told = [json.loads(process.communicate()[0]) for process in processes]
    for one in told:
        assert one["events"] == one["streams"] * 10_000
    return float(sum(one["streams"] for one in told) / max(one["seconds"] for one in told))


def cores(bench: Bench) -> None:
    """Streams one after the other in each thread; the load server has a part of the first core."""
    heading(
        "cores",
        f"streams of 10,000 deltas on {len(bench.server.core) + len(bench.server.others)} cores, "
        "one of which the load server is on",
        "",
        "streams / s",
        "of one thread",
        words_in=1,
    )
    every = set(bench.server.core) | set(bench.server.others)
    program = bench.program("threads")

    def command(threads: int, clients: int) -> list[str]:
        return [program, str(threads), str(clients), bench.server.port, MODEL, STREAMS]

    ways = {
        "one thread": [command(1, 1)],
        "4 threads, one client": [command(4, 1)],
        "4 threads, a client each": [command(4, 4)],
        "4 processes": [command(1, 1)] * 4,
    }
    rounds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(bench.rounds):
        for name, commands in ways.items():
            rounds[name].append(streams_per_second(commands, every))
    one = rounds["one thread"]
    for name, found in rounds.items():
        ratio = statistics.median(a / b for a, b in zip(found, one))
        row(name, f"{statistics.median(found):.0f}", f"{ratio:.2f}" if found is not one else "")

"""What is the same on every machine, with bounds: instructions per event, allocations.

A gate that fails after a change says that the change made events or requests dearer. The bounds
leave room for another compiler and another libcurl.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tools import Figures, Server, run, slope

failed = 0


def gate(what: str, value: float, bound: float) -> None:
    global failed
    fine = value <= bound
    failed += not fine
    print(f"{'ok  ' if fine else 'FAIL'} {what}: {value:g} (at most {bound:g})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=Path, required=True)
    programs = parser.parse_args().programs.resolve()
    with Server(programs) as server:
        ours = str(programs / "ours")

        def allocations(workload: str, model: str) -> Figures:
            command = [str(programs / "allocations"), workload, server.port, model]
            return run(command) or {}

        event = slope([ours, "stream", server.port, "stream-{}"], 2000, 12000)
        gate("instructions for a delta, libcurl's included", round(event), 3500)
        pulled = slope([ours, "pull", server.port, "stream-{}"], 2000, 12000)
        gate("the same with responses_call_next", round(pulled), 3700)
        request = slope([ours, "create", server.port, "answer-3072", "{}"], 50, 250)
        gate("instructions for a request and its answer", round(request), 185_000)

        short, long = allocations("stream", "stream-1000"), allocations("stream", "stream-11000")
        per_event = (long["own"] - short["own"]) / 10_000
        gate("allocations for a delta", per_event, 0.005)
        gate("allocations of the library for a stream", short["own"], 110)
        gate(
            "allocations of the library for a request",
            allocations("create", "answer-3072")["own"],
            52,
        )
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

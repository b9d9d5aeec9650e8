"""What is the same on every machine, with bounds: instructions, allocations, memory.

A gate that fails after a change says that the change made events or requests dearer. Instructions
are compared with those of plain C over the same libcurl (docs/performance.md); the bounds leave
room for another compiler.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tools import Figures, Server, instructions, run, slope

# What large things take at the most, in terms of their own size. An answer is in it itself.
PEAKS = (
    ("a streamed answer: answer", "stream", "repeated-50", 1.1),
    ("a stream of 1,000,000 deltas: answer", "stream", "long-1000000", 1.25),
    ("an answer streamed over a session: answer", "session_stream", "repeated-50", 1.15),
    ("1,000,000 deltas over a session: answer", "session_stream", "long-1000000", 1.4),
    ("a request: request", "create", "50000000", 1.05),
    ("the request of a stream: request", "create_stream", "50000000", 1.05),
    ("an answer and its text: answer", "text", "50000000", 2.0),
)

# Files of 50 MB, and the most memory that one may take, what libcurl needs once included, in bytes.
FILES = ("download", "upload", "attach", "image", "stream")
FILE_SIZE = 50_000_000
FILE_MEMORY = 8_000_000

# And what trees of jansson take, beside the answer and beside the caller's tree.
TREES = (
    ("a request from a tree of one text: request", "text", 1.1),
    ("a request from a tree of many items: request", "items", 1.1),
)
# Of one member of an answer of 50 MB, in bytes.
MEMBER = 2_000_000

# Of a session between two turns, without TLS. Two thirds are two buffers of libcurl's.
SESSION = 60 * 1024

# Instructions to load the library with jansson, over libcurl: 1.5 times what it took without.
LOADING = 450_000

# Instructions of single calls. The answer that is asked has 2.2 MB.
CALLS = (
    ("client_set_number", 540),
    ("client_set_text", 900),
    ("response_get", 2700),
    ("response_get_inside", 2900),
)
# And of the first client of a process: libcurl and OpenSSL are set up by the first call.
FIRST_CLIENT = 120_000

failed = 0


def gate(what: str, value: float, bound: float) -> None:
    global failed
    fine = value <= bound
    failed += not fine
    print(f"{'ok  ' if fine else 'FAIL'} {what}: {value:g} (at most {bound:g})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=Path, required=True)
    parser.add_argument("--library", type=Path, required=True)
    chosen = parser.parse_args()
    programs = chosen.programs.resolve()
    with Server(programs) as server:
        ours = str(programs / "ours")

        def allocations(workload: str, model: str) -> Figures:
            command = [str(programs / "allocations"), workload, server.port, model]
            return run(command) or {}

        floor = [str(programs / "floor"), "scan", "stream", server.port, "stream-{}"]
        bare = [str(programs / "floor"), "bytes", "same", server.port, "answer-3072", "{}"]
        event = slope(floor, 2000, 12000)
        request = slope(bare, 50, 250)
        for what, workload, bound in (
            ("a delta", "stream", 1.0),
            ("the same, pulled", "pull", 1.05),
        ):
            ours_event = slope([ours, workload, server.port, "stream-{}"], 2000, 12000)
            gate(f"instructions for {what}: floor", round(ours_event / event, 3), bound)
        # Over a session an event has no "event:" line and no chunk.
        session = str(programs / "session")
        for what, workload, bound in (
            ("a delta over a session", "stream", 0.97),
            ("the same, pulled", "pull", 1.02),
        ):
            ours_event = slope([session, workload, server.port, "stream-{}"], 2000, 12000)
            gate(f"instructions for {what}: floor", round(ours_event / event, 3), bound)
        ours_request = slope([ours, "create", server.port, "answer-3072", "{}"], 50, 250)
        # The members of an answer are found with its check, also for who reads none of them.
        gate("instructions for a request: libcurl", round(ours_request / request, 3), 1.35)
        # Its floor has three headers and no copy of the answer.
        scan = [str(programs / "floor"), "scan", "create", server.port, "answer-3072", "{}"]
        answer = slope([ours, "answer", server.port, "answer-3072", "{}"], 50, 250)
        gate(
            "the same and reading the answer: a scanner",
            round(answer / slope(scan, 50, 250), 3),
            1.42,
        )

        short, long = allocations("stream", "stream-1000"), allocations("stream", "stream-11000")
        per_event = (long["own"] - short["own"]) / 10_000
        gate("allocations for a delta", per_event, 0.003)
        gate("allocations of the library for a stream", short["own"], 85)
        short, long = (allocations("session", f"stream-{count}000") for count in (1, 11))
        gate("allocations for a delta over a session", (long["own"] - short["own"]) / 10_000, 0.003)
        gate("allocations of the library for a turn of a session", short["own"], 92)
        idle = run([session, "idle", server.port, "stream-20", "100"]) or {}
        gate("bytes of the heap for a session that waits", idle["heap_bytes"], SESSION)
        gate("wake-ups of 100 sessions in ten seconds", idle["wakes"], 0)
        gate(
            "allocations of the library for a request",
            allocations("create", "answer-3072")["own"],
            27,
        )
        floor_long = slope([*floor[:2], "kept", server.port, "long-{}"], 20_000, 120_000)
        ours_long = slope([ours, "stream", server.port, "long-{}"], 20_000, 120_000)
        gate(
            "instructions for a delta of which the text comes again: floor",
            round(ours_long / floor_long, 3),
            1.0,
        )
        session_long = slope([session, "stream", server.port, "long-{}"], 20_000, 120_000)
        gate("the same over a session: floor", round(session_long / floor_long, 3), 1.0)
        call = [str(programs / "calls"), server.port]
        for name, bound in CALLS:
            gate(f"instructions for {name}", slope([*call, name, "{}"], 1000, 11_000), bound)
        first, none = (instructions([*call, "client_new", times]) for times in "10")
        gate("instructions for the first client", first - none, FIRST_CLIENT)
        for what, workload, size, bound in PEAKS:
            peak = run([str(programs / "peaks"), workload, server.port, size]) or {}
            gate(f"memory for {what}", round(peak["peak"] / peak["size"], 3), bound)
        for workload in FILES:
            peak = run([str(programs / "files"), workload, str(FILE_SIZE)]) or {}
            gate(f"bytes of memory for 50 MB, {workload}", peak["peak"], FILE_MEMORY)
        trees = [str(programs / "trees"), "WHAT", server.port, "50000000"]
        for what, workload, bound in TREES:
            peak = run([trees[0], workload, *trees[2:]]) or {}
            gate(f"memory for {what}", round(peak["peak"] / peak["size"], 3), bound)
        peak = run([trees[0], "member", *trees[2:]]) or {}
        gate("bytes for a tree of one member of 50 MB", peak["peak"], MEMBER)
        opens = [str(programs / "opens"), "libcurl.so.4"]
        gate(
            "instructions to load the library",
            instructions([*opens, str(chosen.library.resolve())]) - instructions(opens),
            LOADING,
        )
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

"""W8: what TLS and HTTP/2 cost, beside plain libcurl with the same options."""

from __future__ import annotations

from contest import Bench, Rounds, expect_events, interleave
from front import Front, is_there
from tables import heading, row

LABELS = {"floor": "libcurl", "ours": "**libresponses**"}


def secure(bench: Bench) -> None:
    """W8: TLS and HTTP/2."""
    if not is_there():
        print("\n**W8** needs nginx, which is not installed")
        return
    with Front(bench.server) as front:
        paced(bench, front)
        connections(bench, front)


def contenders(bench: Bench, port: str, workload: str, *arguments: str) -> dict[str, list[str]]:
    level = "scan" if workload == "paced" else "bytes"
    return {
        "floor": [bench.program("floor"), level, workload, port, *arguments],
        "ours": [bench.program("ours"), workload, port, *arguments],
    }


def paced(bench: Bench, front: Front) -> None:
    """500 streams at once over each kind of connection, by way of nginx in all."""
    heading(
        "W8",
        "500 paced streams at once by way of nginx, one thread, an event loop",
        "",
        "",
        "CPU us / event",
        "KB / stream",
        "late p50 us",
        "p99 us",
        "connections",
        "CPU : floor",
        words_in=2,
    )
    for words, port, tls in (
        ("HTTP/1.1", front.plain, []),
        ("HTTP/1.1, TLS", front.tls, ["1.1", front.authorities]),
        ("HTTP/2, TLS", front.tls, ["2", front.authorities]),
    ):
        both = contenders(bench, port, "paced", "paced-250-20", "500", *tls)
        timed = interleave(both, bench.rounds, front.run)
        expect_events(timed, 125_000)
        for name, label in LABELS.items():
            row(
                words,
                label,
                f"{timed.median(name, 'each_us'):.2f}",
                f"{timed.median(name, 'stream_kb'):.1f}",
                f"{timed.median(name, 'p50_us'):.0f}",
                f"{timed.median(name, 'p99_us'):.0f}",
                f"{timed.median(name, 'connections'):.0f}",
                f"{timed.ratio(name, 'floor', 'cpu_us'):.2f}" if name == "ours" else "",
            )


def connections(bench: Bench, front: Front) -> None:
    """A create over a connection that was kept, and over one that is new each time."""
    heading(
        "W8",
        "creates in sequence over TLS, answers of 3 KB",
        "connection",
        "",
        "CPU us / request",
        "over the kept one",
        "CPU : floor",
        words_in=2,
    )
    kept: Rounds | None = None
    for words, port in (
        ("kept", front.tls),
        ("new, session resumed", front.closing),
        ("new", front.forgetful),
    ):
        count = 1000 if kept is None else 200
        tls = ["1.1", front.authorities]
        both = contenders(bench, port, "create", "answer-3072", str(count), *tls)
        timed = interleave(both, bench.rounds, front.run)
        expect_events(timed, count)
        kept = kept or timed
        for name, label in LABELS.items():
            each = timed.median(name, "each_us")
            row(
                words,
                label,
                f"{each:.1f}",
                f"{each - kept.median(name, 'each_us'):.1f}" if timed is not kept else "",
                f"{timed.ratio(name, 'floor', 'cpu_us'):.2f}" if name == "ours" else "",
            )

"""W9: many turns over one connection (WebSocket mode), beside the same turns as requests."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

from contest import Bench, expect_events, interleave
from delay import Delay
from front import Front, is_there
from tables import at_most, heading, row
from tools import run, slope

TURNS = 30
# In each direction.
DELAY = 0.020
SESSIONS = 500


def sessions(bench: Bench) -> None:
    """W9."""
    stream(bench)
    turns(bench)
    many(bench)


def front_of(bench: Bench) -> AbstractContextManager[Front | None]:
    """nginx, for TLS and HTTP/2."""
    if is_there():
        return Front(bench.server)
    print("\n**W9** over TLS needs nginx, which is not installed")
    return nullcontext()


def many(bench: Bench) -> None:
    """W9c."""
    with front_of(bench) as front:
        paced(bench, front)
        idle(bench, front)


def session(bench: Bench, workload: str, port: str, *arguments: str) -> list[str]:
    return [bench.program("session"), workload, port, *arguments]


def stream(bench: Bench) -> None:
    """W9a: the deltas of W1 over a session."""
    heading(
        "W9a",
        "one stream, 100,000 deltas, over a session",
        "",
        "instructions / event",
        "CPU us / event",
        "million events / CPU second",
        "instructions : W1",
        "CPU : W1",
    )
    port, model = bench.server.port, "stream-100000"
    contenders = {
        "stream": bench.ours("stream", model),
        "session": session(bench, "stream", port, model),
        "pull": bench.ours("pull", model),
        "session, pull": session(bench, "pull", port, model),
    }
    names = {
        "stream": ("over HTTP, callback", None),
        "session": ("over a session, callback", "stream"),
        "pull": ("over HTTP, pull", None),
        "session, pull": ("over a session, pull", "pull"),
    }
    timed = interleave(contenders, bench.rounds)
    expect_events(timed, 100_000)
    counted: dict[str, float] = {}
    for name, (label, other) in names.items():
        command = [word.replace("100000", "{}") for word in contenders[name]]
        counted[name] = slope(command, 2000, 12000)
        cpu = timed.median(name, "each_us")
        row(
            label,
            f"{counted[name]:,.0f}",
            f"{cpu:.3f}",
            f"{1 / cpu:.1f}",
            at_most(counted[name] / counted[other], 1.15) if other else "",
            f"{timed.ratio(name, other, 'cpu_us'):.2f}" if other else "",
        )


def turns(bench: Bench) -> None:
    """W9b: turns with a tool call each, a long way off."""
    heading(
        "W9b",
        f"{TURNS} turns with a call of a tool each, {DELAY * 1000:g} ms in each direction",
        "",
        "",
        "wall ms, the least",
        "KB sent",
        "KB received",
        "CPU ms",
        "instructions / turn",
        words_in=2,
    )
    with front_of(bench) as front:
        for words, (port, arguments) in {
            "plain, HTTP/1.1": (bench.server.port, []),
            **({"TLS, HTTP/1.1": (front.tls, ["1.1", front.authorities])} if front else {}),
            **({"TLS, HTTP/2": (front.tls, ["2", front.authorities])} if front else {}),
        }.items():
            turns_over(bench, words, port, arguments)


def turns_over(bench: Bench, words: str, port: str, arguments: list[str]) -> None:
    ways = {
        "turns": "a session",
        "requests": "requests with previous_response_id",
        "conversation": "requests with all that was said",
    }
    # A session is always of HTTP/1.1.
    if words == "TLS, HTTP/2":
        del ways["turns"]
    with Delay(bench, port, DELAY) as delay:
        contenders = {
            name: session(bench, name, delay.port, "tool-12", str(TURNS), *arguments)
            for name in ways
        }
        timed = interleave(contenders, bench.rounds, delay.run)
    expect_events(timed, TURNS)
    for name, label in ways.items():
        # All that was said grows with the number of turns: there is no slope.
        each = ""
        if not arguments and name != "conversation":
            each = f"{slope(session(bench, name, port, 'tool-12', '{}'), 10, 60):,.0f}"
        row(
            words,
            label,
            f"{timed.least(name, 'wall_us') / 1000:.0f}",
            f"{timed.median(name, 'sent') / 1000:.1f}",
            f"{timed.median(name, 'received') / 1000:.1f}",
            f"{timed.median(name, 'cpu_us') / 1000:.1f}",
            each,
        )


def places(bench: Bench, front: Front | None) -> dict[str, tuple[str, list[str]]]:
    """Where to connect, and with which arguments."""
    found: dict[str, tuple[str, list[str]]] = {"plain": (bench.server.port, [])}
    if front:
        found["TLS"] = front.tls, ["1.1", front.authorities]
    return found


def paced(bench: Bench, front: Front | None) -> None:
    """W9c: as W2, with a session for each stream."""
    heading(
        "W9c",
        f"{SESSIONS} paced streams at once, each over a session, one thread, an event loop",
        "",
        "",
        "CPU us / event",
        "KB / stream",
        "late p50 us",
        "p99 us",
        "CPU : HTTP",
        words_in=2,
    )
    for words, (port, arguments) in places(bench, front).items():
        work = ("paced", port, "paced-250-20", str(SESSIONS), *arguments)
        contenders = {
            "HTTP/1.1": [bench.program("ours"), *work],
            "session": session(bench, *work),
        }
        timed = interleave(contenders, bench.rounds)
        expect_events(timed, SESSIONS * 250)
        for name in contenders:
            row(
                words,
                name,
                f"{timed.median(name, 'each_us'):.2f}",
                f"{timed.median(name, 'stream_kb'):.1f}",
                f"{timed.median(name, 'p50_us'):.0f}",
                f"{timed.median(name, 'p99_us'):.0f}",
                f"{timed.ratio(name, 'HTTP/1.1', 'cpu_us'):.2f}" if name == "session" else "",
            )


def idle(bench: Bench, front: Front | None) -> None:
    """W9c: sessions that wait for their next turn."""
    heading(
        "W9c",
        f"{SESSIONS} sessions after a turn each, in which nothing happens for ten seconds",
        "",
        "KB of the heap / session",
        "KB resident / session",
        "wake-ups",
        "CPU ms",
    )
    bounds = {"plain": 60, "TLS": 90}
    for words, (port, arguments) in places(bench, front).items():
        command = session(bench, "idle", port, "stream-20", str(SESSIONS), *arguments)
        found = run(command) or {}
        row(
            words,
            at_most(found["heap_bytes"] / 1024, bounds[words]),
            at_most(found["rss_bytes"] / 1024, bounds[words]),
            f"{found['wakes']:g}",
            f"{found['idle_cpu_us'] / 1000:.1f}",
        )

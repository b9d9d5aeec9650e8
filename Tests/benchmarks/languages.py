"""The packages for Python and Ruby, beside other clients in the same languages."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from contest import Bench, Rounds, expect_events, interleave
from tables import at_least, at_most, heading, row

HERE = Path(__file__).resolve().parent
BINDINGS = HERE.parents[1] / "bindings"
OURS, IN_C = "**libresponses**", "libresponses in C"
IMAGE = 50 << 20


@dataclass
class Contender:
    label: str
    client: str
    workload: str = ""  # where it is not the table's
    model: str = ""  # less to do, for one that would take too long
    against: str = OURS
    bound: float | None = None  # how many times as much it is to need as `against`


@dataclass
class Language:
    name: str
    command: list[str]
    streams: list[Contender]
    at_once: list[Contender]
    creates: list[Contender]
    others: list[Contender]
    # Bounds for ours, where there are any: CPU of W2 beside C, memory of W5 for a byte of the body.
    at_once_bound: float | None = None
    memory_bound: float | None = None


# A twentieth of what the others read, as what each event costs is compared.
FEW = "stream-5000"
PYTHON_CLIENTS = [
    Contender(OURS, "libresponses"),
    Contender("openai", "openai", bound=8),
    Contender("httpx + json", "httpx"),
    Contender("aiohttp + json", "aiohttp"),
    Contender("pycurl + json", "pycurl"),
]
PYTHON = Language(
    "Python",
    [sys.executable, str(HERE / "contenders/python/client.py")],
    streams=[
        Contender(OURS, "libresponses"),
        Contender(f"{OURS}, stream()", "libresponses", "helper"),
        Contender(f"{OURS}, async", "libresponses, async"),
        Contender("openai", "openai", model=FEW, bound=30),
        Contender("openai, stream()", "openai", "helper", FEW, f"{OURS}, stream()"),
        Contender("openai, async", "openai, async", model=FEW, against=f"{OURS}, async"),
        Contender("httpx + json", "httpx"),
        Contender("aiohttp + json", "aiohttp"),
        Contender("pycurl + json", "pycurl", bound=1),
    ],
    at_once=[
        Contender(OURS, "libresponses, async"),
        Contender("openai", "openai, async"),
        Contender("aiohttp + json", "aiohttp"),
    ],
    creates=PYTHON_CLIENTS,
    others=PYTHON_CLIENTS,
    at_once_bound=3,
    memory_bound=2.5,
)
RUBY_CLIENTS = [
    Contender(OURS, "libresponses"),
    Contender("net/http + JSON", "net_http"),
]
RUBY = Language(
    "Ruby",
    ["ruby", "-I", str(BINDINGS / "ruby/lib"), str(HERE / "contenders/ruby/client.rb")],
    streams=[
        Contender(OURS, "libresponses"),
        Contender(f"{OURS}, text", "libresponses", "text"),
        Contender("net/http + JSON", "net_http", bound=8),
        Contender("net/http + JSON, with care", "net_http", "careful"),
    ],
    at_once=RUBY_CLIENTS,
    creates=RUBY_CLIENTS,
    others=RUBY_CLIENTS,
)


def python(bench: Bench) -> None:
    """The Python package."""
    measure(bench, PYTHON)


def ruby(bench: Bench) -> None:
    """The Ruby gem."""
    measure(bench, RUBY)


def measure(bench: Bench, language: Language) -> None:
    os.environ["RESPONSES_LIBRARY"] = str(bench.library / "libresponses.so.0")
    os.environ["PYTHONPATH"] = str(BINDINGS / "python")
    for table in (streams, at_once, creates, first, image):
        table(bench, language)


def commands(
    bench: Bench, language: Language, contenders: list[Contender], workload: str, *arguments: str
) -> dict[str, list[str]]:
    made: dict[str, list[str]] = {}
    for one in contenders:
        words = [one.client, one.workload or workload, bench.server.port]
        made[one.label] = [*language.command, *words, one.model or arguments[0], *arguments[1:]]
    return made


def rows(
    timed: Rounds, contenders: list[Contender], figure: str, cells: Callable[[str], list[str]]
) -> None:
    """A row for each: its cells, and how much it needs beside one of ours."""
    for one in contenders:
        if one.label not in timed.runs:
            row(one.label, "not installed")
            continue
        beside = ""
        if not one.label.startswith(OURS):
            ratio = timed.ratio(one.label, one.against, figure)
            beside = f"{ratio:.1f}" if one.bound is None else at_least(ratio, one.bound)
        row(one.label, *cells(one.label), beside)


def streams(bench: Bench, language: Language) -> None:
    """W1."""
    model = "stream-100000"
    made = commands(bench, language, language.streams, "stream", model)
    made[IN_C] = bench.ours("stream", model)
    timed = interleave(made, bench.rounds)
    for one in language.streams:
        expect_events(timed, int((one.model or model).split("-")[1]), one.label)
    heading(
        "W1",
        f"{language.name}: one stream, type and delta of every event",
        "",
        "CPU us / event",
        "CPU : libresponses",
    )

    def cells(label: str) -> list[str]:
        return [f"{timed.median(label, 'each_us'):.2f}"]

    rows(timed, language.streams, "each_us", cells)
    row(IN_C, *cells(IN_C), f"{timed.ratio(IN_C, OURS, 'each_us'):.1f}")


def at_once(bench: Bench, language: Language) -> None:
    """W2, in three rounds: some contenders take a while."""
    arguments = ("paced-250-20", "500")
    made = commands(bench, language, language.at_once, "paced", *arguments)
    made[IN_C] = bench.ours("paced", *arguments)
    timed = interleave(made, 3)
    expect_events(timed, 125_000)
    heading(
        "W2",
        f"{language.name}: 500 paced streams at once in one thread",
        "",
        "CPU us / event",
        "KB / stream",
        "late p50 us",
        "p99 us",
        "CPU : C",
    )
    for label in made:
        if label not in timed.runs:
            row(label, "not installed")
            continue
        ratio = timed.ratio(label, IN_C, "cpu_us")
        bound = language.at_once_bound if label == OURS else None
        row(
            label,
            f"{timed.median(label, 'each_us'):.2f}",
            f"{timed.median(label, 'stream_kb'):.1f}",
            f"{timed.median(label, 'p50_us'):.0f}",
            f"{timed.median(label, 'p99_us'):.0f}",
            f"{ratio:.1f}" if bound is None else at_most(ratio, bound),
        )


def creates(bench: Bench, language: Language) -> None:
    """W3."""
    arguments = ("answer-3072", "500")
    made = commands(bench, language, language.creates, "create", *arguments)
    made[IN_C] = bench.ours("create", *arguments)
    timed = interleave(made, bench.rounds)
    expect_events(timed, 500)
    heading(
        "W3",
        f"{language.name}: creates in sequence, answers of 3 KB, the text of each",
        "",
        "CPU us / request",
        "CPU : libresponses",
    )

    def cells(label: str) -> list[str]:
        return [f"{timed.median(label, 'each_us'):.1f}"]

    rows(timed, language.creates, "each_us", cells)
    row(IN_C, *cells(IN_C), f"{timed.ratio(IN_C, OURS, 'each_us'):.1f}")


def first(bench: Bench, language: Language) -> None:
    """W4."""
    made = commands(bench, language, language.others, "first", "stream-10")
    timed = interleave(made, bench.rounds)
    heading(
        "W4",
        f"{language.name}: process start to first event",
        "",
        "wall ms",
        "CPU ms",
        "MB resident",
        "wall : libresponses",
    )

    def cells(label: str) -> list[str]:
        return [
            f"{timed.median(label, 'first_us') / 1000:.1f}",
            f"{timed.median(label, 'process_cpu_us') / 1000:.1f}",
            f"{timed.median(label, 'peak_kb') / 1024:.0f}",
        ]

    rows(timed, language.others, "first_us", cells)


def image(bench: Bench, language: Language) -> None:
    """W5."""
    made = commands(bench, language, language.others, "image", "image-50")
    timed = interleave(made, bench.rounds)
    heading(
        "W5",
        f"{language.name}: one response of 50 MB, the image taken out of it",
        "",
        "CPU ms",
        "memory : size",
    )
    for label in made:
        if label not in timed.runs:
            row(label, "not installed")
            continue
        added = timed.median(label, "peak_kb") - timed.median(label, "before_kb")
        memory = added * 1024 / IMAGE
        bound = language.memory_bound if label == OURS else None
        row(
            label,
            f"{timed.median(label, 'cpu_us') / 1000:.1f}",
            f"{memory:.2f}" if bound is None else at_most(memory, bound),
        )

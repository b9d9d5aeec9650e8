"""The library in C beside plain libcurl: W1 to W7."""

from __future__ import annotations

import resource
import subprocess

from contest import Bench, expect_events, interleave
from tables import at_most, heading, row
from tools import slope

# Streams at once in W2c.
CROWD = 20_000

LEVELS = {
    "bytes": "libcurl, bytes counted",
    "frames": "+ events framed",
    "scan": "+ type and delta by a scanner",
    "jansson": "+ each parsed by jansson",
}


def stream(bench: Bench) -> None:
    """W1: one stream of 100,000 deltas."""
    for cut, words in {
        "stream": "a chunk per event, many per write",
        "packed": "16 KB chunks",
        "one": "a write per event",
    }.items():
        heading(
            "W1",
            f"one stream, 100,000 deltas, {words}",
            "",
            "instructions / event",
            "CPU us / event",
            "instructions : floor",
            "CPU : floor",
        )
        model = f"{cut}-100000"
        contenders = {level: bench.floor(level, "stream", model) for level in LEVELS}
        contenders["ours"] = bench.ours("stream", model)
        contenders["pull"] = bench.ours("pull", model)
        timed = interleave(contenders, bench.rounds)
        counted: dict[str, float] = {}
        names = {**LEVELS, "ours": "**libresponses**, callback", "pull": "**libresponses**, pull"}
        for name, label in names.items():
            command = [word.replace("100000", "{}") for word in contenders[name]]
            counted[name] = slope(command, 2000, 12000)
            cpu = timed.median(name, "cpu_us") / 100_000
            cells = ["", ""]
            if name in ("ours", "pull"):
                cells = [
                    at_most(counted[name] / counted["scan"], 1.15),
                    at_most(timed.ratio(name, "scan", "cpu_us"), 1.2),
                ]
            row(label, f"{counted[name]:,.0f}", f"{cpu:.3f}", *cells)


def long(bench: Bench) -> None:
    """W1L: one stream of 1,000,000 deltas."""
    heading(
        "W1L",
        "one stream, 1,000,000 deltas of 20 bytes, and the text again in four events",
        "",
        "instructions / event",
        "CPU us / event",
        "memory : text",
        "instructions : floor",
        "CPU : floor",
    )
    names = {
        "floor": "libcurl, a scanner, the text kept",
        "ours": "**libresponses**, callback",
        "pull": "**libresponses**, pull",
        "session": "**libresponses**, callback, over a session",
    }

    def contenders(model: str) -> dict[str, list[str]]:
        return {
            "floor": bench.floor("scan", "kept", model),
            "ours": bench.ours("stream", model),
            "pull": bench.ours("pull", model),
            "session": [bench.program("session"), "stream", bench.server.port, model],
        }

    timed = interleave(contenders("long-1000000"), bench.rounds)
    expect_events(timed, 1_000_000)
    # What the process takes with a stream of ten events is not counted.
    small = interleave(contenders("long-10"), bench.rounds)
    counted = {name: slope(run, 20_000, 120_000) for name, run in contenders("long-{}").items()}
    for name, label in names.items():
        added = timed.median(name, "peak_kb") - small.median(name, "peak_kb")
        memory = added * 1024 / timed.median(name, "bytes")
        cells = [f"{memory:.2f}", "", ""]
        if name != "floor":
            cells = [
                at_most(memory, 1.3),
                at_most(counted[name] / counted["floor"], 1.15),
                at_most(timed.ratio(name, "floor", "cpu_us"), 1.2),
            ]
        cpu = timed.median(name, "cpu_us") / 1_000_000
        row(label, f"{counted[name]:,.0f}", f"{cpu:.3f}", *cells)


def crowd(bench: Bench) -> None:
    """W2c: 20,000 streams at once on one thread, as many events a second as in W2 and W2b."""
    # A descriptor for each, and those of the program.
    least, most = CROWD + 100, resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if most != resource.RLIM_INFINITY and most < least:
        print(f"\n**W2c** needs {least} descriptors, and the limit is {most}: ulimit -n {least}")
        return
    paced_streams(bench, "W2c", (CROWD, "paced-10-800"))


def paced(bench: Bench) -> None:
    """W2 and W2b: many streams at once, 25,000 events a second in both."""
    paced_streams(bench, "W2, W2b", (500, "paced-250-20"), (5000, "paced-25-200"))


def paced_streams(bench: Bench, part: str, *crowds: tuple[int, str]) -> None:
    heading(
        part,
        "paced streams at once, one thread, an event loop",
        "streams",
        "",
        "CPU us / event",
        "KB / stream",
        "late p50 us",
        "p99 us",
        "CPU : floor",
    )
    for streams, model in crowds:
        contenders = {
            "floor": bench.floor("scan", "paced", model, str(streams)),
            "ours": bench.ours("paced", model, str(streams)),
        }
        timed = interleave(contenders, bench.rounds)
        events = streams * int(model.split("-")[1])
        expect_events(timed, events)
        for name, label in {"floor": LEVELS["scan"], "ours": "**libresponses**"}.items():
            row(
                streams,
                label,
                f"{timed.median(name, 'cpu_us') / events:.2f}",
                f"{timed.median(name, 'stream_kb'):.1f}",
                f"{timed.median(name, 'p50_us'):.0f}",
                f"{timed.median(name, 'p99_us'):.0f}",
                at_most(timed.ratio(name, "floor", "cpu_us"), 1.15) if name == "ours" else "",
            )


def requests(bench: Bench) -> None:
    """W3: creates in sequence."""
    heading(
        "W3",
        "2,000 creates in sequence, text, status and usage read of answers of 3 KB, one connection",
        "",
        "instructions / request",
        "CPU us / request",
        "CPU : least",
        "CPU : same",
    )
    contenders = {
        "least": bench.floor("scan", "create", "answer-3072", "2000"),
        "same": bench.floor("scan", "same", "answer-3072", "2000"),
        "jansson": bench.floor("jansson", "create", "answer-3072", "2000"),
        "ours": bench.ours("answer", "answer-3072", "2000"),
    }
    timed = interleave(contenders, bench.rounds)
    names = {
        "least": "libcurl, three headers, a scanner for these answers",
        "same": "the same with the headers of libresponses",
        "jansson": "libcurl, three headers, jansson",
        "ours": "**libresponses**",
    }
    for name, label in names.items():
        command = [word.replace("2000", "{}") for word in contenders[name]]
        row(
            label,
            f"{slope(command, 50, 250):,.0f}",
            f"{timed.median(name, 'cpu_us') / 2000:.1f}",
            at_most(timed.ratio(name, "least", "cpu_us"), 1.25) if name == "ours" else "",
            f"{timed.ratio(name, 'same', 'cpu_us'):.2f}" if name == "ours" else "",
        )


def beginning(bench: Bench) -> None:
    """W4: from the start of a process to its first event."""
    heading("W4", "process start to first event", "", "wall ms", "CPU ms", "wall : floor")
    contenders = {
        "floor": bench.floor("bytes", "first", "stream-10"),
        "ours": bench.ours("first", "stream-10"),
    }
    timed = interleave(contenders, bench.rounds * 4)
    for name, label in {"floor": "libcurl", "ours": "**libresponses**"}.items():
        row(
            label,
            f"{timed.median(name, 'first_us') / 1000:.1f}",
            f"{timed.median(name, 'process_cpu_us') / 1000:.1f}",
            at_most(timed.ratio(name, "floor", "first_us"), 1.2) if name == "ours" else "",
        )


def large(bench: Bench) -> None:
    """W5 and W6: 50 MB each way."""
    heading(
        "W5, W6",
        "50 MB in one response, 50 MB in one request",
        "",
        "",
        "CPU ms",
        "memory : size",
        "CPU : floor",
        words_in=2,
    )
    size = 50 << 20
    text = f"answer-{size}"
    # A request is copied before the call returns; the floor lends its own to libcurl.
    for words, theirs, mine, most in (
        ("response", ("bytes", "create", "image-50"), ("create", "image-50"), 1.2),
        ("response, text read", ("scan", "create", text), ("answer", text), 2.05),
        ("streamed", ("scan", "kept", "repeated-50"), ("stream", "repeated-50"), 1.3),
        ("request", ("bytes", "upload", "answer-500", str(size)), None, 1.2),
    ):
        contenders = {
            "floor": bench.floor(*theirs),
            "ours": bench.ours(*(mine or theirs[1:])),
        }
        timed = interleave(contenders, bench.rounds)
        ratio = timed.ratio("ours", "floor", "cpu_us")
        cells = {
            "floor": "",
            "ours": at_most(ratio, 2) if words == "response" else f"{ratio:.2f}",
        }
        for name, label in {"floor": "libcurl", "ours": "**libresponses**"}.items():
            added = timed.median(name, "peak_kb") - timed.median(name, "before_kb")
            memory = added * 1024 / size
            row(
                words,
                label,
                f"{timed.median(name, 'cpu_us') / 1000:.1f}",
                at_most(memory, most) if name == "ours" else f"{memory:.2f}",
                cells[name],
            )


def calls(bench: Bench) -> None:
    """W7: what a call into the library costs."""
    command = [bench.program("calls"), bench.server.port]
    timed = interleave({"calls": command}, bench.rounds)
    names = [name for name in timed.runs["calls"][0] if not name.endswith("_us")]
    heading("W7", "single calls, nanoseconds (<= 30)", *names, words_in=0)
    row(*[f"{timed.median('calls', name):.0f}" for name in names])


def whole(bench: Bench) -> None:
    """What the library costs before it does anything."""
    library = (bench.library / "libresponses.so").resolve()
    relocations = subprocess.run(
        ["readelf", "--wide", "--relocs", str(library)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    command = [bench.program("load"), str(library)]
    timed = interleave({"load": command}, bench.rounds)
    heading(
        "The whole",
        "before it does anything",
        "file",
        "relocations",
        "dlopen over libcurl",
        "first client",
        "threads started",
        words_in=0,
    )
    row(
        f"{library.stat().st_size / 1024:.0f} KB",
        sum(" R_" in line for line in relocations.splitlines()),
        f"{timed.median('load', 'library_us'):.0f} us, {timed.median('load', 'library_kb'):.0f} KB",
        f"{timed.median('load', 'client_us'):.0f} us, {timed.median('load', 'client_kb'):.0f} KB",
        f"{timed.median('load', 'threads') - 1:.0f}",
    )

"""Measures the library beside plain libcurl and other clients; prints tables in Markdown.

Contenders take turns, so that what else the machine does meets them all alike. A ratio is the
median of the ratios of turns next to each other, a figure the median of its rounds. What is
compared is CPU time of the client's process and instructions in user space; see
docs/performance.md.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from tools import Figures, Server, run, slope

HERE = Path(__file__).resolve().parent


@dataclass
class Bench:
    """Where the programs are, and how long to measure."""

    programs: Path
    library: Path
    port: str
    rounds: int
    quick: bool

    def floor(self, level: str, workload: str, *arguments: str) -> list[str]:
        return [str(self.programs / "floor"), level, workload, self.port, *arguments]

    def ours(self, workload: str, *arguments: str) -> list[str]:
        return [str(self.programs / "ours"), workload, self.port, *arguments]

    def peer(self, client: str, workload: str, *arguments: str) -> list[str]:
        if client == "net/http":
            script = str(HERE / "contenders" / "net_http.rb")
            return ["ruby", script, workload, self.port, *arguments]
        script = str(HERE / "contenders" / "peer.py")
        return [sys.executable, script, client, workload, self.port, *arguments]


@dataclass
class Rounds:
    """What the rounds of several contenders gave, in the order in which they ran."""

    runs: dict[str, list[Figures]] = field(default_factory=dict)

    def median(self, name: str, figure: str) -> float:
        return median(run[figure] for run in self.runs[name])

    def ratio(self, name: str, floor: str, figure: str) -> float:
        pairs = zip(self.runs[name], self.runs[floor])
        return median(mine[figure] / its[figure] for mine, its in pairs)


def interleave(contenders: dict[str, list[str]], rounds: int) -> Rounds:
    result = Rounds()
    for _ in range(rounds):
        for name, command in contenders.items():
            figures = run(command)
            if figures:
                result.runs.setdefault(name, []).append(figures)
    return result


def row(*cells: object) -> None:
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def verdict(ratio: float, bound: float) -> str:
    return f"{ratio:.2f} (<= {bound:g}{'' if ratio <= bound else ', MISSED'})"


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
        print(f"\n**W1** one stream, 100,000 deltas, {words}\n")
        row("", "instructions / event", "CPU us / event", "instructions : floor", "CPU : floor")
        row("---", "---:", "---:", "---:", "---:")
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
                    verdict(counted[name] / counted["scan"], 1.15),
                    verdict(timed.ratio(name, "scan", "cpu_us"), 1.2),
                ]
            row(label, f"{counted[name]:,.0f}", f"{cpu:.3f}", *cells)


def paced(bench: Bench) -> None:
    """W2 and W2b: many streams at once, 25,000 events a second in both."""
    print("\n**W2, W2b** paced streams at once, one thread, an event loop\n")
    row("streams", "", "CPU us / event", "KB / stream", "late p50 us", "p99 us", "CPU : floor")
    row("---:", "---", "---:", "---:", "---:", "---:", "---:")
    for streams, model in ((500, "paced-250-20"), (5000, "paced-25-200")):
        contenders = {
            "floor": bench.floor("scan", "paced", model, str(streams)),
            "ours": bench.ours("paced", model, str(streams)),
        }
        timed = interleave(contenders, bench.rounds)
        for name, label in {"floor": LEVELS["scan"], "ours": "**libresponses**"}.items():
            row(
                streams,
                label,
                f"{timed.median(name, 'cpu_us') / 125_000:.2f}",
                f"{timed.median(name, 'stream_kb'):.1f}",
                f"{timed.median(name, 'p50_us'):.0f}",
                f"{timed.median(name, 'p99_us'):.0f}",
                verdict(timed.ratio(name, "floor", "cpu_us"), 1.15) if name == "ours" else "",
            )


def requests(bench: Bench) -> None:
    """W3: creates in sequence."""
    print("\n**W3** 2,000 creates in sequence, answers of 3 KB, one connection\n")
    row("", "instructions / request", "CPU us / request", "CPU : least", "CPU : same")
    row("---", "---:", "---:", "---:", "---:")
    contenders = {
        "least": bench.floor("bytes", "create", "answer-3072", "2000"),
        "same": bench.floor("bytes", "same", "answer-3072", "2000"),
        "ours": bench.ours("create", "answer-3072", "2000"),
    }
    timed = interleave(contenders, bench.rounds)
    names = {
        "least": "libcurl, three headers, nothing parsed",
        "same": "libcurl, the headers of libresponses",
        "ours": "**libresponses**",
    }
    for name, label in names.items():
        command = [word.replace("2000", "{}") for word in contenders[name]]
        row(
            label,
            f"{slope(command, 50, 250):,.0f}",
            f"{timed.median(name, 'cpu_us') / 2000:.1f}",
            verdict(timed.ratio(name, "least", "cpu_us"), 1.3) if name == "ours" else "",
            f"{timed.ratio(name, 'same', 'cpu_us'):.2f}" if name == "ours" else "",
        )


def beginning(bench: Bench) -> None:
    """W4: from the start of a process to its first event."""
    print("\n**W4** process start to first event\n")
    row("", "wall ms", "CPU ms", "wall : floor")
    row("---", "---:", "---:", "---:")
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
            verdict(timed.ratio(name, "floor", "first_us"), 1.2) if name == "ours" else "",
        )


def large(bench: Bench) -> None:
    """W5 and W6: 50 MB each way."""
    print("\n**W5, W6** 50 MB in one response, 50 MB in one request\n")
    row("", "", "CPU ms", "memory : size", "CPU : floor")
    row("---", "---", "---:", "---:", "---:")
    size = 50 << 20
    for words, arguments in (
        ("response", ("create", "image-50")),
        ("request", ("upload", "answer-500", str(size))),
    ):
        contenders = {
            "floor": bench.floor("bytes", *arguments),
            "ours": bench.ours(*arguments),
        }
        timed = interleave(contenders, bench.rounds)
        ratio = timed.ratio("ours", "floor", "cpu_us")
        # A request is copied before the call returns; the floor lends its own to libcurl.
        cells = {"floor": "", "ours": verdict(ratio, 2)}
        if words == "request":
            cells["ours"] = f"{ratio:.2f}"
        for name, label in {"floor": "libcurl", "ours": "**libresponses**"}.items():
            added = timed.median(name, "peak_kb") - timed.median(name, "before_kb")
            memory = added * 1024 / size
            row(
                words,
                label,
                f"{timed.median(name, 'cpu_us') / 1000:.1f}",
                verdict(memory, 1.2) if name == "ours" else f"{memory:.2f}",
                cells[name],
            )


def calls(bench: Bench) -> None:
    """W7: what a call into the library costs."""
    print("\n**W7** single calls, nanoseconds (<= 30)\n")
    command = [str(bench.programs / "calls"), bench.port]
    timed = interleave({"calls": command}, bench.rounds)
    names = [name for name in timed.runs["calls"][0] if not name.endswith("_us")]
    row(*names)
    row(*["---:"] * len(names))
    row(*[f"{timed.median('calls', name):.0f}" for name in names])


def whole(bench: Bench) -> None:
    """What the library costs before it does anything."""
    library = (bench.library / "libresponses.so").resolve()
    print("\n**The whole**\n")
    relocations = subprocess.run(
        ["readelf", "--wide", "--relocs", str(library)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    command = [str(bench.programs / "load"), str(library)]
    timed = interleave({"load": command}, bench.rounds)
    row("file", "relocations", "dlopen over libcurl", "first client", "threads started")
    row("---:", "---:", "---:", "---:", "---:")
    row(
        f"{library.stat().st_size / 1024:.0f} KB",
        sum(" R_" in line for line in relocations.splitlines()),
        f"{timed.median('load', 'library_us'):.0f} us, {timed.median('load', 'library_kb'):.0f} KB",
        f"{timed.median('load', 'client_us'):.0f} us, {timed.median('load', 'client_kb'):.0f} KB",
        f"{timed.median('load', 'threads') - 1:.0f}",
    )


def peers(bench: Bench) -> None:
    """Other clients, on W1, W3 and W4. They take part where they are installed."""
    print("\n**Other clients**\n")
    row("", "W1 CPU us / event", "W3 CPU us / request", "W4 wall ms")
    row("---", "---:", "---:", "---:")
    row_of: dict[str, list[str]] = {}
    clients = ["openai", "openai-async", "httpx", "aiohttp", "pycurl", "net/http"]
    rounds = 3 if bench.quick else bench.rounds

    def commands(workload: str, *arguments: str) -> dict[str, list[str]]:
        made = {client: bench.peer(client, workload, *arguments) for client in clients}
        made["libresponses"] = bench.ours(workload, *arguments)
        return made

    first = interleave(commands("first", "stream-10"), rounds)
    streams = interleave(commands("stream", "stream-5000"), rounds)
    creates = interleave(commands("create", "answer-3072", "300"), rounds)
    for client in [*clients, "libresponses"]:
        if client not in first.runs:
            row_of[client] = ["not installed", "", ""]
            continue
        row_of[client] = [
            f"{streams.median(client, 'cpu_us') / 5000:.2f}",
            f"{creates.median(client, 'cpu_us') / 300:.1f}",
            f"{first.median(client, 'first_us') / 1000:.1f}",
        ]
    for client, cells in row_of.items():
        row(f"**{client}**" if client == "libresponses" else client, *cells)


PARTS = {
    "W1": stream,
    "W2": paced,
    "W3": requests,
    "W4": beginning,
    "W5": large,
    "W7": calls,
    "whole": whole,
    "peers": peers,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=Path, required=True)
    parser.add_argument("--library", type=Path, required=True)
    parser.add_argument("--quick", action="store_true", help="three rounds in place of seven")
    parser.add_argument("parts", nargs="*", default=list(PARTS), help=" ".join(PARTS))
    chosen = parser.parse_args()
    with Server(chosen.programs.resolve()) as server:
        bench = Bench(
            programs=chosen.programs.resolve(),
            library=chosen.library.resolve(),
            port=server.port,
            rounds=3 if chosen.quick else 7,
            quick=chosen.quick,
        )
        for part in chosen.parts:
            PARTS[part](bench)


if __name__ == "__main__":
    main()

"""What the clients in Python have in common: measuring themselves and saying so.

Imports little, as it takes part in the time from the start of a process to its first event.
"""

from __future__ import annotations

import importlib
import os
import resource
import sys
import time
from array import array

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

DELTA = "response.output_text.delta"
PAGE_KB = os.sysconf("SC_PAGE_SIZE") // 1024


def found(*names: str) -> ModuleType:
    """The first of these that is installed. Without any the process ends with status 3."""
    for name in names:
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    sys.exit(3)


def body(model: str, *, stream: bool) -> dict[str, Any]:
    return {"model": model, "stream": stream, "input": "Say hello."}


def resident_kb() -> int:
    from pathlib import Path

    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_KB


def peak_kb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def cpu_us() -> int:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return int((usage.ru_utime + usage.ru_stime) * 1e6)


class Measure:
    """CPU, memory and what was read, from `begin` to `end`."""

    def begin(self, streams: int = 0) -> None:
        self.streams = self.streams_begun = self.stream_kb = 0
        self.streams_wanted = streams
        self.late = array("I")
        self.before_kb = resident_kb()
        self.wall = time.perf_counter()
        self.cpu = cpu_us()

    def paced(self, text: str) -> None:
        """Takes a paced delta, which begins with the time when it was sent."""
        self.late.append(max(0, (time.monotonic_ns() - int(text)) // 1000))

    def stream_begun(self) -> None:
        """One of the streams at once has had ten events."""
        self.streams_begun += 1
        if self.streams_begun == self.streams_wanted:
            self.stream_kb = resident_kb() - self.before_kb

    def end(self, events: int, letters: int = 0) -> None:
        """Prints one line of JSON, as the programs in C do."""
        import json

        line: dict[str, float] = {
            "cpu_us": cpu_us() - self.cpu,
            "wall_us": int((time.perf_counter() - self.wall) * 1e6),
            "events": events,
            "letters": letters,
            "before_kb": self.before_kb,
            "peak_kb": peak_kb(),
        }
        if self.late:
            late = sorted(self.late)
            line["p50_us"] = late[len(late) // 2]
            line["p99_us"] = late[len(late) * 99 // 100]
            line["stream_kb"] = self.stream_kb / self.streams_wanted
        print(json.dumps(line), flush=True)


def first_event() -> None:
    """Says that the first event has come, and ends the process, as the other programs do."""
    print(f'{{"peak_kb":{peak_kb()}}}', flush=True)
    os._exit(0)

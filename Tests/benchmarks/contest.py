"""Contenders that take turns, and what their rounds gave."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from tools import Figures, Server, run


@dataclass
class Bench:
    """Where the programs are, and how long to measure."""

    programs: Path
    library: Path
    server: Server
    rounds: int

    def program(self, name: str) -> str:
        return str(self.programs / name)

    def floor(self, level: str, workload: str, *arguments: str) -> list[str]:
        return [self.program("floor"), level, workload, self.server.port, *arguments]

    def ours(self, workload: str, *arguments: str) -> list[str]:
        return [self.program("ours"), workload, self.server.port, *arguments]


@dataclass
class Rounds:
    """What the rounds of several contenders gave, in the order in which they ran."""

    runs: dict[str, list[Figures]] = field(default_factory=dict)

    def median(self, name: str, figure: str) -> float:
        return median(run[figure] for run in self.runs[name])

    def least(self, name: str, figure: str) -> float:
        return min(run[figure] for run in self.runs[name])

    def ratio(self, name: str, other: str, figure: str) -> float:
        pairs = zip(self.runs[name], self.runs[other])
        return median(mine[figure] / its[figure] for mine, its in pairs)


def interleave(
    contenders: dict[str, list[str]],
    rounds: int,
    measure: Callable[[list[str]], Figures | None] = run,
) -> Rounds:
    """Everyone once, then everyone again. Those that are not installed are not in the result."""
    result = Rounds()
    for _ in range(rounds):
        for name, command in contenders.items():
            figures = measure(command)
            if figures:
                if figures.get("events"):
                    figures["each_us"] = figures["cpu_us"] / figures["events"]
                result.runs.setdefault(name, []).append(figures)
    return result


def expect_events(rounds: Rounds, events: int, *names: str) -> None:
    """Whoever read fewer events has not done the work."""
    for name, runs in rounds.runs.items():
        for figures in runs:
            if figures["events"] != events and (name in names or not names):
                sys.exit(f"{name} read {figures['events']:g} events of {events}")

"""What the table and the gates share: the load server, and running a program under measurement."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType

Figures = dict[str, float]


class Server:
    """The load server, on the first core; what is measured runs on the others."""

    def __init__(self, programs: Path) -> None:
        cores = sorted(os.sched_getaffinity(0))
        self.core, self.others = cores[:1], cores[1:] or cores
        self.process = self.beside([str(programs / "load-server"), "--port", "0"])
        assert self.process.stdout
        self.port = self.process.stdout.readline().strip()

    def beside(self, command: list[str]) -> subprocess.Popen[str]:
        """Starts a program on the server's core."""
        os.sched_setaffinity(0, self.core)
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        os.sched_setaffinity(0, self.others)
        return process

    def __enter__(self) -> Server:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.terminate()
        self.process.wait()


# Nothing takes so long; a program that hangs is named.
PATIENCE = 900


def run(command: list[str]) -> Figures | None:
    """What a program says of itself, and what its process cost. None when its client is missing."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    alarm = threading.Timer(PATIENCE, process.kill)
    alarm.daemon = True
    alarm.start()
    first = process.stdout.readline()
    first_us = (time.perf_counter() - begun) * 1e6
    process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    alarm.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode == 3:
        return None
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)}: status {process.returncode}")
    figures: Figures = json.loads(first) if first.startswith("{") else {}
    figures["first_us"] = first_us
    figures["process_cpu_us"] = (usage.ru_utime + usage.ru_stime) * 1e6
    return figures


# Callgrind counts "rep movsb" as one instruction for each byte; glibc copies without it then.
WITHOUT_REP_MOVSB = {"GLIBC_TUNABLES": "glibc.cpu.x86_rep_movsb_threshold=0x4000000"}


def instructions(command: list[str]) -> int:
    """How many instructions a process executes in user space; the same in every run, nearly."""
    valgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    ended = subprocess.run(
        valgrind + command,
        env=os.environ | WITHOUT_REP_MOVSB,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    collected = re.search(r"Collected : (\d+)", ended.stderr)
    if ended.returncode != 0 or not collected:
        sys.exit(f"{' '.join(command)} under callgrind:\n{ended.stderr}")
    return int(collected.group(1))


def slope(command: list[str], few: int, many: int) -> float:
    """Instructions for one more of what "{}" in the command counts: what is fixed cancels out."""

    def cost(count: int) -> int:
        return instructions([word.replace("{}", str(count)) for word in command])

    return (cost(many) - cost(few)) / (many - few)
